// Fetches what the suite runs besides this workspace's packages: the AWS CLI and a certificate authority from PyPI, and
// Amplify from npm, into a folder of its own.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareVirtualEnvironment } from '../python/virtual-environment.ts';

installAmplify();
const python = prepareVirtualEnvironment('clients', join(import.meta.dirname, 'requirements.txt'));
if (python.type === 'impossible') {
  console.log(`skipped: the AWS CLI and Amplify, whose certificates Python makes, since ${python.reason}`);
}

/** @throws Error where npm cannot install it */
function installAmplify(): void {
  const folder = join(import.meta.dirname, 'amplify');
  const marker = join(folder, 'node_modules/.installed-package-lock');
  const wanted = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) throw new Error(`\`npm ${args.join(' ')}\` failed in ${folder}`);
  writeFileSync(marker, wanted);
}
