import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { type AppEntry, findAppEntry } from '../cdk-app/app-entry.ts';
import type { CdkApp } from '../cdk-app/find-cdk-app.ts';
import { findConfigFile } from '../config/config-file.ts';
import { packageFolder, projectFolders, readPackageJson } from '../config/project-folders.ts';
import { installCommand, type PackageCommand, projectPackage, uninstallCommand } from '../runners/package-manager.ts';
import { addAppLine } from './app-line.ts';
import { newConfig } from './config-text.ts';
import { addLaunchConfigurations, launchConfigurations, runConfiguration } from './editor-files.ts';
import type { ByHand, FileChange } from './file-change.ts';
import { ignoreOutput, ignoresOutput } from './git-ignore.ts';
import { languageLines, scriptLines } from './other-languages.ts';

/** All that makes an app one that uses live-lambda; nothing of it is done yet. */
export interface InitPlan {
  readonly app: CdkApp;
  /** The top of the project, to which paths are shown relative. */
  readonly top: string;
  /** In the order in which they are shown and written; only what is not there yet. */
  readonly changes: readonly FileChange[];
  readonly byHand: readonly ByHand[];
  /** Undefined where nothing has to be installed, or nothing can be. */
  readonly install: { readonly command: PackageCommand; readonly undo: PackageCommand } | undefined;
}

export interface InitOptions {
  readonly app: CdkApp;
  /** Of this command line, which the construct library has to match. */
  readonly release: string;
  /** Whether VS Code and JetBrains' editors are given configurations. */
  readonly editors: boolean;
}

const commandLinePackage = 'live-lambda';
const constructPackage = 'live-lambda-cdk';

/** Looks at the app and its project. @throws UserError where two configs are there */
export function planInit({ app, release, editors }: InitOptions): InitPlan {
  const entry = findAppEntry(app);
  const top = projectFolders(app.folder).at(-1) ?? app.folder;
  const line = planLine(entry, app);
  const parts = [line, ...[planConfig(entry, app), planGitIgnore(app)].map((changes) => ({ changes, byHand: [] }))];
  if (editors) parts.push(planLaunch(app, top), { changes: planRunConfiguration(app, top), byHand: [] });
  return {
    app,
    top,
    changes: parts.flatMap(({ changes }) => changes).filter(({ before, after }) => before !== after),
    byHand: parts.flatMap(({ byHand }) => byHand),
    install: entry.kind === 'other-language' ? undefined : planInstall(app, release),
  };
}

interface Part {
  readonly changes: readonly FileChange[];
  readonly byHand: readonly ByHand[];
}

function planLine(entry: AppEntry, app: CdkApp): Part {
  if (entry.kind === 'other-language') {
    const { install, lines } = languageLines[entry.language];
    const reason = `it is written in ${entry.language}; its dependency is ${install}`;
    return { changes: [], byHand: [{ where: `the program of ${join(app.folder, 'cdk.json')}`, reason, lines }] };
  }
  if (entry.kind === 'unknown') {
    const command = app.command === undefined ? 'names no command' : `runs \`${app.command}\``;
    const reason = `${join(app.folder, 'cdk.json')} ${command}, which does not tell its file`;
    return { changes: [], byHand: [{ where: 'the program that makes the App', reason, lines: scriptLines }] };
  }
  const before = readFileSync(entry.file, 'utf8');
  const line = addAppLine(before, { jsx: entry.file.endsWith('x') });
  if (line.result === 'edited')
    return { changes: [{ path: entry.file, before, after: line.text, about: 'the one line' }], byHand: [] };
  if (line.result === 'present') return { changes: [], byHand: [] };
  return { changes: [], byHand: [{ where: entry.file, reason: line.reason, lines: scriptLines }] };
}

function planConfig(entry: AppEntry, { folder }: CdkApp): readonly FileChange[] {
  if (entry.kind === 'other-language' || findConfigFile(folder) !== undefined) return [];
  const home = packageFolder(folder) ?? folder;
  const { name, text } = newConfig({
    typescript: entry.kind === 'script' ? /\.[cm]?tsx?$/.test(entry.file) : existsSync(join(home, 'tsconfig.json')),
    esModules: readPackageJson(home)?.type === 'module',
  });
  return [{ path: join(folder, name), before: undefined, after: text, about: 'settings, of which none is set' }];
}

/** Only in a repository of git, in whose files the output may already be left out further up. */
function planGitIgnore({ folder }: CdkApp): readonly FileChange[] {
  const folders = projectFolders(folder);
  if (!existsSync(join(folders.at(-1) ?? folder, '.git'))) return [];
  const files = folders.map((each) => join(each, '.gitignore'));
  if (files.some((file) => ignoresOutput(read(file) ?? ''))) return [];
  const path = join(folder, '.gitignore');
  const before = read(path);
  return [{ path, before, after: ignoreOutput(before), about: 'leaves out what a synth writes' }];
}

function planLaunch(app: CdkApp, top: string): Part {
  const home = folderWith('.vscode', app, top);
  const path = join(home, '.vscode', 'launch.json');
  const before = read(path);
  const configurations = launchConfigurations(relative(home, app.folder).split(sep).join('/'));
  const after = addLaunchConfigurations(before, configurations);
  if (after !== undefined)
    return { changes: [{ path, before, after, about: 'starts the tunnel or attaches, in VS Code' }], byHand: [] };
  const lines = JSON.stringify(configurations, undefined, 2).split('\n');
  return { changes: [], byHand: [{ where: path, reason: 'it cannot be read as VS Code reads it', lines }] };
}

function planRunConfiguration(app: CdkApp, top: string): readonly FileChange[] {
  const path = join(folderWith('.idea', app, top), '.run', 'live-lambda.run.xml');
  const before = read(path);
  return [{ path, before, after: before ?? runConfiguration, about: "attaches, in JetBrains' editors" }];
}

/** The folder that an editor opens: the nearest one in which it has left its own, else the top of the project. */
function folderWith(name: string, { folder }: CdkApp, top: string): string {
  return projectFolders(folder).find((each) => existsSync(join(each, name))) ?? top;
}

function planInstall({ folder }: CdkApp, release: string): InitPlan['install'] {
  const home = packageFolder(folder);
  if (home === undefined) return undefined;
  const { dependencies, devDependencies, name } = readPackageJson(home) ?? {};
  const present = { ...dependencies, ...devDependencies };
  // Within the workspace of live-lambda itself its name is taken.
  const missing = [commandLinePackage, constructPackage].filter((each) => each !== name && present[each] === undefined);
  if (missing.length === 0) return undefined;
  const target = projectPackage(home);
  return {
    command: installCommand(target, ...missing.map((each) => `${each}@${release}`)),
    undo: uninstallCommand(target, ...missing),
  };
}

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** A path as it is shown: relative to the top of the project, or its name where that is outside. */
export function shownPath({ top }: Pick<InitPlan, 'top'>, path: string): string {
  const shown = relative(top, path);
  return shown.startsWith('..') ? basename(dirname(path)) + sep + basename(path) : shown;
}
