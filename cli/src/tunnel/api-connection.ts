import { type Channel, ChannelError } from '@live-lambda/protocol';
import { type CredentialsProvider, createAppSyncChannel } from '@live-lambda/protocol/appsync';
import type { Identity } from '@live-lambda/protocol/identity';
import type { StubTrust } from '../config/config.ts';
import { createDeployedFunctions } from '../functions/deployed-function.ts';
import type { AwsAccess, DeployedApi } from '../functions/deployment.ts';
import type { LocalFunction } from '../functions/live-functions.ts';
import type { AgentFor } from '../proxy.ts';
import { UserError } from '../user-error.ts';
import { type InboxOptions, openInbox } from './inbox.ts';
import { createKnownKeys } from './known-keys.ts';
import type { SessionSharing } from './session-sharing.ts';
import { unverifiedStubs } from './unverified-stubs.ts';
import { createStubVerifier } from './verify-stub.ts';

/** What the connections of a tunnel have in common. */
export interface ConnectionParts
  extends Pick<InboxOptions, 'executor' | 'host' | 'release' | 'addedVariables' | 'nowMs' | 'wallClockMs'> {
  readonly identity: Identity;
  readonly access: AwsAccess;
  readonly credentials: CredentialsProvider;
  readonly agentFor: AgentFor;
  readonly stubTrust: StubTrust;
  /** Counts what goes over a channel. */
  readonly metering: ((channel: Channel, isToStub: (name: string) => boolean) => Channel) | undefined;
  /** An API cannot be used any more. */
  readonly onFailed: (error: UserError) => void;
  /** What is asked of the other tunnels of a session, and told of them. */
  readonly sharing: Pick<SessionSharing, 'of'>;
}

export interface ApiConnectionOptions
  extends ConnectionParts,
    Pick<InboxOptions, 'app' | 'session' | 'onHandingOver' | 'onHandedOver'> {
  readonly api: DeployedApi;
}

/** This tunnel on one Events API: its connection, and its conversations with the stubs that call over it. */
export interface ApiConnection {
  /**
   * Resolves when events come through.
   * @throws UserError when the API refuses, or nothing comes through; or when it was left meanwhile.
   */
  open(): Promise<void>;
  /** Which functions call over it from now on. */
  serve(functions: readonly LocalFunction[]): void;
  /** Asks the tunnels that were there before for the session. */
  takeOver(): Promise<void>;
  /** Tells the stubs that the tunnel leaves, and closes the connection. */
  leave(reason: string): Promise<void>;
}

/**
 * How long the start waits to know which keys the stubs trust, in milliseconds. It only delays that another tunnel of the
 * session is noticed: stubs are verified by look-ups of their own.
 */
const knownKeysLimitMs = 2000;

/** @throws UserError where its stubs may not be taken without a proof. */
export function createApiConnection(options: ApiConnectionOptions): ApiConnection {
  const { api, access, identity, host, nowMs } = options;
  const { region } = api.endpoint;
  const deployed = createDeployedFunctions({ access, region, nowMs });
  const keys = createKnownKeys(deployed);
  let functions = byPath(api.functions);
  let leaving = false;
  const channel = openChannel(options, () => leaving);
  const link = openInbox({
    ...options,
    channel,
    namespaces: api.namespaces,
    functionOf: (path) => functions.get(path),
    verifier:
      options.stubTrust === 'none' ? unverifiedStubs(api) : createStubVerifier({ access, region, deployed, nowMs }),
    trust: keys.trust,
    shared: options.sharing.of(options.session),
    isLeaving: () => leaving,
  });
  const learn = async (given: readonly LocalFunction[]): Promise<void> => {
    const strangers = await keys.learn(given, identity.fingerprint);
    if (strangers.length > 0 && !leaving)
      host.notify({ type: 'note', level: 'warning', text: untrustedText(strangers, identity.fingerprint) });
  };
  return {
    async open() {
      try {
        await link.open(() => withinLimit(learn(api.functions), knownKeysLimitMs));
      } catch (error) {
        throw error instanceof ChannelError ? unusable(api, error) : error;
      }
    },
    serve(given) {
      const added = given.filter(({ spec }) => !functions.has(spec.id));
      functions = byPath(given);
      void learn(added);
    },
    takeOver: () => link.takeOver(),
    async leave(reason) {
      leaving = true;
      await link.goodbye(reason);
      await channel[Symbol.asyncDispose]();
    },
  };
}

function byPath(functions: readonly LocalFunction[]): ReadonlyMap<string, LocalFunction> {
  return new Map(functions.map((fn) => [fn.spec.id, fn]));
}

function openChannel(options: ApiConnectionOptions, isLeaving: () => boolean): Channel {
  const { api, credentials, agentFor, host, metering, onFailed } = options;
  const channel = createAppSyncChannel({ endpoint: api.endpoint, credentials, agentFor });
  const tell = (level: 'info' | 'warning', text: string) => host.notify({ type: 'note', level, text });
  let wasOpen = false;
  channel.onStatus((status) => {
    if (isLeaving()) return;
    if (status.name === 'open') {
      if (wasOpen) tell('info', `Connected again to the Events API of ${stacksOf(api)}.`);
      wasOpen = true;
    }
    if (status.name === 'waiting')
      tell('warning', `${status.cause.message}. Trying again in ${(status.retryInMs / 1000).toFixed(1)} s.`);
    if (status.name === 'failed') onFailed(unusable(api, status.cause));
  });
  return metering?.(channel, (name) => name.startsWith(`/${api.namespaces.toStub}/`)) ?? channel;
}

const stacksOf = ({ stacks }: DeployedApi) => `stack ${stacks.join(' and ')}`;

function unusable(api: DeployedApi, cause: ChannelError): UserError {
  const { toTunnel, toStub } = api.namespaces;
  const hint =
    cause.kind === 'refused'
      ? `Your identity needs appsync:EventConnect, appsync:EventSubscribe on ${toTunnel}, and appsync:EventPublish on ${toTunnel} and ${toStub}, for this API.`
      : 'Check the network and any proxy; if the stack was deployed a moment ago, try again.';
  return new UserError(`The Events API of ${stacksOf(api)} cannot be used: ${cause.message}.`, hint, { cause });
}

function untrustedText(ids: readonly string[], fingerprint: string): string {
  return `The deployed stubs of ${ids.join(', ')} do not trust your key, ${fingerprint}: their invocations do not come here. Add the key to live-lambda.keys beside the app, or deploy the app yourself.`;
}

async function withinLimit(work: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
