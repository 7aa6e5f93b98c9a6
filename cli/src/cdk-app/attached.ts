import { readFileSync } from 'node:fs';
import { projectFolders, readPackageJson } from '../config/project-folders.ts';
import { findAppEntry } from './app-entry.ts';
import type { CdkApp } from './find-cdk-app.ts';

/** The construct library, as an app names it. */
const constructPackage = 'live-lambda-cdk';

/**
 * Whether an app uses the construct library: its program names it, or a package that it belongs to depends on it.
 * Undefined for apps in other languages, of which that cannot be told from here.
 */
export function isAttached(app: CdkApp): boolean | undefined {
  const entry = findAppEntry(app);
  if (entry.kind === 'other-language') return undefined;
  if (entry.kind === 'script' && readFileSync(entry.file, 'utf8').includes(constructPackage)) return true;
  // Another file of the program may hold the line.
  return projectFolders(app.folder).some((folder) => {
    const { dependencies, devDependencies } = readPackageJson(folder) ?? {};
    return { ...dependencies, ...devDependencies }[constructPackage] !== undefined;
  });
}
