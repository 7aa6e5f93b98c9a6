// `npm test`: everything that needs Node and npm only. Arguments go to vitest.
import { bin, prepare } from './prepare.mjs';
import { run } from './run.mjs';

await prepare();
process.exitCode = await run(bin('vitest'), ['run', ...process.argv.slice(2)]);
