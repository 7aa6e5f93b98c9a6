import { type Dirent, existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { findAppEntry } from '../cdk-app/app-entry.ts';
import { cdkFileName, findCdkApp } from '../cdk-app/find-cdk-app.ts';
import type { NewestSource } from './app-checks.ts';

/** What apps are written in. Source: AWS CDK Developer Guide, "Supported programming languages". */
const sourceExtensions = /\.(?:[cm]?[jt]s|py|java|cs|fs|go|json)$/;
const skippedFolders = new Set([
  'node_modules',
  '.git',
  'cdk.out',
  'dist',
  'build',
  'target',
  '.venv',
  'test',
  'tests',
]);
/** Of an app with more files only these are looked at. */
const maxFiles = 5000;

/**
 * The source of a CDK app that was changed last: cdk.json, and what is in the folder of the program that it names and in
 * `lib` beside it, but for the folders of handlers, which the tunnel reads itself.
 * @param folder where cdk.json is
 * @param handlerFiles absolute
 */
export async function newestSource(folder: string, handlerFiles: readonly string[]): Promise<NewestSource | undefined> {
  if (!existsSync(join(folder, cdkFileName))) return undefined;
  const entry = findAppEntry(findCdkApp(folder, folder));
  const program = entry.kind === 'script' ? entry.file : undefined;
  const roots = [...new Set([...(program === undefined ? [] : [dirname(program)]), join(folder, 'lib')])];
  const handlerFolders = handlerFiles.map(dirname).filter((each) => !roots.includes(each) && each !== folder);
  const files = [join(folder, cdkFileName)];
  const isHandlers = (path: string) => handlerFolders.some((each) => path === each || path.startsWith(each + sep));
  // A program beside cdk.json makes the whole project its folder: then it alone counts, and lib.
  for (const root of roots) {
    if (root === folder && program !== undefined) files.push(program);
    else await collect(root, files, isHandlers);
  }
  let newest: NewestSource | undefined;
  for (const file of files.filter((each) => !handlerFiles.includes(each))) {
    const changedMs = (await stat(file).catch(() => undefined))?.mtimeMs;
    if (changedMs !== undefined && changedMs > (newest?.changedMs ?? 0))
      newest = { file: relative(folder, file), changedMs };
  }
  return newest;
}

async function collect(folder: string, files: string[], isLeftOut: (path: string) => boolean): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (files.length >= maxFiles) return;
    if (isLeftOut(path)) continue;
    if (entry.isDirectory() && !skippedFolders.has(entry.name)) await collect(path, files, isLeftOut);
    if (entry.isFile() && sourceExtensions.test(entry.name)) files.push(path);
  }
}
