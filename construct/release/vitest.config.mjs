import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Suites of their own, since they need registries: `npm run test:floor`, `npm run test:python`. */
export default defineConfig({
  cacheDir: '../../node_modules/.vite',
  test: {
    name: 'published',
    root: join(import.meta.dirname, '..'),
    include: ['release/installed.test.mjs', 'test-python/*.test.mjs'],
    env: { CDK_VALIDATION: 'false' },
    testTimeout: 120_000,
    hookTimeout: 300_000,
    disableConsoleIntercept: true,
  },
});
