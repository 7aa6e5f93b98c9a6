// `npm run demo`: the main job on one machine, without an AWS account.
import { join } from 'node:path';
import { prepare, root, run } from './prepare.mjs';

// The demo itself ends what it started; npm passes the signal on to both.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

await prepare();
process.exitCode = await run(process.execPath, ['--import', 'tsx', 'demo/demo.ts', ...process.argv.slice(2)], {
  cwd: join(root, 'sample-app'),
  shell: false,
});
