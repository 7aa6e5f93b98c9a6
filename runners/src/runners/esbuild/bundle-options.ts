import type { BuildOptions } from 'esbuild';
import type { BundlingOptions } from '../../runner.ts';
import { applyEsbuildArguments } from './esbuild-arguments.ts';

/** Up to here Lambda's images carry the AWS SDK for JavaScript 2, from the next on version 3. */
const LAST_NODE_WITH_SDK_V2 = 16;

/** A function to bundle, with everything that decides how. All paths are absolute. */
export interface BundleRequest {
  readonly bundling: BundlingOptions;
  /** Lambda runtime identifier, for example `nodejs22.x`. */
  readonly runtime: string;
  readonly entry: string;
  /** The folder in which the app runs esbuild. */
  readonly projectRoot: string;
  /** A tsconfig that the app names; without one esbuild looks for that of each file. */
  readonly tsconfig?: string;
  /** Where the bundle belongs. */
  readonly outputFolder: string;
}

export interface BundlePlan {
  readonly options: BuildOptions & { readonly metafile: true; readonly write: false };
  /** Name of the bundle within the output folder. */
  readonly fileName: 'index.js' | 'index.mjs';
  /** The bundle needs a comment that leads to its source map, because esbuild writes none. */
  readonly needsMapComment: boolean;
  /** Arguments of the app that were not taken over. */
  readonly ignoredArguments: readonly string[];
}

/**
 * What CDK's `NodejsFunction` tells esbuild on its command line, as options of esbuild's API. Two things differ: the
 * output stays in memory, and there always is a source map. `charset` CDK does not pass on.
 * Source: AWS CDK 2, `aws-lambda-nodejs/lib/bundling.ts`.
 */
export function planBundle(request: BundleRequest): BundlePlan {
  const { bundling, outputFolder } = request;
  const fileName = bundling.format === 'esm' ? 'index.mjs' : 'index.js';
  const { options, ignored } = applyEsbuildArguments(optionsOf(request), bundling.esbuildArgs ?? {});
  const mapInFile = options.sourcemap === 'inline' || options.sourcemap === 'both';
  return {
    options: {
      ...options,
      outfile: `${outputFolder}/${fileName}`,
      // Written by us beside older maps, which running processes still read.
      sourcemap: mapInFile ? 'inline' : 'external',
      // A map that is nobody's but ours leads to the files themselves.
      ...(mapInFile || options.sourcemap ? {} : { sourcesContent: false }),
      metafile: true,
      write: false,
      logLevel: 'silent',
    },
    fileName,
    needsMapComment: !mapInFile,
    ignoredArguments: ignored,
  };
}

function optionsOf({ bundling, runtime, entry, projectRoot, tsconfig }: BundleRequest): BuildOptions {
  return {
    bundle: true,
    entryPoints: [entry],
    absWorkingDir: projectRoot,
    platform: 'node',
    format: bundling.format,
    target: (bundling.target ?? targetOf(runtime)).split(','),
    external: [...externalsOf(bundling, runtime)],
    ...present('minify', bundling.minify),
    ...present('keepNames', bundling.keepNames),
    ...present('sourcesContent', bundling.sourcesContent),
    ...present('mainFields', bundling.mainFields && [...bundling.mainFields]),
    ...present('inject', bundling.inject && [...bundling.inject]),
    ...present('define', bundling.define && { ...bundling.define }),
    ...present('banner', bundling.banner === undefined ? undefined : { js: bundling.banner }),
    ...present('footer', bundling.footer === undefined ? undefined : { js: bundling.footer }),
    ...present('tsconfig', tsconfig),
    ...present('nodePaths', bundling.environment?.NODE_PATH?.split(process.platform === 'win32' ? ';' : ':')),
    // esbuild checks the names of these itself, and says what it takes.
    ...(bundling.loader === undefined ? {} : { loader: bundling.loader as Required<BuildOptions>['loader'] }),
    ...present('sourcemap', sourceMapOf(bundling)),
  };
}

function present<Name extends keyof BuildOptions>(
  name: Name,
  value: BuildOptions[Name] | undefined,
): { readonly [name in Name]?: BuildOptions[Name] } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [name in Name]?: BuildOptions[Name] });
}

function targetOf(runtime: string): string {
  return `node${nodeVersionOf(runtime) ?? process.versions.node.split('.')[0]}`;
}

function nodeVersionOf(runtime: string): number | undefined {
  const version = /nodejs(\d+)/.exec(runtime)?.[1];
  return version === undefined ? undefined : Number(version);
}

/**
 * What Lambda's images bring is left out of a bundle, as are packages that the app installs beside it. `@smithy/*` is
 * left out by the deploy only where a feature flag of CDK is set; bundled, it does the same.
 */
function externalsOf(bundling: BundlingOptions, runtime: string): readonly string[] {
  const sdk = (nodeVersionOf(runtime) ?? Number.POSITIVE_INFINITY) <= LAST_NODE_WITH_SDK_V2 ? 'aws-sdk' : '@aws-sdk/*';
  const ofRuntime = bundling.bundleAwsSdk ? [] : [sdk];
  return [...(bundling.externalModules ?? ofRuntime), ...(bundling.nodeModules ?? [])];
}

function sourceMapOf({ sourceMap, sourceMapMode }: BundlingOptions): BuildOptions['sourcemap'] {
  return sourceMapMode === 'inline' || sourceMapMode === 'both' ? sourceMapMode : sourceMap;
}
