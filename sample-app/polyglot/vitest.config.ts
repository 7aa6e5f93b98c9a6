/** A suite of its own, since it needs more than Node: `npm run polyglot -w sample-app`. */
export default {
  cacheDir: '../../node_modules/.vite',
  test: {
    name: 'polyglot',
    root: import.meta.dirname,
    include: ['*.test.ts'],
    env: { CDK_VALIDATION: 'false', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    // The first build of a crate compiles everything that it depends on.
    testTimeout: 240_000,
    hookTimeout: 60_000,
    disableConsoleIntercept: true,
  },
};
