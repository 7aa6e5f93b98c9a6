// Builds the package for Python and synthesizes an app that is written in it. Needs Python 3.9 with venv, and PyPI.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPackage, packageFolder } from '../release/build.mjs';
import { cache } from '../release/floor.mjs';
import { compileExamples } from '../release/languages.mjs';
import { runBin, runOrExit } from '../release/process.mjs';

const construct = join(import.meta.dirname, '..');
const requirements = join(import.meta.dirname, 'requirements.txt');
const programs = process.platform === 'win32' ? 'Scripts' : 'bin';

const python = ['python3', 'python'].find((name) => {
  const check = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))';
  return spawnSync(name, ['-c', check], { stdio: 'ignore' }).status === 0;
});
if (python === undefined) {
  console.log('skipped: the app in Python, since there is no Python 3.9 or newer with venv on this machine');
  process.exit();
}

await buildPackage();
const environment = installRequirements();
installPackage(environment);
runBin('vitest', ['run', '--config', join(construct, 'release/vitest.config.mjs'), 'test-python'], {
  cwd: construct,
  env: { PYTHON_PROGRAMS: environment },
});

/** @returns the folder of the programs of an environment that holds what the app requires */
function installRequirements() {
  const folder = join(cache, 'python');
  const marker = join(folder, 'requirements.txt');
  const wanted = readFileSync(requirements, 'utf8');
  if (!existsSync(marker) || readFileSync(marker, 'utf8') !== wanted) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(cache, { recursive: true });
    runOrExit(python, ['-m', 'venv', folder]);
    pip(join(folder, programs), ['install', '--requirement', requirements]);
    writeFileSync(marker, wanted);
  }
  return join(folder, programs);
}

/** Makes the wheel that Python's users install, once for each state of the package. */
function installPackage(environment) {
  const folder = join(cache, 'wheel');
  const marker = join(folder, '.ingredients');
  const wanted = readFileSync(join(packageFolder, '.ingredients'), 'utf8');
  if (!existsSync(marker) || readFileSync(marker, 'utf8') !== wanted) {
    rmSync(folder, { recursive: true, force: true });
    compileExamples();
    runBin('jsii-pacmak', ['--targets', 'python', '--outdir', folder, packageFolder]);
    writeFileSync(marker, wanted);
  }
  const wheel = readdirSync(join(folder, 'python')).find((name) => name.endsWith('.whl'));
  pip(environment, ['install', '--force-reinstall', '--no-deps', join(folder, 'python', wheel)]);
}

function pip(environment, args) {
  runOrExit(join(environment, 'python'), ['-m', 'pip', '--quiet', '--disable-pip-version-check', ...args]);
}
