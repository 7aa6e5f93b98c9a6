import { relative } from 'node:path';
import { ChannelError, type TunnelLink } from '@live-lambda/protocol';
import { type CredentialsProvider, createAppSyncChannel } from '@live-lambda/protocol/appsync';
import type { Identity } from '@live-lambda/protocol/identity';
import { createExecutor, type Executor, type InspectOptions, type Runner } from '@live-lambda/runner';
import { createDeployedFunctions } from '../functions/deployed-function.ts';
import { type AwsAccess, callerIdentity, type DeployedApi, findApis } from '../functions/deployment.ts';
import type { LiveApp, LocalFunction } from '../functions/live-functions.ts';
import type { Host } from '../host.ts';
import type { ChosenNodes } from '../nodes/choose-nodes.ts';
import { type AgentFor, loadAgentFor } from '../proxy.ts';
import type { RunnerFailure } from '../runners/registry.ts';
import { UserError } from '../user-error.ts';
import { executionNews } from './execution-news.ts';
import { openInbox } from './inbox.ts';
import { startWarnings } from './start-warnings.ts';
import { createStubVerifier, type StubVerifier } from './verify-stub.ts';

export interface TunnelOptions {
  /** The functions to serve. */
  readonly live: LiveApp;
  /** The config file, to be told. */
  readonly configFile?: string | undefined;
  readonly access: AwsAccess;
  readonly credentials: CredentialsProvider;
  /** Chooses how a function is run; throws a UserError where it cannot be. */
  readonly runnerFor: (fn: LocalFunction) => Runner;
  /** Runners that are not there and should be, to be told. */
  readonly runnerFailures?: readonly RunnerFailure[];
  /** The Node of each runtime, to be told. */
  readonly nodes?: ChosenNodes;
  /** The developer's own keys, which stubs trust by their fingerprint. */
  readonly identity: Identity;
  readonly host: Host;
  readonly release: string;
  /** Debuggers can attach. */
  readonly inspect?: InspectOptions | undefined;
  /** How many processes may live at once. */
  readonly maxEnvironments?: number | undefined;
  readonly laptop: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly currentFolder: string;
}

/** A tunnel that takes invocations. */
export interface Tunnel {
  /** Tells the stubs that it leaves, ends the processes and closes the connections. */
  stop(reason: string): Promise<void>;
  /** Settles when the tunnel cannot go on. */
  readonly failed: Promise<UserError>;
}

/**
 * Connects this machine to the deployed app: from the functions to links. Resolves when invocations are taken.
 * @throws UserError
 */
export async function startTunnel(options: TunnelOptions): Promise<Tunnel> {
  const { live } = options;
  // One after the other: what is wrong with the credentials is told as such, and not by whichever call came first.
  const caller = await callerIdentity(options.access);
  const apis = await findApis(live.functions, options.access);
  const agentFor = await loadAgentFor();
  const counted = countInvocations(options.host);
  const { host } = counted;
  host.notify({ type: 'started', ...describe(live, apis, options), identity: caller.arn });
  for (const text of startWarnings(live, options)) host.notify({ type: 'note', level: 'warning', text });

  const executor = executorFor(host, options);
  // An event that comes before its function is ready waits for it.
  const prepared = executor.prepareAll(live.functions.map(({ spec }) => spec)).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    host.notify({ type: 'note', level: 'warning', text: `Preparing the functions failed: ${reason}` });
  });
  const failure = createFailure();
  const links: TunnelLink[] = [];
  let stopping = false;
  const channels = apis.map((api) =>
    openChannel(api, { credentials: options.credentials, agentFor, host, fail: failure.give }),
  );
  const close = async () => {
    await Promise.all(channels.map((channel) => channel[Symbol.asyncDispose]()));
    await executor[Symbol.asyncDispose]();
    await prepared;
  };
  try {
    await Promise.all(
      apis.map(async (api, index) => {
        const channel = channels[index];
        if (!channel) return;
        const functions = new Map(api.functions.map((fn) => [fn.spec.id, fn]));
        const link = openInbox({
          channel,
          live,
          functions,
          executor,
          verifier: verifierFor(api, options.access),
          identity: options.identity,
          host,
          release: options.release,
          nowMs,
          wallClockMs: Date.now,
          isStopping: () => stopping,
        });
        links.push(link);
        await link.open().catch((error: unknown) => {
          throw error instanceof ChannelError ? unusable(api, error) : error;
        });
      }),
    );
  } catch (error) {
    await close();
    throw error;
  }
  host.notify({ type: 'ready' });
  return {
    failed: failure.given,
    async stop(reason) {
      stopping = true;
      await Promise.all(links.map((link) => link.goodbye(reason)));
      await close();
      host.notify({ type: 'stopped', ...counted.totals() });
    },
  };
}

/** Checks stubs of one API; what is expected of each function is looked up before the first one comes. */
function verifierFor(api: DeployedApi, access: AwsAccess): StubVerifier {
  const { region } = api.endpoint;
  const deployed = createDeployedFunctions({ access, region, nowMs });
  // What cannot be looked up now is told when it is needed.
  for (const { described } of api.functions) deployed.find(described).catch(() => undefined);
  return createStubVerifier({ access, region, deployed, nowMs });
}

/** The clock of the links. */
const nowMs = () => performance.now();

function describe(live: LiveApp, apis: readonly DeployedApi[], options: TunnelOptions) {
  const regions = new Map(apis.flatMap((api) => api.functions.map((fn) => [fn.spec.id, api.endpoint.region])));
  const functions = live.functions.map((fn) => ({
    id: fn.spec.id,
    file: relative(options.currentFolder, fn.spec.entry),
    handler: fn.spec.handler,
    runtime: fn.spec.runtime,
    node: nodeOf(fn, options),
    runner: options.runnerFor(fn).name,
    region: regions.get(fn.spec.id) ?? '',
    addedVariables: Object.keys(fn.env ?? {}),
  }));
  const { release, identity, configFile } = options;
  const { app, session } = live;
  return { release, app, session, key: identity.fingerprint, config: configFile ?? null, functions };
}

function nodeOf({ spec }: LocalFunction, { nodes }: TunnelOptions) {
  const found = nodes?.byRuntime.get(spec.runtime);
  return found ? { version: found.version, source: found.source } : null;
}

function executorFor(host: Host, options: TunnelOptions): Executor {
  const { live, laptop, platform, inspect, maxEnvironments } = options;
  const byId = new Map(live.functions.map((fn) => [fn.spec.id, fn]));
  return createExecutor({
    runnerFor: ({ id }) => {
      const fn = byId.get(id);
      if (!fn) throw new Error(`${id} is no live function of this tunnel`);
      return options.runnerFor(fn);
    },
    laptop,
    platform,
    onEvent: executionNews({ host, functionOf: (id) => byId.get(id), currentFolder: options.currentFolder }),
    ...(inspect === undefined ? {} : { inspect }),
    ...(maxEnvironments === undefined ? {} : { maxEnvironments }),
  });
}

interface ChannelParts {
  readonly credentials: CredentialsProvider;
  readonly agentFor: AgentFor;
  readonly host: Host;
  readonly fail: (error: UserError) => void;
}

function openChannel(api: DeployedApi, { credentials, agentFor, host, fail }: ChannelParts) {
  const channel = createAppSyncChannel({ endpoint: api.endpoint, credentials, agentFor });
  let wasOpen = false;
  channel.onStatus((status) => {
    if (status.name === 'open') {
      if (wasOpen)
        host.notify({ type: 'note', level: 'info', text: `Connected again to the Events API of ${api.stack}.` });
      wasOpen = true;
    }
    if (status.name === 'waiting') {
      const seconds = (status.retryInMs / 1000).toFixed(1);
      host.notify({ type: 'note', level: 'warning', text: `${status.cause.message}. Trying again in ${seconds} s.` });
    }
    if (status.name === 'failed') fail(unusable(api, status.cause));
  });
  return channel;
}

function unusable(api: DeployedApi, cause: ChannelError): UserError {
  const hint =
    cause.kind === 'refused'
      ? 'Your identity needs appsync:EventConnect, appsync:EventSubscribe on to-tunnel, and appsync:EventPublish on to-tunnel and to-stub, for this API.'
      : 'Check the network and any proxy; if the stack was deployed a moment ago, try again.';
  return new UserError(`The Events API of stack ${api.stack} cannot be used: ${cause.message}.`, hint, { cause });
}

function createFailure() {
  let give: (error: UserError) => void = () => undefined;
  const given = new Promise<UserError>((resolve) => {
    give = resolve;
  });
  return { given, give: (error: UserError) => give(error) };
}

function countInvocations(inner: Host) {
  let invocations = 0;
  let failures = 0;
  const host: Host = {
    notify(event) {
      if (event.type === 'invocation-finished') {
        invocations += 1;
        if (event.end !== 'succeeded') failures += 1;
      }
      inner.notify(event);
    },
  };
  return { host, totals: () => ({ invocations, failures }) };
}
