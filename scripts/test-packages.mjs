// `npm run test:packages`: what would be published, and what becomes of it in the hands of a user. Needs the npm registry.
import { join } from 'node:path';
import { bin, prepare } from './prepare.mjs';
import { root, run } from './run.mjs';

await prepare();
const config = join(root, 'scripts', 'packages', 'vitest.config.ts');
process.exitCode = await run(bin('vitest'), ['run', '--config', config, ...process.argv.slice(2)]);
