import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Files whose folder is the root of a workspace of packages, besides a package.json with `workspaces`. */
const workspaceFiles = ['pnpm-workspace.yaml', 'pnpm-workspace.yml'];

/** `package.json` as far as it matters here. */
export interface PackageJson {
  readonly name?: string;
  readonly type?: string;
  readonly packageManager?: string;
  readonly workspaces?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly 'live-lambda'?: unknown;
}

/** A folder and all that lead to it, the nearest first. */
export function foldersUpward(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersUpward(parent)];
}

/**
 * The folders of the project that `folder` is in, the nearest first: up to the root of the repository, else of the
 * workspace, else to the topmost package.json; `folder` alone where there is none of these. What lies further up belongs
 * to somebody else, and a config there would be somebody else's code.
 */
export function projectFolders(folder: string): readonly string[] {
  const upward = foldersUpward(folder);
  const last = (is: (each: string) => boolean) => upward.findLastIndex(is);
  const repository = upward.findIndex((each) => existsSync(join(each, '.git')));
  const top = [repository, last(isWorkspaceRoot), last((each) => existsSync(join(each, 'package.json')))];
  const end = top.find((index) => index >= 0) ?? 0;
  return upward.slice(0, end + 1);
}

/** Whether packages below this folder are members of one workspace. */
export function isWorkspaceRoot(folder: string): boolean {
  if (workspaceFiles.some((file) => existsSync(join(folder, file)))) return true;
  return readPackageJson(folder)?.workspaces !== undefined;
}

/** The nearest folder with a package.json, within the project of `folder`. */
export function packageFolder(folder: string): string | undefined {
  return projectFolders(folder).find((each) => existsSync(join(each, 'package.json')));
}

/** The package.json of a folder, or undefined where there is none that can be read as JSON. */
export function readPackageJson(folder: string): PackageJson | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a path leads to a folder. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
