import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseHandlerName } from './handler-name.ts';
import { isEsModule, isEsModuleFolder } from './module-format.ts';
import { runtimeError } from './runtime-error.ts';

/** Called with (event, context) or (event, context, callback). */
export type Handler = (...parameters: readonly unknown[]) => unknown;

/** Where a handler is: in a deployment package by its handler string, or in a file that the runner named. */
export interface HandlerLocation {
  /** `LAMBDA_TASK_ROOT`. */
  readonly taskRoot: string;
  /** The handler string, which also names the handler in errors. */
  readonly handler: string;
  /** A file to load instead of resolving the handler string, and the export path within it. */
  readonly entry: { readonly file: string; readonly exportPath: string } | undefined;
}

/** `callback`: nodejs22.x and older. `promise`: nodejs24.x and newer, whose runtime was rewritten. */
export type Generation = 'callback' | 'promise';

/** Modules are required as if by Lambda's own runtime, whose path stands in the "Require stack" of errors. */
const requireModule = createRequire(resolve('/var/runtime/index.mjs'));

/**
 * Loads the module and finds the handler in it.
 * @throws Runtime.MalformedHandlerName, Runtime.ImportModuleError, Runtime.UserCodeSyntaxError, Runtime.HandlerNotFound,
 * and whatever the module itself throws.
 */
export async function loadHandler(location: HandlerLocation, generation: Generation): Promise<Handler> {
  const { taskRoot, handler, entry } = location;
  const name = entry === undefined ? parseHandlerName(handler) : undefined;
  const exportPath = entry?.exportPath ?? name?.exportPath ?? '';
  const loaded = await translateLoadErrors(async () => {
    if (entry !== undefined) return loadFile(entry.file);
    if (name === undefined) return undefined;
    const base = resolve(taskRoot, name.folder, name.module);
    const lookup: ModuleLookup = { base, module: name.module, paths: [taskRoot, resolve(taskRoot, name.folder)] };
    return generation === 'callback' ? loadInCallbackEra(lookup) : loadInPromiseEra(lookup);
  });
  const found =
    generation === 'callback' ? descend(loaded, exportPath, anyValue) : descendWithDefault(loaded, exportPath);
  if (!found) throw runtimeError('HandlerNotFound', `${handler} is undefined or not exported`);
  if (typeof found !== 'function') throw runtimeError('HandlerNotFound', `${handler} is not a function`);
  return found as Handler;
}

interface ModuleLookup {
  /** Absolute path without an extension. */
  readonly base: string;
  /** The module's name, looked up as a package if no file is found. */
  readonly module: string;
  readonly paths: readonly string[];
}

async function loadInCallbackEra({ base, module, paths }: ModuleLookup): Promise<unknown> {
  // A folder too: Node's own resolution finds what is in it.
  if (existsSync(base)) return requireModule(base);
  if (existsSync(`${base}.js`)) {
    return isEsModuleFolder(resolve(base, '..')) ? importFile(`${base}.js`) : requireModule(`${base}.js`);
  }
  if (existsSync(`${base}.mjs`)) return importFile(`${base}.mjs`);
  if (existsSync(`${base}.cjs`)) return requireModule(`${base}.cjs`);
  return requireModule(requireModule.resolve(module, { paths: [...paths] }));
}

async function loadInPromiseEra({ base, module, paths }: ModuleLookup): Promise<unknown> {
  for (const extension of ['', '.js', '.mjs', '.cjs']) {
    if (existsSync(base + extension)) return importFile(base + extension);
  }
  return importFile(requireModule.resolve(module, { paths: [...paths] }));
}

function loadFile(file: string): Promise<unknown> | unknown {
  return isEsModule(file) ? importFile(file) : requireModule(file);
}

function importFile(file: string): Promise<unknown> {
  return import(pathToFileURL(file).href);
}

async function translateLoadErrors(load: () => Promise<unknown> | unknown): Promise<unknown> {
  try {
    return await load();
  } catch (error) {
    if (isSyntaxError(error)) throw runtimeError('UserCodeSyntaxError', String(error), error);
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') {
      throw runtimeError('ImportModuleError', String(error), error);
    }
    throw error;
  }
}

/** `TransformError` is what a TypeScript loader built on esbuild throws for source that it cannot parse. */
function isSyntaxError(error: unknown): error is Error {
  return error instanceof SyntaxError || (error instanceof Error && error.name === 'TransformError');
}

const anyValue = (value: unknown): boolean => Boolean(value);
const onlyObjects = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** The newer runtime looks into the default export too, and does not look for properties of functions or classes. */
function descendWithDefault(module: unknown, exportPath: string): unknown {
  const direct = descend(module, exportPath, onlyObjects);
  if (direct !== undefined) return direct;
  return descend((module as { readonly default?: unknown } | undefined)?.default, exportPath, onlyObjects);
}

function descend(root: unknown, path: string, mayEnter: (value: unknown) => boolean): unknown {
  let value = root;
  for (const key of path.split('.')) {
    if (!mayEnter(value)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}
