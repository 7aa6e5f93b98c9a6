import { defineConfig } from 'vitest/config';

const shared = { pool: 'forks', disableConsoleIntercept: true } as const;

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: {
          ...shared,
          name: 'packages',
          include: ['{protocol,runners,stub,construct,emulator,cli}/src/**/*.test.ts'],
          env: { CDK_VALIDATION: 'false' },
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'end-to-end',
          include: ['sample-app/test/**/*.test.ts'],
          env: { CDK_VALIDATION: 'false' },
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
