import { basename, dirname, extname, join, relative, sep } from 'node:path';
import type { InputFolder, Inputs } from '../runner.ts';

/** What a module specifier without an extension may be resolved to. */
const RESOLVED_EXTENSIONS = new Set(['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json']);

/** Runners build into folders of this name. What lies there comes from sources, and is none. */
const OUTPUT_FOLDER = '.live-lambda';

/** What never counts below a folder, and never for a broken function. */
const IGNORED_FOLDER = 'node_modules';

export interface WatchedPathsOptions {
  readonly inputs: Inputs;
  /** Whether any change beside the inputs may mend the function. */
  readonly broken: boolean;
  /** Folders above the inputs are watched up to here, since one that is replaced takes what is below it along. */
  readonly base: string;
}

/** Something happened in a folder. */
export interface FolderChange {
  readonly folder: string;
  /** Undefined where the system does not say, and for a folder that was replaced as a whole. */
  readonly name: string | undefined;
  /** Whether an entry may have appeared or vanished, rather than only changed. */
  readonly isEntry: boolean;
}

/** What a change means for a function. */
export type Concern =
  | { readonly type: 'none' }
  /** These inputs may have another content. */
  | { readonly type: 'files'; readonly files: readonly string[] }
  /** If this exists, it is found in place of an input. */
  | { readonly type: 'rival'; readonly path: string }
  /** If this is or was a folder, the files in it count. */
  | { readonly type: 'folder'; readonly path: string }
  /** Whatever it is, it may mend what is broken. */
  | { readonly type: 'remedy'; readonly path: string };

export interface WatchedPaths {
  /** Folders whose own entries matter, whether they exist or not. */
  readonly folders: ReadonlySet<string>;
  readonly trees: readonly InputFolder[];
  concernOf(change: FolderChange): Concern;
}

/** Which changes on disk concern a function. Pure: looks at names alone. */
export function watchedPaths({ inputs, broken, base }: WatchedPathsOptions): WatchedPaths {
  const files = new Set(inputs.files);
  const parents = new Set(inputs.files.map((file) => dirname(file)));
  const rivals = new Set(inputs.files.flatMap(rivalStems));
  const folders = new Set([...parents, ...[...rivals].map((stem) => dirname(stem))]);
  for (const folder of [...folders]) for (const above of foldersUpTo(base, folder)) folders.add(above);
  for (const { path } of inputs.folders) folders.add(path);

  const concernOf = ({ folder, name, isEntry }: FolderChange): Concern => {
    if (name === undefined) {
      const within = inputs.files.filter((file) => dirname(file) === folder);
      return within.length > 0 ? { type: 'files', files: within } : inTree(inputs.folders, { folder, name, isEntry });
    }
    const path = join(folder, name);
    if (files.has(path)) return { type: 'files', files: [path] };
    if (isEntry && RESOLVED_EXTENSIONS.has(extname(name)) && rivals.has(withoutExtension(path))) {
      return { type: 'rival', path };
    }
    if (broken && parents.has(folder) && !isIgnoredName(name)) return { type: 'remedy', path };
    return inTree(inputs.folders, { folder, name, isEntry });
  };
  return { folders, trees: inputs.folders, concernOf };
}

function inTree(trees: readonly InputFolder[], { folder, name, isEntry }: FolderChange): Concern {
  for (const tree of trees) {
    if (!isWithin(tree.path, folder) || leadsThroughIgnored(tree, folder)) continue;
    if (name === undefined) return { type: 'folder', path: folder };
    if (countsInTree(tree, name)) return { type: 'files', files: [join(folder, name)] };
    if (isEntry && !isIgnoredIn(tree, name)) return { type: 'folder', path: join(folder, name) };
  }
  return { type: 'none' };
}

export interface SourceFolders {
  /** Of the function's project. */
  readonly base: string;
  /** Where programs of this machine keep what is theirs for a while. */
  readonly temporary: string;
}

/**
 * Whether a file that a process has read may be a source, rather than the result of a build or what the function itself
 * wrote, which would be a change each time. In Lambda it can write to the temporary folder alone.
 */
export function isSource(file: string, { base, temporary }: SourceFolders): boolean {
  if (file.split(sep).includes(OUTPUT_FOLDER)) return false;
  return isWithin(base, file) || !isWithin(temporary, file);
}

/** Whether a file of this name counts below a folder. */
export function countsInTree(tree: InputFolder, name: string): boolean {
  if (isIgnoredName(name)) return false;
  return tree.extensions.length === 0 || tree.extensions.includes(extname(name));
}

/** Whether a folder of this name is left out below a folder, with all that is in it. */
export function isIgnoredIn(tree: InputFolder, name: string): boolean {
  return isIgnoredName(name) || tree.ignored.includes(name);
}

function isIgnoredName(name: string): boolean {
  return name === IGNORED_FOLDER || name.startsWith('.');
}

function leadsThroughIgnored(tree: InputFolder, folder: string): boolean {
  return relative(tree.path, folder)
    .split(sep)
    .some((name) => name !== '' && isIgnoredIn(tree, name));
}

/** What would be resolved in place of a file: the same name with another extension, and for an index a file beside its folder. */
function rivalStems(file: string): string[] {
  if (!RESOLVED_EXTENSIONS.has(extname(file))) return [];
  const stem = withoutExtension(file);
  return basename(stem) === 'index' ? [stem, dirname(stem)] : [stem];
}

function withoutExtension(path: string): string {
  return path.slice(0, path.length - extname(path).length);
}

function isWithin(base: string, path: string): boolean {
  const way = relative(base, path);
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || /^[A-Za-z]:/.test(way));
}

/** The folder's own ancestors, from the folder's parent up to the base; none if it does not lie within. */
function foldersUpTo(base: string, folder: string): string[] {
  const above: string[] = [];
  for (let at = folder; at !== base && isWithin(base, at); at = dirname(at)) above.push(dirname(at));
  return above;
}
