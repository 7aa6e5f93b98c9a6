// `npm run chaos -- --invocations 10000 --seed 7`: invocations over a service that loses, doubles, reorders and cuts off.
import { join } from 'node:path';
import { prepare } from './prepare.mjs';
import { endWithSignals, root, run } from './run.mjs';

endWithSignals();
await prepare();
process.exitCode = await run(process.execPath, ['--import', 'tsx', 'chaos/chaos.ts', ...process.argv.slice(2)], {
  cwd: join(root, 'sample-app'),
  shell: false,
  env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
});
