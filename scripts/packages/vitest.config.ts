import { defineConfig } from 'vitest/config';

/** A suite of its own, since it needs a registry and builds the construct as it is published: `npm run test:packages`. */
export default defineConfig({
  cacheDir: '../../node_modules/.vite',
  test: {
    name: 'published',
    root: import.meta.dirname,
    include: ['*.test.ts'],
    globalSetup: ['packed.ts'],
    // Installing is most of the time, and wants both processors.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 300_000,
    disableConsoleIntercept: true,
  },
});
