import { existsSync, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { Token } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { type HandlerName, parseNodeHandler, parsePythonHandler } from './handler-name.ts';
import type { EntrySource, ManifestFunction } from './manifest-format.ts';
import { nearestFile } from './nearest-file.ts';

/** What the constructor of `lambda.Function`, or of a class made from it, is given, as far as it matters here. */
export interface FunctionProps {
  readonly code: lambda.Code;
  readonly handler?: string;
  readonly runtime?: lambda.Runtime;
  readonly entry?: string;
  readonly index?: string;
  readonly bundling?: Readonly<Record<string, unknown>>;
  readonly projectRoot?: string;
  readonly depsLockFilePath?: string;
}

/** Where a function's code comes from. Paths are absolute. */
export interface FunctionSource {
  readonly kind: ManifestFunction['kind'];
  readonly entry: string;
  readonly entrySource: EntrySource;
  readonly handler: string;
  readonly projectRoot: string | null;
  readonly taskRoot: string;
  readonly lockFile: string | null;
  readonly tsconfig: string | null;
  readonly bundling: Readonly<Record<string, unknown>> | null;
  readonly warnings: readonly string[];
}

export type LocatedSource =
  | { readonly state: 'found'; readonly source: FunctionSource }
  | { readonly state: 'missing'; readonly kind: FunctionSource['kind']; readonly reason: string };

export interface SourceRequest {
  readonly props: FunctionProps;
  /** The function's construct id, by which CDK names the handler file of a function without `entry`. */
  readonly id: string;
  /** Against which the app's relative paths are meant. */
  readonly workingDirectory: string;
  /** The files of the call stack in which the function is made, innermost first. */
  readonly callSites: readonly string[];
}

const LOCK_FILES = ['pnpm-lock.yaml', 'yarn.lock', 'bun.lockb', 'bun.lock', 'package-lock.json'];
const NODE_EXTENSIONS = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.tsx'];
const TYPESCRIPT_EXTENSIONS = new Set(['.ts', '.mts', '.cts', '.tsx']);
/** CDK's own rule for a `NodejsFunction` without `entry`: `<file that makes it>.<construct id>.<extension>`. */
const DISCOVERED_EXTENSIONS = ['.ts', '.js', '.mjs', '.mts', '.cts', '.cjs'];
const PYTHON_DEFAULT_INDEX = 'index.py';

/** Finds the file that holds a function's handler, from what its constructor is given. */
export function locateSource(request: SourceRequest): LocatedSource {
  const { code, handler } = request.props;
  if (handler === lambda.Handler.FROM_IMAGE) {
    return missing('image', 'its code is a container image, which the stub cannot stand in for.');
  }
  if (code instanceof lambda.InlineCode)
    return missing('inline', 'its code is written inline, so that there is no source file to run.');
  if (handler === undefined || Token.isUnresolved(handler)) {
    return missing('asset', 'its handler is known only at deploy, so that its source file cannot be found.');
  }
  if (isPythonEntry(request)) return locatePython(request, handler);
  if (isBundledByCdk(request.props)) return locateBundled(request, handler);
  const directory = stringAt(code, 'path');
  if (directory === undefined) return missing('s3', 'its code lies in S3, so that there is no source file to run.');
  return locateInAsset(request, { handler, directory: resolve(request.workingDirectory, directory) });
}

function missing(kind: FunctionSource['kind'], reason: string): LocatedSource {
  return { state: 'missing', kind, reason };
}

function isBundledByCdk(props: FunctionProps): boolean {
  if (props.runtime?.family !== lambda.RuntimeFamily.NODEJS) return false;
  return privateBundling(props.code) !== undefined || (props.entry !== undefined && extname(props.entry) !== '');
}

function locateBundled(request: SourceRequest, moduleHandler: string): LocatedSource {
  const { props, workingDirectory } = request;
  const found = bundledEntry(request);
  if (found === undefined) {
    return missing('nodejs', 'its source file could not be found. Pass `entry` to the NodejsFunction.');
  }
  const privately = privateBundling(props.code);
  const lockFile = props.depsLockFilePath ?? stringAt(privately, 'depsLockFilePath');
  const lock = lockFile ? resolve(workingDirectory, lockFile) : nearestFile(workingDirectory, LOCK_FILES);
  const project = props.projectRoot ?? stringAt(privately, 'projectRoot') ?? (lock ? dirname(lock) : workingDirectory);
  const projectRoot = resolve(workingDirectory, project);
  const tsconfig = stringAt(props.bundling, 'tsconfig');
  const name = parseNodeHandler(moduleHandler);
  return {
    state: 'found',
    source: {
      kind: 'nodejs',
      ...found,
      handler: name?.exportName ?? moduleHandler,
      projectRoot,
      taskRoot: projectRoot,
      lockFile: lock ?? null,
      tsconfig: tsconfig ? resolve(workingDirectory, tsconfig) : nearestTsconfig(found.entry),
      bundling: props.bundling ?? {},
      warnings: name?.module === 'index' ? [] : [redirectedHandler(moduleHandler, name)],
    },
  };
}

function redirectedHandler(moduleHandler: string, name: HandlerName | undefined): string {
  return (
    `Its handler ${moduleHandler} is not in the bundle (index). ` +
    `live-lambda runs ${name?.exportName ?? moduleHandler} of its entry instead.`
  );
}

function bundledEntry(request: SourceRequest): Pick<FunctionSource, 'entry' | 'entrySource'> | undefined {
  const { props, workingDirectory, callSites, id } = request;
  if (props.entry !== undefined) return { entry: resolve(workingDirectory, props.entry), entrySource: 'props' };
  const privately = stringAt(privateBundling(props.code), 'entry');
  if (privately !== undefined && existsSync(privately)) return { entry: privately, entrySource: 'private' };
  const discovered = callSites
    .map((file) => file.slice(0, file.length - extname(file).length))
    .flatMap((stem) => DISCOVERED_EXTENSIONS.map((extension) => `${stem}.${id}${extension}`))
    .find((file) => existsSync(file));
  return discovered === undefined ? undefined : { entry: discovered, entrySource: 'private' };
}

/** CDK keeps what `NodejsFunction` found out by itself in private fields, with these names since at least 2.180.0. */
function privateBundling(code: unknown): unknown {
  return memberOf(memberOf(memberOf(code, 'options'), 'bundling'), 'props');
}

function isPythonEntry({ props, workingDirectory }: SourceRequest): boolean {
  return (
    props.runtime?.family === lambda.RuntimeFamily.PYTHON &&
    props.entry !== undefined &&
    isDirectory(resolve(workingDirectory, props.entry))
  );
}

function locatePython({ props, workingDirectory }: SourceRequest, moduleHandler: string): LocatedSource {
  const directory = resolve(workingDirectory, props.entry ?? '');
  const entry = join(directory, props.index ?? PYTHON_DEFAULT_INDEX);
  const name = parsePythonHandler(moduleHandler);
  if (name === undefined || !existsSync(entry)) return missing('python', `its source file ${entry} does not exist.`);
  return { state: 'found', source: assetSource({ kind: 'python', entry, entrySource: 'props', directory, name }) };
}

function locateInAsset(
  { props }: SourceRequest,
  { handler, directory }: { readonly handler: string; readonly directory: string },
): LocatedSource {
  const python = props.runtime?.family === lambda.RuntimeFamily.PYTHON;
  if (!python && props.runtime?.family !== lambda.RuntimeFamily.NODEJS) {
    return missing('asset', `the source file of a ${props.runtime?.name ?? 'custom'} function cannot be found yet.`);
  }
  if (!isDirectory(directory)) {
    return missing('asset', `its code ${directory} is not a directory, so that there is no source file to run.`);
  }
  const name = python ? parsePythonHandler(handler) : parseNodeHandler(handler);
  if (name === undefined) return missing('asset', `its handler "${handler}" is not of the form file.export.`);
  const extensions = python ? ['.py'] : NODE_EXTENSIONS;
  const entry = extensions
    .map((extension) => join(directory, name.module + extension))
    .find((file) => existsSync(file));
  if (entry === undefined) {
    return missing(
      'asset',
      `no file ${name.module}(${extensions.join('|')}), as its handler "${handler}" says, is in ${directory}.`,
    );
  }
  return { state: 'found', source: assetSource({ kind: 'asset', entry, entrySource: 'handler', directory, name }) };
}

function assetSource(found: {
  readonly kind: FunctionSource['kind'];
  readonly entry: string;
  readonly entrySource: EntrySource;
  readonly directory: string;
  readonly name: HandlerName;
}): FunctionSource {
  return {
    kind: found.kind,
    entry: found.entry,
    entrySource: found.entrySource,
    handler: found.name.exportName,
    projectRoot: null,
    taskRoot: found.directory,
    lockFile: null,
    tsconfig: nearestTsconfig(found.entry),
    bundling: null,
    warnings: [],
  };
}

/** Node.js knows nothing of tsconfig: it matters for a TypeScript file alone. */
function nearestTsconfig(entry: string): string | null {
  if (!TYPESCRIPT_EXTENSIONS.has(extname(entry))) return null;
  return nearestFile(dirname(entry), ['tsconfig.json']) ?? null;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function stringAt(value: unknown, key: string): string | undefined {
  const member = memberOf(value, key);
  return typeof member === 'string' ? member : undefined;
}
