import { existsSync } from 'node:fs';
import { programsOf } from '../python/virtual-environment.ts';

/** A suite of its own, since it fetches clients that the workspace does not need: `npm run test:clients`. */
export default {
  cacheDir: '../../node_modules/.vite',
  test: {
    name: 'clients',
    root: import.meta.dirname,
    include: ['*.test.ts'],
    exclude: existsSync(programsOf('clients')) ? [] : ['aws-cli.test.ts', 'amplify-events.test.ts'],
    env: { CDK_VALIDATION: 'false', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    disableConsoleIntercept: true,
  },
};
