// `npm test`: everything that needs Node and npm only. Arguments go to vitest.
import { bin, prepare, run } from './prepare.mjs';

await prepare();
process.exitCode = await run(bin('vitest'), ['run', ...process.argv.slice(2)]);
