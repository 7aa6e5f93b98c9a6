// Runs the tests of this package as it is published, against the oldest aws-cdk-lib that it says it works with.
import { join } from 'node:path';
import { buildPackage } from './build.mjs';
import { floor, installFloor } from './floor.mjs';
import { runBin } from './process.mjs';

await buildPackage();
const folder = installFloor();
console.log(`aws-cdk-lib ${floor['aws-cdk-lib']}, constructs ${floor.constructs}`);
runBin('vitest', ['run', '--config', join(import.meta.dirname, 'floor.vitest.config.mjs'), ...process.argv.slice(2)], {
  // Where the same tests run in npm test.
  cwd: join(import.meta.dirname, '../..'),
  env: { LIVE_LAMBDA_CDK_FOLDER: folder },
});
