// Packs this package and installs it as its users do.
import { join } from 'node:path';
import { buildPackage } from './build.mjs';
import { runBin } from './process.mjs';

await buildPackage();
const config = join(import.meta.dirname, 'vitest.config.mjs');
runBin('vitest', ['run', '--config', config, 'release/package.test.mjs', ...process.argv.slice(2)], {
  cwd: join(import.meta.dirname, '..'),
});
