// `npm run soak -- --minutes 30`: everything at work for as long as that, and whether anything is lost or grows. `--seed`, `--json`.
import { join } from 'node:path';
import { prepare, preparedVariable } from './prepare.mjs';
import { endWithSignals, root, run } from './run.mjs';

endWithSignals();
if (process.argv.includes('--json') && !process.env[preparedVariable]) {
  // Standard output is for the figures alone.
  const code = await run(process.execPath, ['scripts/prepare.mjs'], { shell: false, stdio: ['inherit', 2, 'inherit'] });
  if (code !== 0) process.exit(code);
} else await prepare();

process.exitCode = await run(process.execPath, ['--import', 'tsx', 'soak/soak.ts', ...process.argv.slice(2)], {
  cwd: join(root, 'sample-app'),
  shell: false,
  // The channel is the run's lifeline: it breaks however this script ends, and the run stops what it started.
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});
