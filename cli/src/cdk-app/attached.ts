import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolders, readPackageJson } from '../config/project-folders.ts';
import { findAppEntry } from './app-entry.ts';
import { type CdkApp, subfolders } from './find-cdk-app.ts';

/** The construct library, as an app names it. */
const constructPackage = 'live-lambda-cdk';

/** How far below its folder, and in how many files, the line of an app is looked for. */
const maxDepth = 4;
const maxFiles = 500;

/**
 * Whether an app uses the construct library: whether its program names it. Undefined where that cannot be told: for apps
 * in other languages, and for those that depend on the library without a file of their own that names it, since the line
 * may be in a package of theirs, or not be written yet.
 */
export function isAttached(app: CdkApp): boolean | undefined {
  const entry = findAppEntry(app);
  if (entry.kind === 'other-language') return undefined;
  if (entry.kind === 'script' && namesConstruct(entry.file)) return true;
  const isInstalled = projectFolders(app.folder).some((folder) => {
    const { dependencies, devDependencies } = readPackageJson(folder) ?? {};
    return { ...dependencies, ...devDependencies }[constructPackage] !== undefined;
  });
  if (!isInstalled) return false;
  return scriptsBelow(app.folder).some(namesConstruct) || undefined;
}

function namesConstruct(file: string): boolean {
  return readFileSync(file, 'utf8').includes(constructPackage);
}

/** Breadth first, so that what is near is found in any app. */
function scriptsBelow(folder: string): readonly string[] {
  const found: string[] = [];
  let level = [folder];
  for (let depth = 0; depth < maxDepth && found.length < maxFiles; depth += 1) {
    found.push(...level.flatMap(scriptsIn));
    level = level.flatMap(subfolders);
  }
  return found.slice(0, maxFiles);
}

function scriptsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((each) => each.isFile() && /\.[cm]?[jt]sx?$/.test(each.name))
      .map(({ name }) => join(folder, name));
  } catch {
    // What cannot be read is not looked into.
    return [];
  }
}
