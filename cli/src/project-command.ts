import { type PackageManagerName, projectPackage } from './runners/package-manager.ts';

/**
 * How each package manager starts a program of the project. npx finds one that is installed globally, too, and fetches
 * one that is nowhere, so that it is right where there is no project of Node.js either.
 * Sources: npm Docs, "npx"; pnpm, "pnpm exec"; yarn, "yarn run".
 */
const starters: Readonly<Record<PackageManagerName, string>> = {
  npm: 'npx',
  pnpm: 'pnpm exec',
  yarn: 'yarn',
  'yarn-berry': 'yarn',
};

/** How each installs a development dependency. */
const installers: Readonly<Record<PackageManagerName, string>> = {
  npm: 'npm install --save-dev',
  pnpm: 'pnpm add --save-dev',
  yarn: 'yarn add --dev',
  'yarn-berry': 'yarn add --dev',
};

/** By folder. */
const found = new Map<string, PackageManagerName>();

/**
 * What a developer types to run a command of a program that the project has installed, which is not on their path:
 * `npx live-lambda tunnel` for `live-lambda tunnel`.
 * @param folder in which it is typed
 */
export function projectCommand(command: string, folder = process.cwd()): string {
  return `${starters[managerOf(folder)]} ${command}`;
}

/** What a developer types to install a package: `npm install --save-dev aws-cdk`. */
export function installationCommand(name: string, folder = process.cwd()): string {
  return `${installers[managerOf(folder)]} ${name}`;
}

function managerOf(folder: string): PackageManagerName {
  const manager = found.get(folder) ?? projectPackage(folder).manager;
  found.set(folder, manager);
  return manager;
}
