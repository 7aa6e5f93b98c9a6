// `npm run release`: tests what would be published, packs it, shows it, and stops. With `--publish` it publishes.
import { join } from 'node:path';
import { prepare } from './prepare.mjs';
import { root, run } from './run.mjs';

await prepare();
const program = join(root, 'scripts', 'packages', 'release.ts');
process.exitCode = await run(process.execPath, ['--import', 'tsx', program, ...process.argv.slice(2)], {
  shell: false,
});
