// Runs the tests of this package against the oldest aws-cdk-lib and constructs that it says it works with.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const { peerDependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
const oldest = Object.fromEntries(Object.entries(peerDependencies).map(([name, range]) => [name, range.slice(1)]));
const folder = join(here, '../node_modules/.cache/live-lambda-cdk', `aws-cdk-lib-${oldest['aws-cdk-lib']}`);

mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: oldest }));
run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--silent'], folder);

const require = createRequire(import.meta.url);
const vitest = join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs');
const config = join(here, 'floor.vitest.config.mjs');
console.log(`aws-cdk-lib ${oldest['aws-cdk-lib']}, constructs ${oldest.constructs}`);
run(process.execPath, [vitest, 'run', '--config', config, ...process.argv.slice(2)], here);

function run(command, args, cwd) {
  const env = { ...process.env, LIVE_LAMBDA_CDK_FOLDER: folder };
  const { status, error } = spawnSync(command, args, {
    cwd,
    env,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
