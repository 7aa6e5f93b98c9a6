import { relative } from 'node:path';
import { ChannelError, type TunnelLink } from '@live-lambda/protocol';
import { type CredentialsProvider, createAppSyncChannel } from '@live-lambda/protocol/appsync';
import type { Runner } from '@live-lambda/runner';
import { type AwsAccess, callerIdentity, type DeployedApi, findApis } from '../functions/deployment.ts';
import { type LiveApp, type LocalFunction, liveApp } from '../functions/live-functions.ts';
import { readManifests } from '../functions/manifest-file.ts';
import type { Host } from '../host.ts';
import { UserError } from '../user-error.ts';
import { openInbox } from './inbox.ts';
import { createSandboxes, type Sandboxes } from './sandboxes.ts';

export interface TunnelOptions {
  /** Folder of the synthesized app. */
  readonly assemblyFolder: string;
  readonly access: AwsAccess;
  readonly credentials: CredentialsProvider;
  /** Chooses how a function is run; throws a UserError where it cannot be. */
  readonly runnerFor: (fn: LocalFunction) => Runner;
  readonly host: Host;
  readonly release: string;
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
 * Connects this machine to the deployed app: from manifest to links. Resolves when invocations are taken.
 * @throws UserError
 */
export async function startTunnel(options: TunnelOptions): Promise<Tunnel> {
  const live = liveApp(await readManifests(options.assemblyFolder));
  // One after the other: what is wrong with the credentials is told as such, and not by whichever call came first.
  const identity = await callerIdentity(options.access);
  const apis = await findApis(live.functions, options.access);
  const counted = countInvocations(options.host);
  const { host } = counted;
  host.notify({ type: 'started', ...describe(live, apis, options), identity: identity.arn });
  warnAhead(live, host, options);

  const sandboxes = sandboxesFor(host, options);
  const failure = createFailure();
  const links: TunnelLink[] = [];
  const channels = apis.map((api) => openChannel(api, options.credentials, host, failure.give));
  const close = async () => {
    await Promise.all(channels.map((channel) => channel[Symbol.asyncDispose]()));
    await sandboxes[Symbol.asyncDispose]();
  };
  try {
    await Promise.all(
      apis.map(async (api, index) => {
        const channel = channels[index];
        if (!channel) return;
        const functions = new Map(api.functions.map((fn) => [fn.spec.id, fn]));
        const { release } = options;
        const link = openInbox({ channel, live, functions, sandboxes, host, release, nowMs, wallClockMs: Date.now });
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
      await Promise.all(links.map((link) => link.goodbye(reason)));
      await close();
      host.notify({ type: 'stopped', ...counted.totals() });
    },
  };
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
    runner: options.runnerFor(fn).name,
    region: regions.get(fn.spec.id) ?? '',
  }));
  return { release: options.release, app: live.app, session: live.session, functions };
}

/** What the developer had better know before the first event. */
function warnAhead(live: LiveApp, host: Host, options: TunnelOptions): void {
  for (const { id, reason } of live.refused)
    host.notify({ type: 'note', level: 'warning', text: `${id} is not live: ${reason}` });
  const warn = (text: string) => host.notify({ type: 'note', level: 'warning', text });
  for (const fn of live.functions) {
    for (const warning of fn.described.warnings) warn(`${fn.spec.id}: ${warning}`);
    void options
      .runnerFor(fn)
      .prepare(fn.spec)
      .then((prepared) => {
        if (prepared.state === 'broken') warn(prepared.reason);
      });
  }
  const majors = new Set(live.functions.flatMap(({ spec }) => /^nodejs(\d+)\.x$/.exec(spec.runtime)?.[1] ?? []));
  const own = process.versions.node.split('.')[0] ?? '';
  const others = [...majors].filter((major) => major !== own);
  if (others.length > 0) warn(`Handlers run on Node ${own} here, and on Node ${others.join(' and ')} in Lambda.`);
}

function sandboxesFor(host: Host, options: TunnelOptions): Sandboxes {
  return createSandboxes({
    runnerFor: options.runnerFor,
    laptop: options.laptop,
    platform: options.platform,
    nowMs,
    wallClockMs: Date.now,
    events: {
      started: (environmentId, fn, pid) =>
        host.notify({ type: 'process-started', function: fn.spec.id, environmentId, pid }),
      output: (environmentId, fn, { stream, text, requestId }) =>
        host.notify({ type: 'output', function: fn.spec.id, environmentId, requestId, stream, text }),
      withheld: (fn, names) =>
        host.notify({
          type: 'note',
          level: 'warning',
          text: `${fn.spec.id}: not taken over from its environment in AWS, since they could run other code here: ${names.join(', ')}.`,
        }),
    },
  });
}

function openChannel(api: DeployedApi, credentials: CredentialsProvider, host: Host, fail: (error: UserError) => void) {
  const channel = createAppSyncChannel({ endpoint: api.endpoint, credentials });
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
