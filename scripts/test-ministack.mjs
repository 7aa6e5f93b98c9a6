// `npm run test:ministack`: the sample app on an emulator of AWS that others wrote. Needs Python, PyPI and nothing else.
import { join } from 'node:path';
import { bin, prepare } from './prepare.mjs';
import { endWithSignals, root, run } from './run.mjs';

endWithSignals();
await prepare();
const cwd = join(root, 'sample-app');
const installed = await run(process.execPath, ['--import', 'tsx', 'ministack/install.ts'], { cwd, shell: false });
const config = join(cwd, 'ministack', 'vitest.config.ts');
process.exitCode = installed || (await run(bin('vitest'), ['run', '--config', config, ...process.argv.slice(2)]));
