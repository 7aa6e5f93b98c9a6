import { flakyReporter } from '../../scripts/flaky-reporter.ts';

/** A suite of its own, since it needs Python: `npm run test:ministack`. */
export default {
  cacheDir: '../../node_modules/.vite',
  test: {
    name: 'ministack',
    root: import.meta.dirname,
    include: ['*.test.ts'],
    env: { CDK_VALIDATION: 'false', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default', flakyReporter],
    // A stub that nobody answers for a second and a half says so, however busy the machine is.
    retry: process.env.CI ? 1 : 0,
    testTimeout: 60_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 30_000 } },
    disableConsoleIntercept: true,
  },
};
