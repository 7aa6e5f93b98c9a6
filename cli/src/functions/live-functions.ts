import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LiveFunction, Manifest, ManifestBundling } from '@live-lambda/protocol/manifest';
import type { BundlingOptions, FunctionSpec } from '@live-lambda/runner';
import { UserError } from '../user-error.ts';
import type { LocatedManifest } from './manifest-file.ts';

/** A live function of the app, and what a runner needs to know of it. */
export interface LocalFunction {
  readonly spec: FunctionSpec;
  readonly described: LiveFunction;
  /** The runner that the project's config names for it. */
  readonly runner?: string;
  /** Variables that the project's config adds to the function's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What the tunnel serves: the live functions of one app and session. */
export interface LiveApp {
  readonly app: string;
  readonly session: string;
  readonly functions: readonly LocalFunction[];
  /** Functions that were selected and cannot be live, with the reason. */
  readonly refused: readonly { readonly id: string; readonly reason: string }[];
}

/** Lambda's defaults, for what the app leaves open (Lambda API reference, CreateFunction). */
const defaultMemoryMb = 128;
const defaultTimeoutMs = 3000;

/** @throws UserError when the manifests disagree about app or session, or no function is live. */
export function liveApp(manifests: readonly LocatedManifest[]): LiveApp {
  const [first, ...others] = manifests;
  if (!first) throw new UserError('There is no manifest.', 'Synthesize the app in live mode.');
  const { app, session } = first.manifest;
  const other = others.find(({ manifest }) => manifest.app !== app || manifest.session !== session);
  if (other) {
    throw new UserError(
      `${first.file} is of app "${app}", session "${session}", and ${other.file} of app "${other.manifest.app}", session "${other.manifest.session}".`,
      'Remove the output folder and synthesize the app once more.',
    );
  }
  const functions = manifests.flatMap(({ manifest, root }) => liveFunctions(manifest, root));
  if (functions.length === 0) {
    throw new UserError(
      `No function of app "${app}" is live.`,
      'Select functions, for example with `-c live-lambda=true`, and deploy again.',
    );
  }
  const refused = manifests.flatMap(({ manifest }) =>
    manifest.functions.flatMap((each) => (each.status === 'refused' ? [{ id: each.id, reason: each.reason }] : [])),
  );
  return { app, session, functions, refused };
}

function liveFunctions(manifest: Manifest, root: string): LocalFunction[] {
  return manifest.functions.flatMap((described) =>
    described.status === 'live' ? [{ spec: functionSpec(described, root), described }] : [],
  );
}

function functionSpec(described: LiveFunction, root: string): FunctionSpec {
  const at = (path: string) => resolve(root, path);
  const { moduleHandler, projectRoot, tsconfig, bundling } = described;
  const layers = described.layers.flatMap(({ folder }) => (folder === null ? [] : [at(folder)]));
  return {
    id: described.id,
    runtime: described.runtime ?? '',
    entry: at(described.entry),
    handler: described.handler,
    root: at(described.taskRoot ?? projectRoot ?? '.'),
    memoryMb: described.memoryMb ?? defaultMemoryMb,
    timeoutMs: described.timeoutMs ?? defaultTimeoutMs,
    ...(moduleHandler === null ? {} : { moduleHandler }),
    ...(projectRoot === null ? {} : { projectRoot: at(projectRoot) }),
    ...(tsconfig === null ? {} : { tsconfig: at(tsconfig) }),
    ...(bundling === null ? {} : { bundling: bundlingOptions(bundling, root) }),
    ...(layers.length === 0 ? {} : { layers }),
  };
}

/** What is injected is a file of the project or a package; only the file's path is relative to the manifest's root. */
function bundlingOptions(bundling: ManifestBundling, root: string): BundlingOptions {
  if (!bundling.inject) return bundling;
  const inject = bundling.inject.map((path) => {
    const file = resolve(root, path);
    return existsSync(file) ? file : path;
  });
  return { ...bundling, inject };
}
