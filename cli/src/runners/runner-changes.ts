import { existsSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { Runner } from '@live-lambda/runner';
import { findConfigFile, loadConfigFile } from '../config/config-file.ts';
import { editRunners, type RunnersEdit } from '../config/edit-runners.ts';
import { packageFolder, readPackageJson } from '../config/project-folders.ts';
import { projectCommand } from '../project-command.ts';
import { UserError } from '../user-error.ts';
import { importRunner, isPath } from './import-runner.ts';
import { type Installation, install, type RunPackageCommand } from './installation.ts';
import { projectPackage, uninstallCommand } from './package-manager.ts';
import { smokeCheck } from './smoke-check.ts';
import type { MissingTool } from './toolchains.ts';

export interface ChangeOptions {
  readonly currentFolder: string;
  readonly builtIn: readonly Runner[];
  readonly run: RunPackageCommand;
  /** What is missing on this machine for a built-in runner. */
  readonly missingTools: (runner: string, folder: string) => Promise<readonly MissingTool[]>;
  /** Says what takes long. */
  readonly tell: (text: string) => void;
}

/** What was added or removed. */
export interface RunnerChange {
  /** The runner's name, if it could be found out. */
  readonly name: string | undefined;
  /** Its entry of `runners` in the config. */
  readonly spec: string;
  readonly edit: RunnersEdit;
  /** The package that was installed or taken away. */
  readonly package: string | undefined;
}

/** A name of npm, with or without a version, tag or the like behind an `@`. Source: npm documentation, "package.json", `name`. */
const packageSpec = /^((?:@[a-z0-9~][\w.~-]*\/)?[a-z0-9~][\w.~-]*)(?:@([\w.~+-]+))?$/;

/**
 * Adds a runner to the project: a package is installed first; it is imported, checked, and only then recorded. When one of
 * these fails, the project is as it was.
 * @throws UserError
 */
export async function addRunner(name: string, options: ChangeOptions): Promise<RunnerChange> {
  const target = configTarget(options.currentFolder);
  const own = options.builtIn.find((runner) => runner.name === name);
  if (own) {
    await checkTools(own.name, target.folder, options);
    return { ...(await record(name, target)), name: own.name, package: undefined };
  }
  if (leadsToFile(name, options.currentFolder)) {
    const spec = relativeSpec(resolve(options.currentFolder, name), target.folder);
    return { ...(await admit(spec, target)), package: undefined };
  }
  return addPackage(name, target, options);
}

/** Who writes the name of a file that is there does not mean a package of that name. */
function leadsToFile(name: string, folder: string): boolean {
  return isPath(name) || (/\.[cm]?[jt]s$/.test(name) && existsSync(resolve(folder, name)));
}

/** @throws UserError when functions of this runner could not run here. */
async function checkTools(name: string, folder: string, options: ChangeOptions): Promise<void> {
  const missing = await options.missingTools(name, folder);
  if (missing.length === 0) return;
  throw new UserError(
    `The runner "${name}" needs what is not on this machine: ${missing.map(({ what }) => what).join('; ')}.`,
    `Install it, then add the runner again: ${missing.map(({ install }) => install).join(' ; ')}`,
  );
}

async function addPackage(name: string, target: ConfigTarget, options: ChangeOptions): Promise<RunnerChange> {
  const [, bare, version] = packageSpec.exec(name) ?? [];
  if (bare === undefined) {
    throw new UserError(
      `"${name}" is neither the name of a package nor a path.`,
      'Give a name as on npm, for example `live-lambda-runner-deno`, or a path that begins with ./ or ../.',
    );
  }
  const packageHome = packageFolder(target.folder);
  if (packageHome === undefined) {
    throw new UserError(
      `There is no package.json in ${target.folder} or above, so nothing can be installed there.`,
      'Run this in the folder of your project (`npm init` makes a package.json), or add a runner by its path.',
    );
  }
  const isThere = version === undefined && dependsOn(packageHome, bare) !== undefined;
  let installation: Installation | undefined;
  if (!isThere) {
    const project = projectPackage(packageHome);
    options.tell(`Installing ${name} with ${project.manager.replace('-berry', '')} in ${packageHome} ...`);
    installation = await install(project, name, { name: bare, run: options.run });
  }
  try {
    return { ...(await admit(bare, target)), package: installation ? bare : undefined };
  } catch (error) {
    await installation?.undo();
    throw error;
  }
}

/** Imports, checks and records a runner. */
async function admit(spec: string, target: ConfigTarget): Promise<Omit<RunnerChange, 'package'>> {
  const imported = await importRunner(spec, target.folder);
  if ('fault' in imported) {
    throw new UserError(`${spec} cannot be used as a runner: ${imported.fault}.`, shapeHint);
  }
  const faults = await smokeCheck(imported.runner);
  if (faults.length > 0) {
    throw new UserError(`${spec} was tried and is no usable runner: ${faults.join('; ')}.`, shapeHint);
  }
  const { name } = imported.runner;
  await checkName(name, spec, target);
  return { ...(await record(spec, target)), name };
}

const shapeHint =
  'A runner is the default export of an ES module: an object with name, claims(fn) and prepare(fn, { signal }); see docs/runners.md.';

/** @throws UserError when another runner of the config has the name. */
async function checkName(name: string, spec: string, { file, folder }: ConfigTarget): Promise<void> {
  const present = file === undefined ? [] : ((await loadConfigFile(file)).config.runners ?? []);
  for (const other of present.filter((each) => each !== spec)) {
    const imported = await importRunner(other, folder);
    if ('runner' in imported && imported.runner.name === name) {
      throw new UserError(
        `${file} has a runner "${name}" already: ${other}.`,
        `Remove it first: \`${projectCommand(`live-lambda runners remove ${name}`)}\`.`,
      );
    }
  }
}

async function record(
  spec: string,
  target: ConfigTarget,
): Promise<{ readonly spec: string; readonly edit: RunnersEdit }> {
  const edit = await editRunners(target, (runners) => (runners.includes(spec) ? runners : [...runners, spec]));
  return { spec, edit };
}

/**
 * Takes a runner out of the config, and its package out of the project where it is a development dependency.
 * @param name of the runner, or its entry of `runners`
 * @returns undefined where there is no such runner in the config
 * @throws UserError
 */
export async function removeRunner(name: string, options: ChangeOptions): Promise<RunnerChange | undefined> {
  const target = configTarget(options.currentFolder);
  if (target.file === undefined) return undefined;
  const present = (await loadConfigFile(target.file)).config.runners ?? [];
  const spec = await findSpec(name, present, { target, currentFolder: options.currentFolder });
  if (spec === undefined) return undefined;
  const edit = await editRunners(target, (runners) => runners.filter((each) => each !== spec));
  const isOwn = options.builtIn.some((runner) => runner.name === spec);
  const packageHome = packageFolder(target.folder);
  const canGo = edit.result === 'written' && !isPath(spec) && !isOwn;
  if (canGo && packageHome !== undefined && dependsOn(packageHome, spec) === 'development') {
    const project = projectPackage(packageHome);
    options.tell(`Uninstalling ${spec} with ${project.manager.replace('-berry', '')} ...`);
    await options.run(uninstallCommand(project, spec));
    return { name, spec, edit, package: spec };
  }
  return { name, spec, edit, package: undefined };
}

/** The entry of `runners` that is meant: by itself, by its path, or by the name of the runner that it leads to. */
async function findSpec(
  name: string,
  present: readonly string[],
  { target, currentFolder }: { readonly target: ConfigTarget; readonly currentFolder: string },
): Promise<string | undefined> {
  if (present.includes(name)) return name;
  const path = leadsToFile(name, currentFolder) ? relativeSpec(resolve(currentFolder, name), target.folder) : undefined;
  if (path !== undefined && present.includes(path)) return path;
  for (const spec of present) {
    const imported = await importRunner(spec, target.folder);
    if ('runner' in imported && imported.runner.name === name) return spec;
  }
  return undefined;
}

interface ConfigTarget {
  /** Undefined where there is no config yet. */
  readonly file: string | undefined;
  readonly folder: string;
}

function configTarget(currentFolder: string): ConfigTarget {
  const file = findConfigFile(currentFolder);
  return { file, folder: file === undefined ? (packageFolder(currentFolder) ?? currentFolder) : dirname(file) };
}

/** `./tools/runner.ts`, with the slashes of a URL on every system. */
function relativeSpec(path: string, folder: string): string {
  const spec = relative(folder, path).split(sep).join('/');
  // Another drive of Windows has no relative path.
  if (isAbsolute(spec)) return spec;
  return spec.startsWith('../') || spec === '..' ? spec : `./${spec}`;
}

function dependsOn(folder: string, name: string): 'production' | 'development' | undefined {
  const found = readPackageJson(folder);
  if (found?.dependencies?.[name] !== undefined) return 'production';
  return found?.devDependencies?.[name] === undefined ? undefined : 'development';
}
