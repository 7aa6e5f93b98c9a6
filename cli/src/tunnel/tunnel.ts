import type { CredentialsProvider } from '@live-lambda/protocol/appsync';
import type { Identity } from '@live-lambda/protocol/identity';
import { createExecutor, type Executor, type InspectOptions, type Runner } from '@live-lambda/runner';
import type { StubTrust } from '../config/config.ts';
import { watchApp } from '../functions/app-watch.ts';
import {
  type AwsAccess,
  type CallerIdentity,
  callerIdentity,
  type FoundApis,
  findApis,
} from '../functions/deployment.ts';
import type { LiveApp, LocalFunction } from '../functions/live-functions.ts';
import type { Host } from '../host.ts';
import type { ChosenNodes } from '../nodes/choose-nodes.ts';
import { loadAgentFor } from '../proxy.ts';
import type { RunnerFailure } from '../runners/registry.ts';
import type { UserError } from '../user-error.ts';
import type { ConnectionParts } from './api-connection.ts';
import { type ApiConnections, createApiConnections } from './api-connections.ts';
import { createAppUpdates } from './app-updates.ts';
import { executionNews } from './execution-news.ts';
import { farewell } from './farewell.ts';
import { summariesOf } from './function-summaries.ts';
import { type PausableExecutor, pausable } from './pausable-executor.ts';
import { createSessionSharing } from './session-sharing.ts';
import { startWarnings } from './start-warnings.ts';

export interface TunnelOptions {
  /** The functions to serve. */
  readonly live: LiveApp;
  /** Where the app may change while the tunnel runs; it stays as it is where this is not given. */
  readonly source?: AppSource | undefined;
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
  /** Counts what goes over a connection; not counted if not given. */
  readonly metering?: ConnectionParts['metering'];
  readonly release: string;
  /** `none`: execution environments need not prove what they are; `sts` if not given. */
  readonly stubTrust?: StubTrust;
  /** Tunnels that hold the session are asked for it at the start. */
  readonly takeOver?: boolean;
  /** Debuggers can attach. */
  readonly inspect?: InspectOptions | undefined;
  /** How many processes may live at once. */
  readonly maxEnvironments?: number | undefined;
  readonly laptop: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly currentFolder: string;
}

/** An app that is synthesized anew from time to time. */
export interface AppSource {
  /** The output of the synth. */
  readonly assemblyFolder: string;
  /** What it says now. @throws UserError */
  load(): Promise<LiveApp>;
}

/** What the developer can do to a tunnel that runs. */
export interface TunnelControls {
  /** What comes from now on is held, and not run. */
  pause(): void;
  /** What was held runs, as far as somebody still waits for it. */
  resume(): void;
  /** Builds a function anew, and gives each of its environments a new process. */
  restart(functionId: string): Promise<void>;
  /** Asks the tunnels that hold the session to finish what they run, and to leave it. @returns whether there was one */
  takeOver(): boolean;
}

/** A tunnel that takes invocations. */
export interface Tunnel extends TunnelControls {
  /** Tells the stubs that it leaves, ends the processes and closes the connections. */
  stop(reason: string): Promise<void>;
  /** What becomes of invocations once it has stopped, as a sentence. */
  farewell(): string;
  /** Settles when the tunnel cannot go on. */
  readonly failed: Promise<UserError>;
  /** Settles when another tunnel has taken the session over, and nothing runs here any more. */
  readonly handedOver: Promise<'handed-over'>;
}

/**
 * Connects this machine to the deployed app: from the functions to links. Resolves when invocations are taken. From then on
 * it follows the app as that is synthesized anew.
 * @throws UserError
 */
export async function startTunnel(options: TunnelOptions): Promise<Tunnel> {
  const { access, identity, release } = options;
  // One after the other: what is wrong with the credentials is told as such, and not by whichever call came first.
  const progress = (text: string) => options.host.notify({ type: 'progress', text });
  progress('asking AWS who you are');
  const caller = await callerIdentity(access);
  progress('looking for what is deployed');
  const found = await findApis(options.live.functions, access);
  const [fault] = found.faults;
  // What is missing beside others may be deployed later, or never, as a stage that is somebody else's.
  if (fault && found.apis.length === 0) throw fault.error;
  const agentFor = await loadAgentFor();
  const counted = countInvocations(options.host);
  const { host } = counted;
  let live = options.live;
  tellStart(options, { host, found, caller });
  const executor = pausable(
    executorFor(host, options, (id) => live.functions.find(({ spec }) => spec.id === id)),
    { nowMs, wallClockMs: Date.now },
  );
  const failure = createOutcome<UserError>();
  const handedOver = createOutcome<'handed-over'>();
  const sharing = createSessionSharing({
    host,
    takeOverAtOnce: options.takeOver ?? false,
    ask: () => connections.takeOver(),
    resume: () => {
      if (executor.isPaused) host.notify({ type: 'resumed', held: executor.resume() });
    },
  });
  const connections: ApiConnections = createApiConnections({
    sharing,
    onAllHandedOver: () => handedOver.give('handed-over'),
    executor,
    identity,
    access,
    credentials: options.credentials,
    agentFor,
    host,
    metering: options.metering,
    release,
    stubTrust: options.stubTrust ?? 'sts',
    addedVariables: endpointVariable(access),
    nowMs,
    wallClockMs: Date.now,
    onFailed: failure.give,
  });
  let prepared: Promise<void> | undefined;
  const beginToPrepare = () => {
    prepared ??= prepare(executor, live, host);
  };
  const end = async (reason: string) => {
    await connections.leave(reason);
    await executor[Symbol.asyncDispose]();
    await prepared;
  };
  progress('connecting to AppSync Events');
  const headStart = setTimeout(beginToPrepare, connectionHeadStartMs);
  const [refused] = await connections.follow(found, live).finally(() => clearTimeout(headStart));
  if (refused) {
    await end('it could not start');
    throw refused;
  }
  host.notify({ type: 'ready' });
  beginToPrepare();

  const updates = createAppUpdates({
    current: live,
    host,
    findApis: (functions) => findApis(functions, access),
    connections,
    executor,
    take: (next) => {
      live = next;
    },
    summaries: (functions, apis) => summariesOf(functions, apis, options),
    warnings: (next) => startWarnings(next, options),
    faults: found.faults,
  });
  const watched =
    options.source &&
    watchApp({ ...options.source, current: live, onChanged: updates.changed, onBroken: updates.broken });
  return {
    ...controlsOf(executor, host),
    takeOver: sharing.takeOver,
    failed: failure.given,
    handedOver: handedOver.given,
    farewell: () => farewell(live, sharing),
    async stop(reason) {
      watched?.close();
      updates.close();
      await end(reason);
      host.notify({ type: 'stopped', ...counted.totals() });
    },
  };
}

function controlsOf(executor: PausableExecutor, host: Host): Omit<TunnelControls, 'takeOver'> {
  return {
    pause() {
      executor.pause();
      host.notify({ type: 'paused' });
    },
    resume: () => host.notify({ type: 'resumed', held: executor.resume() }),
    async restart(functionId) {
      await executor.restart(functionId);
      host.notify({ type: 'restarted', function: functionId });
    },
  };
}

/** Who runs which functions, and what had better be known of them. @throws UserError where a runner is not there */
function tellStart(
  options: TunnelOptions,
  { host, found, caller }: { readonly host: Host; readonly found: FoundApis; readonly caller: CallerIdentity },
): void {
  const { live, release, identity, configFile } = options;
  const { app, session, functions } = live;
  host.notify({
    type: 'started',
    release,
    app,
    session,
    identity: caller.arn,
    key: identity.fingerprint,
    config: configFile ?? null,
    stubTrust: options.stubTrust ?? 'sts',
    functions: summariesOf(functions, found.apis, options),
  });
  for (const text of startWarnings(live, options)) host.notify({ type: 'note', level: 'warning', text });
}

/** An event that comes before its function is ready waits for it. */
async function prepare(executor: Executor, { functions }: LiveApp, host: Host): Promise<void> {
  try {
    await executor.prepareAll(functions.map(({ spec }) => spec));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    host.notify({ type: 'note', level: 'warning', text: `Preparing the functions failed: ${reason}` });
  }
}

/**
 * How long connecting has the processor to itself before functions are built beside it, in milliseconds. On a network it
 * mostly waits by then; what answers at once is ready before.
 */
const connectionHeadStartMs = 250;

/** The clock of the links. */
const nowMs = () => performance.now();

/**
 * Credentials that an emulator gave out are good there alone: code that runs here is to find it as the tunnel does, unless
 * the app itself says where AWS is. Source: AWS SDKs and Tools Reference Guide, "Service-specific endpoints".
 */
function endpointVariable({ endpointUrl }: AwsAccess): (fn: LocalFunction) => Readonly<Record<string, string>> {
  if (endpointUrl === undefined) return () => ({});
  return ({ described }) =>
    described.environmentNames.includes('AWS_ENDPOINT_URL') ? {} : { AWS_ENDPOINT_URL: endpointUrl };
}

function executorFor(
  host: Host,
  options: TunnelOptions,
  functionOf: (id: string) => LocalFunction | undefined,
): Executor {
  const { laptop, platform, inspect, maxEnvironments, currentFolder } = options;
  return createExecutor({
    runnerFor: ({ id }) => {
      const fn = functionOf(id);
      if (!fn) throw new Error(`${id} is no live function of this tunnel`);
      return options.runnerFor(fn);
    },
    laptop,
    platform,
    onEvent: executionNews({ host, functionOf, currentFolder }),
    ...(inspect === undefined ? {} : { inspect }),
    ...(maxEnvironments === undefined ? {} : { maxEnvironments }),
  });
}

/** A promise, and how it is kept. */
function createOutcome<Outcome>() {
  let give: (outcome: Outcome) => void = () => undefined;
  const given = new Promise<Outcome>((resolve) => {
    give = resolve;
  });
  return { given, give: (outcome: Outcome) => give(outcome) };
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
