import { realpathSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describeBundling } from './bundling-options.ts';
import type { FunctionSource } from './function-source.ts';
import {
  type DescribedFunction,
  type Manifest,
  type ManifestApi,
  type ManifestFunction,
  manifestFileName,
  manifestVersion,
} from './generated/manifest.ts';
import type { LocatedLayer } from './layers.ts';
import type { LiveDoor } from './live-door.ts';
import type { LiveMode } from './live-mode.ts';
import { API_OUTPUTS, type LiveApi, OWN_NAMESPACES } from './live-stack.ts';

/** Facts of a function that do not depend on where its source is. */
export type FunctionFacts = Omit<
  DescribedFunction,
  'mode' | 'door' | 'kind' | 'layers' | 'projectRoot' | 'taskRoot' | 'lockFile' | 'tsconfig' | 'bundling'
> & { readonly layers: readonly LocatedLayer[] };

/** `directory`: where the app runs, from which the manifest's paths go out. */
export interface DescribeRequest {
  readonly facts: FunctionFacts;
  readonly directory: string;
}

interface DescribedLive {
  readonly source: FunctionSource;
  readonly live: LiveApi;
  readonly mode: LiveMode;
  readonly door: LiveDoor;
  readonly raisedTimeoutSeconds?: number | undefined;
}

export function describeLive(
  { facts, directory }: DescribeRequest,
  { source, live, mode, door, raisedTimeoutSeconds }: DescribedLive,
): ManifestFunction {
  const from = (path: string) => posixRelative(directory, path);
  const fromOrNull = (path: string | null) => (path === null ? null : from(path));
  return {
    ...facts,
    layers: describeLayers(facts, directory),
    status: 'live',
    reason: null,
    mode,
    door,
    kind: source.kind,
    entry: from(source.entry),
    entrySource: source.entrySource,
    handler: source.handler,
    projectRoot: fromOrNull(source.projectRoot),
    taskRoot: from(source.taskRoot),
    lockFile: fromOrNull(source.lockFile),
    tsconfig: fromOrNull(source.tsconfig),
    bundling: source.bundling && describeBundling(source.bundling, from),
    ...(raisedTimeoutSeconds !== undefined && { raisedTimeoutMs: raisedTimeoutSeconds * 1000 }),
    api: describeApi(live),
    warnings: [...facts.warnings, ...source.warnings],
  };
}

function describeApi({ stack, namespaces }: LiveApi): ManifestApi {
  const isOwn = namespaces.toTunnel === OWN_NAMESPACES.toTunnel;
  return {
    stack: stack.stackName,
    stackArtifact: stack.artifactId,
    outputs: API_OUTPUTS,
    ...(isOwn ? {} : { namespaces }),
  };
}

export function describeRefused(
  { facts, directory }: DescribeRequest,
  { kind, reason }: { readonly kind: FunctionSource['kind']; readonly reason: string },
): ManifestFunction {
  return {
    ...facts,
    layers: describeLayers(facts, directory),
    status: 'refused',
    reason,
    mode: 'replace',
    door: 'runtime',
    kind,
    entry: null,
    entrySource: null,
    handler: null,
    projectRoot: null,
    taskRoot: null,
    lockFile: null,
    tsconfig: null,
    bundling: null,
    api: null,
  };
}

function describeLayers({ layers }: FunctionFacts, directory: string): DescribedFunction['layers'] {
  return layers.map(({ name, folder }) => ({
    name,
    folder: folder === null ? null : posixRelative(directory, folder),
  }));
}

export interface WriteManifestRequest {
  /** The directory of the cloud assembly. */
  readonly assembly: string;
  /** Where the app runs. */
  readonly directory: string;
  readonly content: Omit<Manifest, 'version' | 'root'>;
}

/** Writes the manifest beside `manifest.json` of the assembly. */
export function writeManifest({ assembly, directory, content }: WriteManifestRequest): void {
  const manifest: Manifest = {
    version: manifestVersion,
    root: posixRelative(realpathSync(assembly), directory),
    ...content,
  };
  writeFileSync(join(assembly, manifestFileName), `${JSON.stringify(manifest, null, 2)}\n`);
}

function posixRelative(from: string, to: string): string {
  return relative(from, to).split(sep).join('/') || '.';
}
