import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Generation } from './generation.ts';
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
  /** A debugger is attached, and stops right before the module is loaded. */
  readonly stopsBefore: boolean;
}

/** Modules are required as if by Lambda's own runtime, whose path stands in the "Require stack" of errors. */
const requireModule = createRequire(resolve('/var/runtime/index.mjs'));

/**
 * Loads the module and finds the handler in it.
 * @throws Runtime.MalformedHandlerName, Runtime.ImportModuleError, Runtime.UserCodeSyntaxError, Runtime.HandlerNotFound,
 * and whatever the module itself throws.
 */
export async function loadHandler(location: HandlerLocation, generation: Generation): Promise<Handler> {
  const { taskRoot, handler, entry } = location;
  const name = entry === undefined ? parseHandlerName(handler, generation) : undefined;
  const exportPath = entry?.exportPath ?? name?.exportPath ?? '';
  const loaded = await translateLoadErrors(generation, async () => {
    // biome-ignore lint/suspicious/noDebugger: this is where a debugger is to stop.
    if (location.stopsBefore) debugger;
    if (entry !== undefined) return loadFile(entry.file);
    if (name === undefined) return undefined;
    const base = resolve(taskRoot, name.folder, name.module);
    const lookup: ModuleLookup = {
      taskRoot,
      base,
      module: name.module,
      paths: [taskRoot, resolve(taskRoot, name.folder)],
    };
    return generation === 'callback' ? loadInCallbackEra(lookup) : loadInPromiseEra(lookup);
  });
  const found =
    generation === 'callback' ? descend(loaded, exportPath, anyValue) : descendWithDefault(loaded, exportPath);
  if (typeof found === 'function') return found as Handler;
  const message = found ? `${handler} is not a function` : `${handler} is undefined or not exported`;
  throw runtimeError({ generation, name: 'HandlerNotFound', message });
}

interface ModuleLookup {
  readonly taskRoot: string;
  /** Absolute path without an extension. */
  readonly base: string;
  /** The module's name, looked up as a package if no file is found. */
  readonly module: string;
  readonly paths: readonly string[];
}

async function loadInCallbackEra({ taskRoot, base, module, paths }: ModuleLookup): Promise<unknown> {
  // A folder too: Node's own resolution finds what is in it.
  if (existsSync(base)) return requireModule(base);
  if (existsSync(`${base}.js`)) {
    return isEsModuleFolder(resolve(base, '..')) ? importText(`${base}.js`, taskRoot) : requireModule(`${base}.js`);
  }
  if (existsSync(`${base}.mjs`)) return importText(`${base}.mjs`, taskRoot);
  if (existsSync(`${base}.cjs`)) return requireModule(`${base}.cjs`);
  return requireModule(requireModule.resolve(module, { paths: [...paths] }));
}

async function loadInPromiseEra({ taskRoot, base, module, paths }: ModuleLookup): Promise<unknown> {
  for (const extension of ['', '.js', '.mjs', '.cjs']) {
    if (existsSync(base + extension)) return importText(base + extension, taskRoot);
  }
  return requireModule(requireModule.resolve(module, { paths: [...paths] }));
}

function loadFile(file: string): Promise<unknown> | unknown {
  return isEsModule(file) ? importFile(file) : requireModule(file);
}

/**
 * Lambda imports the path as if it were a URL: what is an escape in the text is taken for one, and `#` and `?` end it.
 * That holds for what the deployment package names; where the package lies on this machine is nobody's doing.
 */
function importText(file: string, taskRoot: string): Promise<unknown> {
  if (!file.startsWith(taskRoot + sep)) return importFile(file);
  return import(pathToFileURL(taskRoot).href + file.slice(taskRoot.length).replaceAll(sep, '/'));
}

function importFile(file: string): Promise<unknown> {
  return import(pathToFileURL(file).href);
}

async function translateLoadErrors(generation: Generation, load: () => Promise<unknown>): Promise<unknown> {
  try {
    return await load();
  } catch (error) {
    const message = String(error);
    if (isMissingModule(error)) throw runtimeError({ generation, name: 'ImportModuleError', message });
    if (!isSyntaxError(error)) throw error;
    const failure = runtimeError({ generation, name: 'UserCodeSyntaxError', message });
    // The older runtime drops the trace, and with it the place of the fault: whoever runs this at home is told.
    if (generation === 'callback') process.stderr.write(`${error.stack}\n`);
    else Object.assign(failure, { stack: error.stack });
    throw failure;
  }
}

/** `TransformError` is what a TypeScript loader built on esbuild throws for source that it cannot parse. */
function isSyntaxError(error: unknown): error is Error {
  return error instanceof SyntaxError || (error instanceof Error && error.name === 'TransformError');
}

function isMissingModule(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
}

const anyValue = (value: unknown): boolean => Boolean(value);
const onlyObjects = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** The newer runtime looks into the default export too, and does not look for properties of functions or classes. */
function descendWithDefault(module: unknown, exportPath: string): unknown {
  const direct = descend(module, exportPath, onlyObjects);
  return direct || descend((module as { readonly default?: unknown } | undefined)?.default, exportPath, onlyObjects);
}

function descend(root: unknown, path: string, mayEnter: (value: unknown) => boolean): unknown {
  let value = root;
  for (const key of path.split('.')) {
    if (!mayEnter(value)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}
