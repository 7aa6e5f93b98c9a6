import { realpathSync } from 'node:fs';
import { Module } from 'node:module';
import { dirname, isAbsolute, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Files of the function's code that were read, each once. */
export interface LoadedFiles {
  /** Tells now what was not told yet; otherwise that comes with the next turn of the event loop. */
  flush(): void;
}

export interface LoadedFilesOptions {
  /** Given absolute, real paths. */
  readonly onFiles: (files: readonly string[]) => void;
}

/** This program's own files. */
const OWN_FOLDER = dirname(fileURLToPath(import.meta.url)) + sep;

/**
 * Watches what Node's loaders read from now on, by `import` and `require`, also what they fail to parse. Loading itself
 * goes on as without: no loader hook changes anything, and no frame is added to traces.
 */
export function watchLoadedFiles({ onFiles }: LoadedFilesOptions): LoadedFiles {
  const seen = new Set<string>();
  const told = new Set<string>();
  let batch: string[] = [];

  const flush = (): void => {
    if (batch.length === 0) return;
    const files = batch;
    batch = [];
    onFiles(files);
  };
  const onLoad = (location: string): void => {
    if (seen.has(location)) return;
    seen.add(location);
    const file = toUserFile(location);
    if (file === undefined || told.has(file)) return;
    told.add(file);
    // Not to keep an event loop alive that is empty otherwise; what then is left is told at the exit.
    if (batch.push(file) === 1) setImmediate(flush).unref();
  };
  process.on('exit', flush);
  observeRequire(onLoad);
  if (hooksAreReliable(process.versions.node)) hookLoaders(onLoad);
  else observeImport(onLoad);
  return { flush };
}

/** The real path of a file that belongs to the function: no built-in module, no dependency, nothing of ours. */
function toUserFile(location: string): string | undefined {
  const file = toRealPath(location);
  if (file === undefined || file.startsWith(OWN_FOLDER)) return undefined;
  return file.includes(`${sep}node_modules${sep}`) ? undefined : file;
}

/** Loaders of TypeScript put queries on URLs, and on the ids of CommonJS modules, which may be names of files as well. */
function toRealPath(location: string): string | undefined {
  const isUrl = location.startsWith('file:');
  if (!isUrl && !isAbsolute(location)) return undefined;
  const bare = location.replace(/\?[^?]*$/s, '');
  for (const candidate of isUrl ? [fileURLToPath(bare)] : [location, bare]) {
    try {
      return realpathSync(candidate);
    } catch {
      // Asked for and not there: the loader says so itself.
    }
  }
  return undefined;
}

/**
 * The first minor and patch version of a major one whose `module.registerHooks` goes together with every other loader.
 * Source: tsx, which loads by it from these versions on; before, its loader runs in a thread, and the two do not mix.
 */
const RELIABLE_HOOKS: Readonly<Record<number, readonly [minor: number, patch: number]>> = {
  22: [22, 3],
  24: [11, 1],
  25: [1, 0],
};

function hooksAreReliable(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const [firstMinor, firstPatch] = RELIABLE_HOOKS[major] ?? (major > 25 ? [0, 0] : [Number.POSITIVE_INFINITY, 0]);
  return minor > firstMinor || (minor === firstMinor && patch >= firstPatch);
}

interface LoadHooks {
  load(url: string, context: unknown, nextLoad: (url: string, context: unknown) => unknown): unknown;
}

/** Sees every module but what a loader of TypeScript has taken over from `require`. */
function hookLoaders(onLoad: (location: string) => void): void {
  const { registerHooks } = Module as unknown as { registerHooks(hooks: LoadHooks): unknown };
  registerHooks({
    load(url, context, nextLoad) {
      onLoad(url);
      return nextLoad(url, context);
    },
  });
}

/**
 * Sees CommonJS modules: Node asks each for its `load` right before it reads the file. The function itself stays, so
 * that traces do.
 */
function observeRequire(onLoad: (location: string) => void): void {
  const prototype = Module.prototype as { load?: unknown };
  let load = prototype.load;
  Object.defineProperty(prototype, 'load', {
    configurable: true,
    enumerable: true,
    get(this: { readonly id?: unknown }) {
      if (typeof this.id === 'string') onLoad(this.id);
      return load;
    },
    set(replacement) {
      load = replacement;
    },
  });
}

/**
 * Sees ES modules: what makes `node --watch` know them is a message to the parent process, sent where a variable asks
 * for it. Both stand on the prototypes: the handler finds neither among its variables nor among the members of
 * `process`, and what it starts does not inherit them.
 */
function observeImport(onLoad: (location: string) => void): void {
  hide(Object.getPrototypeOf(process.env), 'WATCH_REPORT_DEPENDENCIES', '1');
  hide(Object.getPrototypeOf(process), 'send', (message: unknown) => {
    const urls = (message as Readonly<Record<string, unknown>> | null)?.['watch:import'];
    if (Array.isArray(urls)) for (const url of urls) if (typeof url === 'string') onLoad(url);
    return true;
  });
}

function hide(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: false, configurable: true, writable: true });
}
