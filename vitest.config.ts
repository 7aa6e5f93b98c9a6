import { defineConfig } from 'vitest/config';

// The first synth of a process validates the template for five seconds; one test asks for it. The SDK's announcement
// about Node 20 is no output of a test.
const env = { CDK_VALIDATION: 'false', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
const shared = { pool: 'forks', disableConsoleIntercept: true } as const;

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: {
          ...shared,
          name: 'packages',
          include: [
            '{protocol,runners,stub,construct,emulator,cli}/src/**/*.test.ts',
            'runners/conformance/**/*.test.ts',
          ],
          env,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'end-to-end',
          include: ['sample-app/test/**/*.test.ts'],
          env,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
