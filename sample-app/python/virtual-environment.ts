import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folder of the programs in a virtual environment (Python's documentation of `venv`). */
const programsFolder = process.platform === 'win32' ? 'Scripts' : 'bin';

/** Where the virtual environments of all suites are: it is no part of what git holds. */
const cacheFolder = join(import.meta.dirname, '../../node_modules/.cache/live-lambda-python');

/** Python 3.10 or newer with `venv`, which is what the pinned packages need. */
const check = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))';

export type VirtualEnvironment =
  | { readonly type: 'ready'; readonly programs: string }
  | { readonly type: 'impossible'; readonly reason: string };

/** Programs that were installed by {@link prepareVirtualEnvironment} under a name. */
export const programsOf = (name: string): string => join(cacheFolder, name, programsFolder);

/**
 * Makes a virtual environment with the packages of a requirements file, unless it is there.
 * @param name of its folder.
 * @throws Error where the packages cannot be installed
 */
export function prepareVirtualEnvironment(name: string, requirementsFile: string): VirtualEnvironment {
  const folder = join(cacheFolder, name);
  const marker = join(folder, 'installed.txt');
  const wanted = readFileSync(requirementsFile, 'utf8');
  const programs = programsOf(name);
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return { type: 'ready', programs };
  const python = ['python3', 'python'].find((each) => spawnSync(each, ['-c', check], { stdio: 'ignore' }).status === 0);
  if (python === undefined) {
    return { type: 'impossible', reason: 'there is no Python 3.10 or newer with venv on this machine' };
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  runProgram(python, ['-m', 'venv', folder]);
  const pip = ['-m', 'pip', '--quiet', '--disable-pip-version-check', 'install', '--no-deps'];
  runProgram(join(programs, 'python'), [...pip, '--requirement', requirementsFile]);
  writeFileSync(marker, wanted);
  return { type: 'ready', programs };
}

function runProgram(program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`\`${[program, ...args].join(' ')}\` failed`, { cause: error });
}
