// Runs the tests of this package as it is published, against the oldest aws-cdk-lib that it says it works with; then
// packs it and installs it beside that one, as users do.
import { join } from 'node:path';
import { buildPackage } from './build.mjs';
import { floor, installFloor } from './floor.mjs';
import { runBin } from './process.mjs';

await buildPackage();
const folder = installFloor();
console.log(`aws-cdk-lib ${floor['aws-cdk-lib']}, constructs ${floor.constructs}`);
// From where the same tests run in npm test.
const root = join(import.meta.dirname, '../..');
const config = (name) => ['--config', join(import.meta.dirname, name)];
runBin('vitest', ['run', ...config('floor.vitest.config.mjs'), ...process.argv.slice(2)], {
  cwd: root,
  env: { LIVE_LAMBDA_CDK_FOLDER: folder },
});
runBin('vitest', ['run', ...config('vitest.config.mjs'), 'release/installed'], { cwd: root });
