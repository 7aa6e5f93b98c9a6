// Runs the programs of the published form's builds and tests.
import { spawnSync } from 'node:child_process';
import { bin } from '../../scripts/prepare.mjs';

/** jsii's programs announce the end of support of a major of Node that this package still supports. */
const quiet = { JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: process.versions.node.split('.')[0] };

/** Runs a program; ends this one with its exit code if it fails. */
export function runOrExit(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
    ...options,
    env: { ...process.env, ...quiet, ...options.env },
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** The same with a program that the workspace's packages bring. */
export function runBin(name, args, options) {
  runOrExit(bin(name), args, options);
}
