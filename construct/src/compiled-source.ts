import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseTolerantJson } from './tolerant-json.ts';

/** Where a compiled file came from; `compiled`: from a source that cannot be found; `authored`: it is a source itself. */
export type Origin =
  | { readonly state: 'found'; readonly source: string; readonly by: 'sourcemap' | 'tsconfig' }
  | { readonly state: 'compiled' }
  | { readonly state: 'authored' };

/** What compilers and bundlers write into their output: TypeScript, Babel, esbuild, webpack, ncc. */
const COMPILED_MARKS = [
  /["']__esModule["'], ?\{ ?value: ?(?:true|!0) ?\}/,
  /^\/\/# sourceMappingURL=/m,
  /\b__(?:webpack|nccwpck)_require__\b/,
];
const SOURCE_MAP_URL = /^\/\/[#@] sourceMappingURL=(\S+)\s*$/gm;
const DATA_URL = /^data:application\/json[^,]*?(;base64)?,(.*)$/s;
/** What a bundler puts before the names of its sources: `webpack://shop/./src/a.ts`, `webpack-internal:///./src/a.ts`. */
const BUNDLER_PREFIX = /^[a-z-]+:\/\/\/?(?:[^/]*\/)?(?=\.{0,2}\/|[^/])/;
const SOURCE_EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.jsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};
/** The folder of the tsconfig, in a path of its own or of one that extends it. */
const CONFIG_DIRECTORY = /\$\{configDir\}/;
/** Longer chains of `extends` than this are a mistake, if not a circle. */
const MAX_EXTENDS = 10;

/** Traces a JavaScript file that the app deploys back to the source which a developer edits. */
export function traceToSource(file: string): Origin {
  if (!(extname(file) in SOURCE_EXTENSIONS)) return { state: 'authored' };
  const text = readFileSync(file, 'utf8');
  const mapped = sourceByMap(file, text);
  if (mapped !== undefined) return { state: 'found', source: mapped, by: 'sourcemap' };
  const configured = sourceByTsconfig(file);
  if (configured !== undefined) return { state: 'found', source: configured, by: 'tsconfig' };
  return { state: COMPILED_MARKS.some((mark) => mark.test(text)) ? 'compiled' : 'authored' };
}

interface SourceMap {
  readonly sourceRoot?: unknown;
  readonly sources?: unknown;
  readonly sections?: unknown;
}

function sourceByMap(file: string, text: string): string | undefined {
  const url = [...text.matchAll(SOURCE_MAP_URL)].at(-1)?.[1];
  const read = url === undefined ? undefined : readSourceMap(file, url);
  if (read === undefined) return undefined;
  const { map, directory } = read;
  const names = Array.isArray(map.sources) ? map.sources.filter((name) => typeof name === 'string') : [];
  const root = typeof map.sourceRoot === 'string' ? map.sourceRoot : '';
  const sources = names
    .map((name) => locateMappedSource({ name, root, directory }))
    .filter((source) => source !== undefined && source !== file)
    .filter((source) => source !== undefined && !source.split(sep).includes('node_modules'));
  // Bundlers list what a file imports before the file itself; the name tells more, where it has stayed the same.
  const stem = stemOf(file);
  return sources.findLast((source) => source !== undefined && stemOf(source) === stem) ?? sources.at(-1);
}

function readSourceMap(file: string, url: string): { readonly map: SourceMap; readonly directory: string } | undefined {
  const data = DATA_URL.exec(url);
  const path = resolve(dirname(file), decodeName(url));
  try {
    const text = data ? decodeData(data[2] ?? '', data[1] !== undefined) : readFileSync(path, 'utf8');
    const map: unknown = JSON.parse(text.replace(/^\)\]\}'[^\n]*\n/, ''));
    if (typeof map !== 'object' || map === null) return undefined;
    return { map, directory: data ? dirname(file) : dirname(path) };
  } catch {
    // A missing or broken map tells nothing, as no map does.
    return undefined;
  }
}

function decodeData(data: string, isBase64: boolean): string {
  return isBase64 ? Buffer.from(data, 'base64').toString('utf8') : decodeURIComponent(data);
}

function decodeName(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

interface MappedName {
  readonly name: string;
  readonly root: string;
  /** Where the map lies. */
  readonly directory: string;
}

function locateMappedSource({ name, root, directory }: MappedName): string | undefined {
  if (name.startsWith('file://')) return existing(fileURLToPath(name));
  const bare = name.replace(/\?.*$/, '').replace(BUNDLER_PREFIX, '');
  if (bare === name) return existing(resolve(directory, localPath(root), name));
  // Named from the project's folder, which is somewhere above.
  for (let folder = directory; ; folder = dirname(folder)) {
    const found = existing(resolve(folder, bare));
    if (found !== undefined || dirname(folder) === folder) return found;
  }
}

function localPath(root: string): string {
  return root.startsWith('file://') ? fileURLToPath(root) : root;
}

interface CompilerPaths {
  readonly outDir?: string;
  readonly rootDir?: string;
}

function sourceByTsconfig(file: string): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const configs = readdirSync(folder).filter((name) => /^tsconfig.*\.json$/.test(name));
    // tsconfig.json itself before others of the folder.
    for (const name of configs.sort((a, b) => a.length - b.length)) {
      const found = sourceByCompilerPaths(file, { folder, paths: readCompilerPaths(join(folder, name)) });
      if (found !== undefined) return found;
    }
    if (dirname(folder) === folder || basename(folder) === 'node_modules') return undefined;
  }
}

function sourceByCompilerPaths(
  file: string,
  { folder, paths }: { readonly folder: string; readonly paths: CompilerPaths },
): string | undefined {
  if (paths.outDir === undefined) return undefined;
  const inside = relative(paths.outDir, file);
  if (inside.startsWith('..') || isAbsolute(inside)) return undefined;
  // Without rootDir the compiler takes the folder that all sources share: usually that of the tsconfig, or src.
  const roots = paths.rootDir === undefined ? [folder, join(folder, 'src')] : [paths.rootDir];
  const stem = inside.slice(0, inside.length - extname(inside).length);
  const extensions = SOURCE_EXTENSIONS[extname(file)] ?? [];
  return roots
    .flatMap((root) => extensions.map((extension) => existing(join(root, stem + extension))))
    .find((source) => source !== undefined);
}

/** What a tsconfig says of folders, or the nearest that it extends; paths are meant from the file that has them. */
function readCompilerPaths(config: string, depth = 0): CompilerPaths {
  const parsed = parseTolerantJson(readText(config));
  const options = memberOf(parsed, 'compilerOptions');
  const folder = dirname(config);
  const extended = [memberOf(parsed, 'extends')].flat().filter((name) => typeof name === 'string');
  const inherited = depth < MAX_EXTENDS ? extended.map((name) => inheritedPaths(folder, { name, depth })) : [];
  return { ...Object.assign({}, ...inherited), ...ownPaths(folder, options) };
}

function ownPaths(folder: string, options: unknown): CompilerPaths {
  const pathAt = (name: string) => {
    const value = memberOf(options, name);
    return typeof value === 'string' ? { [name]: resolve(folder, value.replace(CONFIG_DIRECTORY, folder)) } : {};
  };
  return { ...pathAt('outDir'), ...pathAt('rootDir') };
}

function inheritedPaths(
  folder: string,
  { name, depth }: { readonly name: string; readonly depth: number },
): CompilerPaths {
  // A package's tsconfig says nothing of this project's folders.
  if (!name.startsWith('.') && !isAbsolute(name)) return {};
  const path = resolve(folder, name);
  const file = existing(path) ?? existing(`${path}.json`);
  return file === undefined ? {} : readCompilerPaths(file, depth + 1);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function existing(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? path : undefined;
}

function stemOf(file: string): string {
  return basename(file, extname(file));
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
