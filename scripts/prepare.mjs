// Installs and builds what is missing. Needs Node and npm, nothing else; uses only what comes with Node.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWithSignals, root, run } from './run.mjs';

const lowest = [20, 19];

/** Path of a program that the workspace's packages bring. */
export function bin(name) {
  return join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);
}

/** How long something took, in words. */
export function took(startMs) {
  return `${((performance.now() - startMs) / 1000).toFixed(1)} s`;
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > lowest[0] || (major === lowest[0] && minor >= lowest[1])) return;
  console.error(`Node ${process.versions.node} is too old: live-lambda needs Node ${lowest.join('.')} or newer.`);
  process.exit(1);
}

function giveUp(code, text) {
  // Above 128 somebody stopped it, who knows.
  if (code <= 128) console.error(text);
  process.exit(code);
}

async function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const marker = join(root, 'node_modules', '.installed-package-lock');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) return;
  const startMs = performance.now();
  console.log('Installing dependencies (the first time this takes about a minute) ...');
  const code = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (code !== 0) giveUp(code, 'npm could not install the dependencies; what it says is above.');
  writeFileSync(marker, lock);
  console.log(`Installed in ${took(startMs)}.`);
}

async function build() {
  const startMs = performance.now();
  console.log('Building what changed ...');
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', TURBO_PRINT_VERSION_DISABLED: '1' };
  const code = await run(bin('turbo'), ['run', 'build', '--output-logs=new-only', '--no-update-notifier'], { env });
  if (code !== 0) giveUp(code, 'The build failed; what it says is above.');
  console.log(`Built in ${took(startMs)}.\n`);
}

/** Set for what a script runs once it has prepared: its programs need not prepare again. */
export const preparedVariable = 'LIVE_LAMBDA_WORKSPACE_PREPARED';

export async function prepare() {
  endWithSignals();
  checkNode();
  if (process.env[preparedVariable]) return;
  await install();
  await build();
  process.env[preparedVariable] = 'true';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await prepare();
