/** A suite of its own, since it needs a C++ compiler to build AWS's runtime clients: `npm run test:ric`. */
export default {
  cacheDir: '../../node_modules/.vite',
  test: {
    name: 'aws-runtime',
    root: import.meta.dirname,
    include: ['*.test.ts'],
    env: { CDK_VALIDATION: 'false', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 180_000,
    disableConsoleIntercept: true,
  },
};
