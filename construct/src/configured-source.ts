import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type FunctionSource, nearestTsconfig } from './function-source.ts';
import { parseNodeHandler, parsePythonHandler } from './handler-name.ts';

export interface ConfiguredSourceRequest {
  /** Construct path of the function. */
  readonly path: string;
  readonly given: { readonly entry?: string; readonly handler?: string; readonly tsconfig?: string };
  /** What live-lambda has found out by itself. */
  readonly found: FunctionSource | undefined;
  readonly kind: FunctionSource['kind'];
  /** `Handler` as the app sets it. */
  readonly moduleHandler: string | undefined;
  readonly runtime: string | undefined;
  /** Against which relative paths are meant. */
  readonly directory: string;
}

/**
 * A function's source, as far as the developer says so, else as it was found.
 *
 * @throws Error if a file does not exist, or if nobody says where the source is
 */
export function configuredSource(request: ConfiguredSourceRequest): FunctionSource {
  const { path, given, found, kind } = request;
  const entry = given.entry === undefined ? found?.entry : requireFile(request, 'entry', given.entry);
  if (entry === undefined) {
    throw new Error(
      `live-lambda: configure() names no entry for ${path}, whose source cannot be found without. Add it.`,
    );
  }
  const tsconfig = given.tsconfig === undefined ? undefined : requireFile(request, 'tsconfig', given.tsconfig);
  const nearest = given.entry === undefined ? (found?.tsconfig ?? null) : nearestTsconfig(entry);
  return {
    kind,
    entry,
    entrySource: given.entry === undefined ? (found?.entrySource ?? 'user') : 'user',
    handler: given.handler ?? found?.handler ?? exportOf(request, entry),
    projectRoot: found?.projectRoot ?? null,
    taskRoot: found?.taskRoot ?? (isFolder(entry) ? entry : dirname(entry)),
    lockFile: found?.lockFile ?? null,
    tsconfig: tsconfig ?? nearest,
    bundling: found?.bundling ?? null,
    // What was found about the source is about another one now.
    warnings: given.entry === undefined ? (found?.warnings ?? []) : [],
  };
}

function requireFile({ path, directory }: ConfiguredSourceRequest, option: string, file: string): string {
  const absolute = resolve(directory, file);
  if (existsSync(absolute)) return absolute;
  throw new Error(`live-lambda: configure() names ${absolute} as ${option} of ${path}, but there is no such file.`);
}

function exportOf({ path, moduleHandler, runtime }: ConfiguredSourceRequest, entry: string): string {
  if (moduleHandler === undefined) {
    throw new Error(`live-lambda: the handler of ${path} is known only at deploy. Name it with configure(), too.`);
  }
  if (isFolder(entry)) return moduleHandler;
  const parse = runtime?.startsWith('python') ? parsePythonHandler : parseNodeHandler;
  return parse(moduleHandler)?.exportName ?? moduleHandler;
}

function isFolder(path: string): boolean {
  return statSync(path).isDirectory();
}
