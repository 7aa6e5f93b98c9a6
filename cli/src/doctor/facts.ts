import { lookup } from 'node:dns/promises';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Identity } from '@live-lambda/protocol/identity';
import type { NodeChoice } from '@live-lambda/runner';
import { type AssemblyTemplate, assemblyTemplates } from '../aws/assembly-templates.ts';
import { useCloud } from '../aws/use-cloud.ts';
import type { GivenFlags } from '../config/settings.ts';
import { createDeployedFunctions } from '../functions/deployed-function.ts';
import { type CallerIdentity, callerIdentity, type FoundApis, findApis } from '../functions/deployment.ts';
import type { LiveApp } from '../functions/live-functions.ts';
import { type LocatedManifest, readManifests } from '../functions/manifest-file.ts';
import { projectApp } from '../functions/project-app.ts';
import { chooseCloud } from '../local/choose-cloud.ts';
import { fetchedNodesFolder } from '../nodes/choose-nodes.ts';
import { openProject, type Project } from '../project.ts';
import { loadAgentFor } from '../proxy.ts';
import { UserError } from '../user-error.ts';
import type { NewestSource, SeenHandler } from './app-checks.ts';
import { PrerequisiteError } from './check.ts';
import type { LookedUp } from './cloud-checks.ts';
import { constructVersion } from './construct-version.ts';
import { seeHandler } from './handler-exports.ts';
import type { WatchLimits } from './machine-checks.ts';
import { newestSource } from './newest-source.ts';
import { type ApiProbe, askUnsigned, probeApi } from './probe-api.ts';
import { watchLimits } from './watch-limits.ts';

export interface FactsOptions {
  readonly flags: GivenFlags;
  /** This process's own: a local emulator's keys are put into it. */
  readonly environment: Record<string, string | undefined>;
  readonly currentFolder: string;
  readonly cacheFolder: string;
  /** Of this command line. */
  readonly release: string;
  readonly nodeVersion: string;
}

/**
 * What checks are made of; each is gathered once, when it is first asked for.
 * All throw a {@link PrerequisiteError} when what they need is not there.
 */
export interface Facts {
  readonly release: string;
  readonly nodeVersion: string;
  readonly currentFolder: string;
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
  caller(): Promise<CallerIdentity>;
  /** How far this machine's clock is ahead of AWS's; undefined where AWS does not say. */
  clockSkewMs(): Promise<number | undefined>;
  apis(): Promise<FoundApis>;
  regions(): Promise<ReadonlyMap<string, boolean | undefined>>;
  probes(): Promise<readonly ApiProbe[]>;
  functions(): Promise<readonly LookedUp[]>;
}

/** Titles of the checks that others need. */
export const subjects = {
  config: 'Config',
  manifest: 'Manifest',
  credentials: 'Credentials',
  deployed: 'Deployed',
  key: 'Key',
} as const;

const nowMs = () => performance.now();

export function createFacts(options: FactsOptions): Facts {
  const { environment, currentFolder, cacheFolder } = options;
  const project = once(subjects.config, () => openProject(options));
  const access = once(subjects.config, async () => {
    const chosen = chooseCloud(await project(), { local: undefined, cacheFolder });
    useCloud(chosen.access, environment);
    return chosen.access;
  });
  const manifests = once(subjects.manifest, async () => readManifests((await project()).settings.app.value));
  const app = once(subjects.manifest, async () => projectApp(await project()));
  const caller = once(subjects.credentials, async () => callerIdentity(await access()));
  const agents = once(subjects.config, () => loadAgentFor());
  const apis = once(subjects.deployed, async () => {
    const [{ functions }, where] = await Promise.all([app(), access(), caller()]);
    return findApis(functions, where);
  });
  const usableApis = async () => {
    const found = await apis();
    const [fault] = found.faults;
    if (found.apis.length === 0 && fault) throw new PrerequisiteError(subjects.deployed, fault.error);
    return found.apis;
  };
  const region = async () => (await access()).region ?? (environment.AWS_REGION || environment.AWS_DEFAULT_REGION);
  return {
    ...{
      release: options.release,
      nodeVersion: options.nodeVersion,
      currentFolder,
      project,
      manifests,
      app,
      caller,
      apis,
    },
    templates: once(subjects.config, async () => assemblyTemplates((await project()).settings.app.value)),
    nodes: once(subjects.manifest, async () => findNodes(await app(), { cacheFolder, environment })),
    watchLimits: once(subjects.config, () => watchLimits(currentFolder)),
    handlers: once(subjects.manifest, async () =>
      Promise.all((await app()).functions.map((fn) => seeHandler(fn, currentFolder))),
    ),
    freshness: once(subjects.manifest, async () => freshness(await manifests(), { currentFolder, app: await app() })),
    constructVersion: once(subjects.config, () => constructVersion(currentFolder)),
    key: once(subjects.key, loadKey),
    clockSkewMs: once(subjects.config, async () => {
      const { endpointUrl } = await access();
      const url = new URL(endpointUrl ?? `https://sts.${(await region()) ?? 'us-east-1'}.amazonaws.com/`);
      const { dateMs } = await askUnsigned(url, await agents());
      return dateMs === undefined ? undefined : Date.now() - dateMs;
    }),
    regions: once(subjects.deployed, async () => {
      const { endpointUrl } = await access();
      const names = [...new Set((await usableApis()).map(({ endpoint }) => endpoint.region))];
      return new Map(
        await Promise.all(names.map(async (name) => [name, await hasAppSync(name, endpointUrl)] as const)),
      );
    }),
    probes: once(subjects.deployed, async () => {
      const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
      const agentFor = await agents();
      const probe = { credentials: fromNodeProviderChain(), agentFor, nowMs };
      return Promise.all((await usableApis()).map((api) => probeApi(api, probe)));
    }),
    functions: once(subjects.deployed, async () => {
      const where = await access();
      const found = (await usableApis()).map(({ endpoint, functions }) => {
        const deployed = createDeployedFunctions({ access: where, region: endpoint.region, nowMs });
        return functions.map(({ described }) =>
          deployed.find(described).then(
            (fn): LookedUp => ({ id: described.id, found: fn }),
            (error: unknown): LookedUp => ({ id: described.id, found: userError(error) }),
          ),
        );
      });
      return Promise.all(found.flat());
    }),
  };
}

/** Gathers once, and says of which check it is the subject when it cannot. */
function once<Value>(subject: string, gather: () => Promise<Value>): () => Promise<Value> {
  let gathered: Promise<Value> | undefined;
  return () => {
    gathered ??= gather().catch((error: unknown) => {
      throw error instanceof UserError ? new PrerequisiteError(subject, error) : error;
    });
    return gathered;
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

/** By the name of its control plane, which exists where the service does. */
async function hasAppSync(region: string, endpointUrl: string | undefined): Promise<boolean | undefined> {
  if (endpointUrl !== undefined) return true;
  try {
    await lookup(`appsync.${region}.amazonaws.com`);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOTFOUND' ? false : undefined;
  }
}

function userError(error: unknown): UserError {
  return error instanceof UserError
    ? error
    : new UserError(String(error), 'Try again with DEBUG=* set, and report it.');
}
