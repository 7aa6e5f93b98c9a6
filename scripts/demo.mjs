// `npm run demo`: the main job on one machine, without an AWS account.
import { join } from 'node:path';
import { prepare } from './prepare.mjs';
import { root, run } from './run.mjs';

await prepare();
process.exitCode = await run(process.execPath, ['--import', 'tsx', 'demo/demo.ts', ...process.argv.slice(2)], {
  cwd: join(root, 'sample-app'),
  shell: false,
  // The channel is the demo's lifeline: it breaks however this script ends, and the demo then stops what it started.
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});
