// The oldest aws-cdk-lib and constructs that this package says it works with.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOrExit } from './process.mjs';

const construct = join(import.meta.dirname, '..');

/** Where the published form and what it is built and tested with are made: with the rest of what npm can make again. */
export const cache = join(construct, '../node_modules/.cache/live-lambda-cdk');

const { peerDependencies } = JSON.parse(readFileSync(join(construct, 'package.json'), 'utf8'));

/** Versions by package name. */
export const floor = Object.fromEntries(
  Object.entries(peerDependencies).map(([name, range]) => [name, range.slice(1)]),
);

/** Installs them, once. @returns the folder whose `node_modules` holds them */
export function installFloor() {
  const folder = join(cache, `aws-cdk-lib-${floor['aws-cdk-lib']}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: floor }));
  runOrExit('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], { cwd: folder });
  return folder;
}
