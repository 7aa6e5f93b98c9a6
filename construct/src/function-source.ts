import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { Token } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { traceToSource } from './compiled-source.ts';
import type { EntrySource, ManifestFunction } from './generated/manifest.ts';
import { type HandlerName, parseNodeHandler, parsePythonHandler } from './handler-name.ts';
import { nearestFile } from './nearest-file.ts';
import { findRealHandler } from './redirected-handler.ts';

/** What the constructor of `lambda.Function`, or of a class made from it, is given, as far as it matters here. */
export interface FunctionProps {
  readonly code: lambda.Code;
  readonly handler?: string;
  readonly runtime?: lambda.Runtime;
  /** Given by classes for one language: a file of a `NodejsFunction`, a folder of a `PythonFunction` or `GoFunction`. */
  readonly entry?: string;
  readonly index?: string;
  readonly bundling?: Readonly<Record<string, unknown>>;
  readonly projectRoot?: string;
  readonly depsLockFilePath?: string;
  readonly environment?: Readonly<Record<string, string>>;
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
const TYPESCRIPT_EXTENSIONS = new Set(['.ts', '.mts', '.cts', '.tsx']);
/** CDK's own rule for a `NodejsFunction` without `entry`: `<file that makes it>.<construct id>.<extension>`. */
const DISCOVERED_EXTENSIONS = ['.ts', '.js', '.mjs', '.mts', '.cts', '.cjs'];
const PYTHON_DEFAULT_INDEX = 'index.py';
/** By these a folder is known to hold a program's sources rather than what a build has made of them. */
const BUILD_FILES =
  /^(go\.mod|.+\.go|Cargo\.toml|pom\.xml|build\.gradle(\.kts)?|.+\.(cs|fs)proj|CMakeLists\.txt|Makefile)$/;

/** A language whose `Handler` names a file. */
interface ScriptLanguage {
  readonly family: lambda.RuntimeFamily;
  /** How names of its Lambda runtimes begin. */
  readonly prefix: string;
  readonly extensions: readonly string[];
  readonly parseHandler: (handler: string) => HandlerName | undefined;
}

const SCRIPT_LANGUAGES: readonly ScriptLanguage[] = [
  {
    family: lambda.RuntimeFamily.NODEJS,
    prefix: 'nodejs',
    extensions: ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.tsx'],
    parseHandler: parseNodeHandler,
  },
  {
    family: lambda.RuntimeFamily.PYTHON,
    prefix: 'python',
    extensions: ['.py'],
    parseHandler: parsePythonHandler,
  },
  // The file ends at the first dot, as for Node.js: https://docs.aws.amazon.com/lambda/latest/dg/ruby-handler.html
  {
    family: lambda.RuntimeFamily.RUBY,
    prefix: 'ruby',
    extensions: ['.rb'],
    parseHandler: parseNodeHandler,
  },
];

/** Finds the file that holds a function's handler, from what its constructor is given. */
export function locateSource(request: SourceRequest): LocatedSource {
  const { code, handler: given, environment } = request.props;
  if (given === lambda.Handler.FROM_IMAGE) {
    return missing('image', 'its code is a container image, which the stub cannot stand in for.');
  }
  if (code instanceof lambda.InlineCode)
    return missing('inline', 'its code is written inline, so that there is no source file to run.');
  if (given === undefined || Token.isUnresolved(given)) {
    return missing('asset', 'its handler is known only at deploy, so that its source file cannot be found.');
  }
  const real = findRealHandler(given, environment);
  if (real.state === 'hidden') {
    return missing('asset', `its handler ${given} lies in a layer, and no variable tells which handler that calls.`);
  }
  const { handler } = real;
  if (isPythonEntry(request)) return locatePython(request, handler);
  if (isBundledByCdk(request.props)) return locateBundled(request, handler);
  const path = stringAt(code, 'path');
  if (path === undefined) return missing('s3', 'its code lies in S3, so that there is no source file to run.');
  const asset = resolve(request.workingDirectory, path);
  const language = scriptLanguage(request.props.runtime);
  if (language === undefined) return locateProgram(request, { handler, asset });
  return locateScript(language, { handler, directory: asset, show: (file) => show(request, file) });
}

/** A path for people, as it lies from where the app runs: the manifest that quotes it is not for this machine alone. */
function show({ workingDirectory }: SourceRequest, path: string): string {
  return relative(workingDirectory, path).split(sep).join('/') || '.';
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

function locatePython(request: SourceRequest, moduleHandler: string): LocatedSource {
  const { props, workingDirectory } = request;
  const directory = resolve(workingDirectory, props.entry ?? '');
  const entry = join(directory, props.index ?? PYTHON_DEFAULT_INDEX);
  const name = parsePythonHandler(moduleHandler);
  if (name === undefined || !existsSync(entry)) {
    return missing('python', `its source file ${show(request, entry)} does not exist.`);
  }
  return { state: 'found', source: assetSource({ kind: 'python', entry, entrySource: 'props', directory, name }) };
}

function scriptLanguage(runtime: lambda.Runtime | undefined): ScriptLanguage | undefined {
  return SCRIPT_LANGUAGES.find(({ family, prefix }) => runtime?.family === family || runtime?.name.startsWith(prefix));
}

interface ScriptPlace {
  readonly handler: string;
  /** What is deployed. */
  readonly directory: string;
  readonly show: (path: string) => string;
}

function locateScript(
  { extensions, parseHandler }: ScriptLanguage,
  { handler, directory, show }: ScriptPlace,
): LocatedSource {
  if (!isDirectory(directory)) {
    return missing('asset', `its code ${show(directory)} is not a directory, so that there is no source file to run.`);
  }
  const name = parseHandler(handler);
  if (name === undefined) return missing('asset', `its handler "${handler}" is not of the form file.export.`);
  const entry = extensions
    .map((extension) => join(directory, name.module + extension))
    .find((file) => existsSync(file));
  if (entry === undefined) {
    return missing(
      'asset',
      `no file ${name.module}(${extensions.join('|')}), as its handler "${handler}" says, is in ${show(directory)}.`,
    );
  }
  return { state: 'found', source: tracedSource({ entry, directory, name }) };
}

/** A source by the file that is deployed, or by that which this one was compiled from. */
function tracedSource({ entry, directory, name }: Omit<AssetSource, 'kind' | 'entrySource'>): FunctionSource {
  const origin = traceToSource(entry);
  if (origin.state === 'found') {
    return assetSource({ kind: 'asset', entry: origin.source, entrySource: origin.by, directory, name });
  }
  const source = assetSource({ kind: 'asset', entry, entrySource: 'handler', directory, name });
  return origin.state === 'compiled' ? { ...source, warnings: [compiledWithoutSource(entry)] } : source;
}

function compiledWithoutSource(entry: string): string {
  return (
    `${basename(entry)} is compiled, and neither a source map nor a tsconfig leads to its source: live-lambda runs the ` +
    'compiled file, and sees a change once your build has written it. Build with source maps, or name the source with ' +
    'LiveLambda.configure(fn, { entry }).'
  );
}

/** Finds a program that is compiled, whose `Handler` names no file: of it only folders are known. */
function locateProgram(
  request: SourceRequest,
  { handler, asset }: { readonly handler: string; readonly asset: string },
): LocatedSource {
  const { props, workingDirectory } = request;
  const given = props.entry === undefined ? undefined : folderOf(resolve(workingDirectory, props.entry));
  const entry = given ?? asset;
  if (!existsSync(entry)) return missing('asset', `its code ${show(request, entry)} does not exist.`);
  // CDK builds such an asset itself: what it is given are the sources.
  const isBuiltByCdk = memberOf(memberOf(props.code, 'options'), 'bundling') !== undefined;
  return {
    state: 'found',
    source: {
      kind: 'asset',
      entry,
      entrySource: given === undefined ? 'asset' : 'props',
      handler,
      projectRoot: given === undefined ? null : folderOf(asset),
      taskRoot: folderOf(asset),
      lockFile: null,
      tsconfig: null,
      bundling: null,
      warnings: given !== undefined || isBuiltByCdk || hasBuildFile(entry) ? [] : [UNKNOWN_SOURCES],
    },
  };
}

const UNKNOWN_SOURCES =
  'The app deploys what a build has made, which does not tell where its sources are: live-lambda runs that, and does ' +
  "not see when the sources change. Name the folder of the sources as the function's entry in live-lambda.config.ts.";

function hasBuildFile(path: string): boolean {
  return isDirectory(path) && readdirSync(path).some((name) => BUILD_FILES.test(name));
}

function folderOf(path: string): string {
  return isDirectory(path) || !existsSync(path) ? path : dirname(path);
}

interface AssetSource {
  readonly kind: FunctionSource['kind'];
  readonly entry: string;
  readonly entrySource: EntrySource;
  readonly directory: string;
  readonly name: HandlerName;
}

function assetSource(found: AssetSource): FunctionSource {
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
export function nearestTsconfig(entry: string): string | null {
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
