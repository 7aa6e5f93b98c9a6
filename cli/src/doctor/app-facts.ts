import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Identity } from '@live-lambda/protocol/identity';
import type { NodeChoice } from '@live-lambda/runner';
import { type AssemblyTemplate, assemblyTemplates } from '../aws/assembly-templates.ts';
import type { LiveApp } from '../functions/live-functions.ts';
import { type LocatedManifest, readManifests } from '../functions/manifest-file.ts';
import { projectApp } from '../functions/project-app.ts';
import { fetchedNodesFolder } from '../nodes/choose-nodes.ts';
import { openProject, type Project } from '../project.ts';
import { UserError } from '../user-error.ts';
import type { NewestSource, SeenHandler } from './app-checks.ts';
import { constructVersion } from './construct-version.ts';
import type { FactsOptions } from './facts-options.ts';
import { once, subjects } from './gather-once.ts';
import { seeHandler } from './handler-exports.ts';
import type { WatchLimits } from './machine-checks.ts';
import { newestSource } from './newest-source.ts';
import { watchLimits } from './watch-limits.ts';

/** What is known without AWS. */
export interface AppFacts {
  project(): Promise<Project>;
  manifests(): Promise<readonly LocatedManifest[]>;
  app(): Promise<LiveApp>;
  templates(): Promise<readonly AssemblyTemplate[]>;
  nodes(): Promise<readonly NodeChoice[]>;
  watchLimits(): Promise<WatchLimits>;
  handlers(): Promise<readonly SeenHandler[]>;
  /** With the time of the synth, in epoch milliseconds. */
  freshness(): Promise<{ readonly newest: NewestSource | undefined; readonly synthesizedMs: number }>;
  constructVersion(): Promise<string | undefined>;
  /** Undefined where the developer has none yet. */
  key(): Promise<Identity | undefined>;
}

export function gatherAppFacts(options: FactsOptions): AppFacts {
  const { environment, currentFolder, cacheFolder } = options;
  const project = once(subjects.config, () => openProject(options));
  const assembly = async () => (await project()).settings.app.value;
  const manifests = once(subjects.manifest, async () => readManifests(await assembly()));
  const app = once(subjects.manifest, async () => projectApp(await project()));
  return {
    ...{ project, manifests, app },
    templates: once(subjects.config, async () => assemblyTemplates(await assembly())),
    nodes: once(subjects.manifest, async () => findNodes(await app(), { cacheFolder, environment })),
    watchLimits: once(subjects.config, () => watchLimits(currentFolder)),
    handlers: once(subjects.manifest, async () =>
      Promise.all((await app()).functions.map((fn) => seeHandler(fn, currentFolder))),
    ),
    freshness: once(subjects.manifest, async () => freshness(await manifests(), { currentFolder, app: await app() })),
    constructVersion: once(subjects.config, () => constructVersion(currentFolder)),
    key: once(subjects.key, loadKey),
  };
}

async function findNodes(
  { functions }: LiveApp,
  { cacheFolder, environment }: Pick<FactsOptions, 'cacheFolder' | 'environment'>,
): Promise<readonly NodeChoice[]> {
  const { nodeFor } = await import('@live-lambda/runner');
  const runtimes = [...new Set(functions.map(({ spec }) => spec.runtime))].filter((name) => name.startsWith('nodejs'));
  const folder = join(cacheFolder, fetchedNodesFolder);
  return Promise.all(runtimes.map((runtime) => nodeFor({ runtime, cacheFolder: folder, env: environment })));
}

async function freshness(
  manifests: readonly LocatedManifest[],
  { currentFolder, app }: { readonly currentFolder: string; readonly app: LiveApp },
) {
  const synthesizedMs = Math.min(...manifests.map(({ file }) => statSync(file).mtimeMs));
  const [root = currentFolder] = manifests.map(({ root }) => root);
  const folder = [currentFolder, root, dirname(root)].find((each) => existsSync(join(each, 'cdk.json'))) ?? root;
  return {
    newest: await newestSource(
      folder,
      app.functions.map(({ spec }) => spec.entry),
    ),
    synthesizedMs,
  };
}

async function loadKey(): Promise<Identity | undefined> {
  const { defaultIdentityFile, IdentityError, loadIdentity } = await import('@live-lambda/protocol/identity');
  try {
    return loadIdentity({ file: defaultIdentityFile() });
  } catch (cause) {
    if (!(cause instanceof IdentityError)) throw cause;
    throw new UserError(cause.message, 'Stubs trust this key: mend the file rather than make another one.', { cause });
  }
}
