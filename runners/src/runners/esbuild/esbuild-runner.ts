import { realpath } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import type { BuildContext, BuildResult, Metafile } from 'esbuild';
import type { BundlingOptions, FunctionSpec, Prepared, Runner } from '../../runner.ts';
import { brokenByFiles, findFileFault, ownFiles } from '../function-files.ts';
import { clientLaunch } from '../node-launch.ts';
import { functionOutputFolder } from '../output-folder.ts';
import type { NodeFor } from '../runtime-node.ts';
import { nearestTsconfig, readTsconfigChain } from '../tsconfig-chain.ts';
import { failureReason, isBuildFailure, stoppedReason } from './build-failure.ts';
import { configurationFiles, filesOfErrors, sourcesOf } from './bundle-inputs.ts';
import { type BundlePlan, type BundleRequest, planBundle } from './bundle-options.ts';
import { linkPackage, writeBundle } from './bundle-output.ts';
import { externalPackages, installedPackage } from './external-packages.ts';
import { esbuildOf } from './project-esbuild.ts';

/** Source: AWS CDK API reference, `NodejsFunctionProps.entry`. */
const SOURCE_EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];

/** What `NodejsFunction` does for a function that asks for nothing. */
const DEFAULT_BUNDLING: BundlingOptions = { format: 'cjs', hasCommandHooks: false };

/** What is kept of a function between two builds: esbuild's incremental build, and what the last good one read. */
interface Bundler {
  /** Tells whether the function is still to be built in the same way. */
  readonly key: string;
  readonly request: BundleRequest;
  readonly plan: BundlePlan;
  readonly context: BuildContext;
  inputs: readonly string[];
}

/**
 * Bundles a Node function as the app's deploy does, and runs what Lambda would be given: one `index.js` or `index.mjs`
 * in a folder of its own, which is the task root. Differs from the deploy in this: a source map always exists and stack
 * traces are translated by it, packages that are left out come from the project's `node_modules`, and commands that the
 * app runs before and after bundling are not run.
 */
export function createEsbuildRunner({ nodeFor }: { readonly nodeFor: NodeFor }): Runner {
  const bundlers = new Map<string, Bundler>();
  const forget = async (id: string): Promise<void> => {
    const bundler = bundlers.get(id);
    bundlers.delete(id);
    await bundler?.context.dispose();
  };
  const bundlerFor = async (fn: FunctionSpec): Promise<Bundler> => {
    const request = await requestOf(fn);
    const plan = planBundle(request);
    const key = JSON.stringify([request, plan.options]);
    const known = bundlers.get(fn.id);
    if (known?.key === key) return known;
    await forget(fn.id);
    const context = await (await esbuildOf(request.projectRoot)).context(plan.options);
    const bundler = { key, request, plan, context, inputs: known?.inputs ?? [] };
    bundlers.set(fn.id, bundler);
    return bundler;
  };
  return {
    name: 'esbuild',
    claims: (fn) => fn.bundling !== undefined && canBundle(fn),
    prepare: async (fn, { signal }) => {
      const fault = refusal(fn) ?? (await findFileFault(fn));
      if (fault !== undefined) return brokenByFiles(fn, fault);
      try {
        const bundler = await bundlerFor(fn);
        const result = await rebuild(bundler.context, signal);
        return await prepared({ fn, bundler, metafile: result.metafile, files: result.outputFiles, nodeFor });
      } catch (failure) {
        if (signal.aborted) return brokenByFiles(fn, stoppedReason(fn));
        const bundler = bundlers.get(fn.id);
        // What is not an error of the sources may be one of esbuild's own process: the next build starts anew.
        if (!isBuildFailure(failure)) await forget(fn.id);
        return await broken(fn, bundler, failure);
      }
    },
    release: (fn) => forget(fn.id),
  };
}

function canBundle(fn: FunctionSpec): boolean {
  return fn.runtime.startsWith('nodejs') && SOURCE_EXTENSIONS.includes(extname(fn.entry));
}

function refusal(fn: FunctionSpec): string | undefined {
  if (canBundle(fn)) return undefined;
  return `Function ${fn.id}: the esbuild runner cannot bundle ${fn.entry} for ${fn.runtime}. It takes ${SOURCE_EXTENSIONS.join(', ')} for Node; choose another runner for this function.`;
}

async function requestOf(fn: FunctionSpec): Promise<BundleRequest> {
  const { runtime } = fn;
  const entry = await realpath(fn.entry);
  // esbuild names what it read relative to this, by real paths.
  const projectRoot = await realpath(fn.projectRoot ?? dirname(entry));
  const outputFolder = await functionOutputFolder(fn);
  // The one that esbuild finds by itself is not named: files of other packages then keep theirs.
  const tsconfig =
    fn.tsconfig === undefined || fn.tsconfig === nearestTsconfig(dirname(fn.entry)) ? {} : { tsconfig: fn.tsconfig };
  return { bundling: fn.bundling ?? DEFAULT_BUNDLING, runtime, entry, projectRoot, outputFolder, ...tsconfig };
}

type PlannedResult = BuildResult<BundlePlan['options']>;

async function rebuild(context: BuildContext, signal: AbortSignal): Promise<PlannedResult> {
  signal.throwIfAborted();
  const cancel = (): void => void context.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return (await context.rebuild()) as PlannedResult;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

interface Built {
  readonly fn: FunctionSpec;
  readonly bundler: Bundler;
  readonly metafile: Metafile;
  readonly files: PlannedResult['outputFiles'];
  readonly nodeFor: NodeFor;
}

async function prepared({ fn, bundler, metafile, files, nodeFor }: Built): Promise<Prepared> {
  const { request, plan } = bundler;
  const sources = sourcesOf(metafile, request.projectRoot);
  const { entry, projectRoot, tsconfig, outputFolder } = request;
  const [node, configuration] = await Promise.all([
    nodeFor(fn.runtime),
    configurationFiles({ sources, entry, projectRoot, tsconfig }),
    writeBundle({ folder: outputFolder, plan, files }),
  ]);
  bundler.inputs = [...new Set([...sources, ...configuration])];
  const notes = [
    ...(node.notes ?? []),
    ...(await bundlingNotes(fn, plan)),
    ...(await externalNotes(fn, request, metafile)),
  ];
  return {
    state: 'ready',
    inputs: { files: bundler.inputs, folders: [] },
    launch: clientLaunch({
      fn,
      node,
      flags: ['--enable-source-maps'],
      taskRoot: outputFolder,
      env: { _HANDLER: bundledHandler(fn) },
    }),
    ...(notes.length === 0 ? {} : { notes }),
  };
}

/** The bundle is `index`, whatever a wrapper of the app's choice calls its handler. */
function bundledHandler(fn: FunctionSpec): string {
  return fn.moduleHandler?.startsWith('index.') ? fn.moduleHandler : `index.${fn.handler}`;
}

async function broken(fn: FunctionSpec, bundler: Bundler | undefined, failure: unknown): Promise<Prepared> {
  const errors = isBuildFailure(failure) ? failure.errors : [];
  const workingDirectory = bundler?.request.projectRoot ?? dirname(fn.entry);
  const files = [...(await ownFiles(fn)), ...(bundler?.inputs ?? []), ...filesOfErrors(errors, workingDirectory)];
  return {
    state: 'broken',
    reason: failureReason({ fn, failure, workingDirectory }),
    inputs: { files: [...new Set(files)], folders: [] },
  };
}

async function bundlingNotes(fn: FunctionSpec, plan: BundlePlan): Promise<readonly string[]> {
  const { hasCommandHooks = false, preCompilation = false } = fn.bundling ?? {};
  const metadata =
    preCompilation && fn.tsconfig !== undefined && (await readTsconfigChain(fn.tsconfig)).emitsDecoratorMetadata;
  const notes = [
    hasCommandHooks &&
      'the app runs commands around bundling (commandHooks), which are not run here: files that they make are missing.',
    preCompilation &&
      `the deploy compiles it with tsc before bundling (preCompilation); here esbuild compiles it${metadata ? ', without the decorator metadata that its tsconfig asks for' : ''}.`,
    plan.ignoredArguments.length > 0 &&
      `esbuild's API has no option for these of its esbuildArgs: ${plan.ignoredArguments.join(', ')}.`,
  ];
  return notes.flatMap((note) => (note === false ? [] : [`Function ${fn.id}: ${note}`]));
}

/** Links the packages that only some source can see, and tells which are nowhere. */
async function externalNotes(fn: FunctionSpec, request: BundleRequest, metafile: Metafile): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const { name, importers } of externalPackages(metafile, request.projectRoot)) {
    if (installedPackage(name, dirname(request.outputFolder)) !== undefined) continue;
    const installed = importers.flatMap((folder) => installedPackage(name, folder) ?? [])[0];
    if (installed !== undefined) await linkPackage(request.outputFolder, name, await realpath(installed));
    else if (!inLayers(fn, name)) notes.push(missingPackage(fn, name));
  }
  return notes;
}

function inLayers(fn: FunctionSpec, name: string): boolean {
  return (fn.layers ?? []).some((layer) => installedPackage(name, join(layer, 'nodejs')) !== undefined);
}

function missingPackage(fn: FunctionSpec, name: string): string {
  const origin =
    name.startsWith('@aws-sdk/') || name === 'aws-sdk' ? "Lambda's runtime brings it" : 'the bundle leaves it out';
  return `Function ${fn.id}: ${name} is not installed in this project (${origin}), so its import fails here. Install it, for example as a development dependency.`;
}
