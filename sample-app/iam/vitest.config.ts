import { existsSync } from 'node:fs';
import { programsOf } from '../python/virtual-environment.ts';

/** A suite of its own, since it needs Python: `npm run test:iam`. */
export default {
  cacheDir: '../../node_modules/.vite',
  test: {
    name: 'iam',
    root: import.meta.dirname,
    include: ['*.test.ts'],
    exclude: existsSync(programsOf('iam')) ? [] : ['*.test.ts'],
    passWithNoTests: true,
    env: { CDK_VALIDATION: 'false', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    disableConsoleIntercept: true,
  },
};
