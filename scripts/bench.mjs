// `npm run bench`: what the link, the stub and a whole invocation cost, on this machine. `--quick`, `--json`.
import { join } from 'node:path';
import { prepare, preparedVariable } from './prepare.mjs';
import { endWithSignals, root, run } from './run.mjs';

const json = process.argv.includes('--json');

if (json && !process.env[preparedVariable]) {
  // Standard output is for the figures alone.
  endWithSignals();
  const code = await run(process.execPath, ['scripts/prepare.mjs'], { shell: false, stdio: ['inherit', 2, 'inherit'] });
  if (code !== 0) process.exit(code);
} else await prepare();

process.exitCode = await run(process.execPath, ['--import', 'tsx', 'bench/bench.ts', ...process.argv.slice(2)], {
  cwd: join(root, 'sample-app'),
  shell: false,
  // The channel is the benchmark's lifeline: it breaks however this script ends, and the benchmark stops what it started.
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});
