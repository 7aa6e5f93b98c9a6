import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isWorkspaceRoot, projectFolders, readPackageJson } from '../config/project-folders.ts';

/** `yarn`: version 1; `yarn-berry`: 2 and newer, whose flags are others. */
export type PackageManagerName = 'npm' | 'pnpm' | 'yarn' | 'yarn-berry';

/** The package of a project into which something is installed, and with what. */
export interface ProjectPackage {
  readonly manager: PackageManagerName;
  /** The folder of its package.json. */
  readonly folder: string;
  /** The folder of its workspace, which is its own where it is no member of another. */
  readonly root: string;
}

/** A program to start. */
export interface PackageCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

/** Lock files, by which a package manager is known where package.json names none. */
const lockFiles: Readonly<Record<string, 'npm' | 'pnpm' | 'yarn'>> = {
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'package-lock.json': 'npm',
  'npm-shrinkwrap.json': 'npm',
};

/** Every file that an installation may write besides `node_modules`. */
export const installedFiles = ['package.json', ...Object.keys(lockFiles), '.pnp.cjs', '.pnp.loader.mjs'];

/** The package manager of a project, by the nearest `packageManager` field or lock file; npm where there is neither. */
export function projectPackage(folder: string): ProjectPackage {
  const folders = projectFolders(folder);
  // Who has a lock file of its own is no member of the workspace that it lies in.
  const isAlone = Object.keys(lockFiles).some((file) => existsSync(join(folder, file)));
  const root = isAlone ? folder : (folders.find(isWorkspaceRoot) ?? folder);
  const named = folders.map(managerOf).find((name) => name !== undefined) ?? 'npm';
  const manager = named === 'yarn' && isBerry(folders) ? 'yarn-berry' : named;
  return { manager, folder, root };
}

function managerOf(folder: string): 'npm' | 'pnpm' | 'yarn' | undefined {
  const field = readPackageJson(folder)?.packageManager;
  const named = typeof field === 'string' ? /^(npm|pnpm|yarn)@/.exec(field)?.[1] : undefined;
  if (named === 'npm' || named === 'pnpm' || named === 'yarn') return named;
  const lock = Object.keys(lockFiles).find((file) => existsSync(join(folder, file)));
  return lock === undefined ? undefined : lockFiles[lock];
}

function isBerry(folders: readonly string[]): boolean {
  return folders.some((folder) => {
    const field = readPackageJson(folder)?.packageManager;
    return existsSync(join(folder, '.yarnrc.yml')) || (typeof field === 'string' && /^yarn@([2-9]|\d\d)/.test(field));
  });
}

/** How packages are installed as development dependencies. */
export function installCommand(target: ProjectPackage, ...specs: readonly string[]): PackageCommand {
  return commandOf(target, specs, {
    npm: ['install', '--save-dev', '--no-audit', '--no-fund'],
    pnpm: ['add', '--save-dev'],
    yarn: ['add', '--dev'],
  });
}

/** How they are taken away again. */
export function uninstallCommand(target: ProjectPackage, ...names: readonly string[]): PackageCommand {
  return commandOf(target, names, {
    npm: ['uninstall', '--no-audit', '--no-fund'],
    pnpm: ['remove'],
    yarn: ['remove'],
  });
}

function commandOf(
  { manager, folder, root }: ProjectPackage,
  specs: readonly string[],
  verbs: Readonly<Record<'npm' | 'pnpm' | 'yarn', readonly string[]>>,
): PackageCommand {
  const isMember = root !== folder;
  const isRoot = !isMember && isWorkspaceRoot(folder);
  switch (manager) {
    case 'npm': {
      const workspace = isMember ? ['--workspace', relative(root, folder)] : [];
      return { command: 'npm', args: [...verbs.npm, ...workspace, ...specs], cwd: root };
    }
    // Both refuse to change the root of a workspace unless they are told that it is meant.
    case 'pnpm':
      return { command: 'pnpm', args: [...verbs.pnpm, ...(isRoot ? ['--workspace-root'] : []), ...specs], cwd: folder };
    case 'yarn':
      return {
        command: 'yarn',
        args: [...verbs.yarn, ...(isRoot ? ['--ignore-workspace-root-check'] : []), ...specs],
        cwd: folder,
      };
    case 'yarn-berry':
      return { command: 'yarn', args: [...verbs.yarn, ...specs], cwd: folder };
  }
}
