import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type Channel, ChannelError, type Namespaces } from '@live-lambda/protocol';
import {
  type CredentialsProvider,
  connectionOptions,
  createAppSyncChannel,
  isLoopbackHost,
} from '@live-lambda/protocol/appsync';
import type { DeployedApi } from '../functions/deployment.ts';
import { type AgentFor, proxyFor } from '../proxy.ts';

/** What became of something that was tried. */
export type Attempt =
  | { readonly result: 'ok' }
  | { readonly result: 'failed'; readonly error: string }
  | { readonly result: 'not-tried' };

/** How an Events API can be used from here, by really trying. */
export interface ApiProbe {
  readonly stacks: readonly string[];
  readonly httpHost: string;
  readonly realtimeHost: string;
  readonly namespaces: Namespaces;
  /** Host of the proxy in between. */
  readonly proxy: string | undefined;
  readonly http: Attempt;
  /** A WebSocket stands, whoever opened it. */
  readonly socket: Attempt;
  readonly subscribe: Attempt;
  readonly publishToTunnels: Attempt;
  readonly publishToStubs: Attempt;
  /** From publishing an event to hearing it. */
  readonly roundTripMs: number | undefined;
}

export interface ProbeOptions {
  readonly credentials: CredentialsProvider;
  readonly agentFor: AgentFor;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
}

/** For each thing that is tried. */
const limitMs = 8000;
/** A subscription that is confirmed may be active two seconds later. */
const echoLimitMs = 4000;
const echoEveryMs = 500;

/** Second segment of channels that nobody else uses. IAM stops at the namespace before it. */
const probeSegment = 'live-lambda-doctor';

const notTried: Attempt = { result: 'not-tried' };

export async function probeApi(api: DeployedApi, options: ProbeOptions): Promise<ApiProbe> {
  const { stacks, endpoint, namespaces } = api;
  const { httpHost, realtimeHost } = endpoint;
  const scheme = isLoopbackHost(httpHost) ? 'http' : 'https';
  const url = new URL(`${scheme}://${httpHost}/event`);
  const [http, rest] = await Promise.all([
    tried(async () => void (await askUnsigned(url, options.agentFor))),
    probeChannel(api, options),
  ]);
  return { ...{ stacks, httpHost, realtimeHost, namespaces, http }, proxy: proxyFor(url)?.host, ...rest };
}

/** Any answer will do: it is one of the service's, or of something that stands in its place. */
export function askUnsigned(url: URL, agentFor: AgentFor): Promise<{ readonly dateMs: number | undefined }> {
  const agent = agentFor(url);
  const start = url.protocol === 'http:' ? httpRequest : httpsRequest;
  return new Promise<{ readonly dateMs: number | undefined }>((resolve, reject) => {
    const options = { ...connectionOptions(url.host), method: 'GET', timeout: limitMs, ...(agent ? { agent } : {}) };
    const request = start(url, options, (response) => {
      response.resume();
      const dateMs = Date.parse(response.headers.date ?? '');
      resolve({ dateMs: Number.isNaN(dateMs) ? undefined : dateMs });
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${limitMs / 1000} s`)));
    request.on('error', reject);
    request.end();
  }).finally(() => agent?.destroy());
}

type ChannelProbe = Pick<ApiProbe, 'socket' | 'subscribe' | 'publishToTunnels' | 'publishToStubs' | 'roundTripMs'>;

async function probeChannel({ endpoint, namespaces }: DeployedApi, options: ProbeOptions): Promise<ChannelProbe> {
  const { credentials, agentFor } = options;
  const channel = createAppSyncChannel({ endpoint, credentials, agentFor });
  try {
    const name = randomBytes(16).toString('hex');
    const own = `/${namespaces.toTunnel}/${probeSegment}/${name}`;
    const { broken, heard, onEvent } = listen(channel);
    const failure = await failureOf(Promise.race([channel.subscribe(own, onEvent), broken]));
    const nothing = { publishToTunnels: notTried, publishToStubs: notTried, roundTripMs: undefined };
    // A refusal came over a socket that stands.
    if (failure?.kind === 'unreachable') return { socket: attemptOf(failure), subscribe: notTried, ...nothing };
    const publish = async (to: string) =>
      attemptOf(await failureOf(Promise.race([channel.publish(to, [randomBytes(16)]), broken])));
    const publishToStubs = await publish(`/${namespaces.toStub}/${probeSegment}/${name}`);
    const publishToTunnels = await publish(own);
    const both = failure === undefined && publishToTunnels.result === 'ok';
    const roundTripMs = both ? await echoTime({ channel, own, heard, nowMs: options.nowMs }) : undefined;
    return { socket: { result: 'ok' }, subscribe: attemptOf(failure), publishToTunnels, publishToStubs, roundTripMs };
  } finally {
    await channel[Symbol.asyncDispose]();
  }
}

interface Listening {
  /** Rejects when the connection does not come about. */
  readonly broken: Promise<never>;
  /** Calls back once for each event from then on. */
  readonly heard: (callback: () => void) => void;
  readonly onEvent: () => void;
}

function listen(channel: Channel): Listening {
  let callback: () => void = () => undefined;
  const broken = new Promise<never>((_resolve, reject) => {
    channel.onStatus((status) => {
      if (status.name === 'waiting' || status.name === 'failed') reject(status.cause);
    });
  });
  broken.catch(() => undefined);
  return {
    broken,
    heard: (wanted) => {
      callback = wanted;
    },
    onEvent: () => callback(),
  };
}

/** Publishes until an event comes back; undefined where none does. */
async function echoTime(given: {
  readonly channel: Channel;
  readonly own: string;
  readonly heard: Listening['heard'];
  readonly nowMs: () => number;
}): Promise<number | undefined> {
  const { channel, own, heard, nowMs } = given;
  const startedAt = nowMs();
  let sentAt = startedAt;
  return new Promise((resolve) => {
    const send = () => {
      if (nowMs() - startedAt > echoLimitMs) return done(undefined);
      sentAt = nowMs();
      channel.publish(own, [randomBytes(16)]).catch(() => done(undefined));
    };
    const timer = setInterval(send, echoEveryMs);
    function done(time: number | undefined) {
      clearInterval(timer);
      resolve(time);
    }
    heard(() => done(nowMs() - sentAt));
    send();
  });
}

async function failureOf(work: Promise<unknown>): Promise<ChannelError | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ChannelError('unreachable', `no answer within ${limitMs / 1000} s`)), limitMs);
  });
  try {
    await Promise.race([work, late]);
    return undefined;
  } catch (error) {
    if (error instanceof ChannelError) return error;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function tried(work: () => Promise<void>): Promise<Attempt> {
  try {
    await work();
    return { result: 'ok' };
  } catch (error) {
    return { result: 'failed', error: sentence(error) };
  }
}

function attemptOf(failure: ChannelError | undefined): Attempt {
  return failure ? { result: 'failed', error: sentence(failure) } : { result: 'ok' };
}

/** Without the full stop, for what stands around it. Errors of several addresses have a code alone. */
function sentence(error: unknown): string {
  const text =
    error instanceof Error ? error.message || ('code' in error ? String(error.code) : error.name) : String(error);
  return text.replace(/\.$/, '');
}
