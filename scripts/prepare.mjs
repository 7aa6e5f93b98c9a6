// Installs and builds what is missing. Needs Node and npm, nothing else; uses only what comes with Node.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(import.meta.dirname, '..');
const lowest = [20, 19];

/** Runs a program of this workspace or of npm; its output goes to this terminal. @returns its exit code */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: 'inherit',
      shell: process.platform === 'win32',
      ...options,
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1)));
  });
}

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

async function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const marker = join(root, 'node_modules', '.installed-package-lock');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) return;
  const startMs = performance.now();
  console.log('Installing dependencies (the first time this takes about a minute) ...');
  const code = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (code !== 0) {
    console.error('npm could not install the dependencies; what it says is above.');
    process.exit(code);
  }
  writeFileSync(marker, lock);
  console.log(`Installed in ${took(startMs)}.`);
}

async function build() {
  const startMs = performance.now();
  console.log('Building what changed ...');
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', TURBO_PRINT_VERSION_DISABLED: '1' };
  const code = await run(bin('turbo'), ['run', 'build', '--output-logs=new-only', '--no-update-notifier'], { env });
  if (code !== 0) {
    console.error('The build failed; what it says is above.');
    process.exit(code);
  }
  console.log(`Built in ${took(startMs)}.\n`);
}

export async function prepare() {
  checkNode();
  await install();
  await build();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await prepare();
