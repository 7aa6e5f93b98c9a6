import type { Agent } from 'node:http';
import { type Channel, ChannelError, type ChannelStatus } from '../channel.ts';
import { type Clock, systemClock } from '../clock.ts';
import { type ConnectionInput, type ConnectionState, connectionDeadline, stepConnection } from './connection.ts';
import type { EventApiEndpoint } from './endpoint.ts';
import { eventBytes, eventText } from './event-text.ts';
import { createHttpPublisher } from './http-publisher.ts';
import { batches, createAllowance, maxSocketPublishBytes } from './pacing.ts';
import { dialRealtime, type Realtime } from './realtime.ts';
import { type CredentialsProvider, createSigner } from './signing.ts';
import { type OpenSocket, openSocket } from './socket.ts';
import { createSuspensionWatch, lookEveryMs } from './suspension.ts';

/** How long a publish on the WebSocket may go unanswered before it goes over HTTP, and the socket is replaced. */
const publishAnswerMs = 3000;
/** The same after the process was suspended: the socket may be dead. */
const suspectAnswerMs = 400;
/** After a longer suspension a socket is not tried any more: AppSync and what lies between drop silent connections. */
const survivedSuspensionMs = 60_000;

export interface AppSyncChannelOptions {
  readonly endpoint: EventApiEndpoint;
  readonly credentials: CredentialsProvider;
  /**
   * What this process does between events. `laptop`: it runs; a suspension is sleep and the socket is dead, and a
   * refusal is final. `function`: it is frozen all the time, so that a socket is believed for a minute and then tested;
   * a refusal is tried again when an event comes, since permissions take time to be in force.
   */
  readonly host?: 'laptop' | 'function';
  readonly clock?: Clock;
  readonly wallClockMs?: () => number;
  readonly random?: () => number;
  readonly openSocket?: OpenSocket;
  /** The agent of a proxy for a URL, where there is one. */
  readonly agentFor?: (url: URL) => Agent | undefined;
}

interface Subscription {
  readonly channel: string;
  readonly onEvent: (event: Uint8Array) => void;
  readonly settle: { resolve(): void; reject(cause: ChannelError): void };
}

/**
 * A {@link Channel} over one AppSync Event API: a WebSocket for all subscriptions, kept up by itself, and keep-alive HTTP
 * for what is too much for it or meets it dead. Each operation is signed on its own.
 */
export function createAppSyncChannel(options: AppSyncChannelOptions): Channel {
  const { endpoint, host = 'laptop', agentFor } = options;
  const clock = options.clock ?? systemClock();
  const random = options.random ?? Math.random;
  const wallClockMs = options.wallClockMs ?? Date.now;
  const signer = createSigner({ endpoint, credentials: options.credentials, wallClockMs });
  const http = createHttpPublisher({ endpoint, signer, agentFor });
  const allowance = createAllowance();
  const watch = createSuspensionWatch(wallClockMs());
  const listeners: ((status: ChannelStatus) => void)[] = [];
  const subscriptions: Subscription[] = [];

  let state: ConnectionState = { name: 'idle' };
  let line: Realtime | undefined;
  /** A second WebSocket that is to take the place of the first. */
  let next: Realtime | undefined;
  /** The socket has not been heard of since the process was suspended. */
  let suspect = false;
  let cancelTick: (() => void) | undefined;
  let cancelLook: (() => void) | undefined;

  function feed(input: ConnectionInput): void {
    const before = state;
    const step = stepConnection(state, input, clock.nowMs(), random());
    state = step.state;
    for (const effect of step.effects) {
      if (effect === 'dial') line = open(true);
      else if (effect === 'hang-up') hangUp();
      else if (effect === 'renew') next ??= open(false);
      else if (line) void subscribeAll(line);
    }
    cancelTick?.();
    const deadline = connectionDeadline(state);
    cancelTick =
      deadline === undefined ? undefined : clock.after(deadline - clock.nowMs(), () => feed({ type: 'tick' }));
    if (state.name !== before.name) announce();
  }

  function announce(): void {
    if (state.name === 'failed') for (const { settle } of subscriptions) settle.reject(state.cause);
    const status = statusOf(state, clock.nowMs());
    for (const listener of listeners) listener(status);
  }

  function lost(cause: ChannelError): void {
    feed({ type: 'lost', cause, final: cause.kind === 'refused' && host === 'laptop' });
  }

  function open(first: boolean): Realtime {
    const own = (): boolean => line === realtime;
    const realtime: Realtime = dialRealtime({
      endpoint,
      signer,
      clock,
      openSocket:
        options.openSocket ?? ((url, subprotocols, events) => openSocket(url, subprotocols, events, agentFor)),
      events: {
        acknowledged: (connectionTimeoutMs) => {
          if (first) feed({ type: 'acknowledged', connectionTimeoutMs });
          else void takeOver(realtime);
        },
        heard: () => {
          if (!own()) return;
          suspect = false;
          feed({ type: 'heard' });
        },
        lost: (cause) => {
          if (own()) lost(cause);
          else if (next === realtime) next = undefined;
        },
      },
    });
    return realtime;
  }

  /** The second socket takes over once it hears everything; only then the first is ended. */
  async function takeOver(fresh: Realtime): Promise<void> {
    try {
      for (const subscription of subscriptions) await subscribe(fresh, subscription);
    } catch {
      fresh.end(new ChannelError('unreachable', 'it could not take over'));
      next = undefined;
      return;
    }
    const former = line;
    line = fresh;
    next = undefined;
    former?.end(new ChannelError('unreachable', 'a newer connection took over'));
    feed({ type: 'renewed' });
  }

  async function subscribe(own: Realtime, subscription: Subscription): Promise<void> {
    await own.subscribe(subscription.channel, (text) => {
      // What is no base64url is passed on as nothing, which no protocol takes for a message: it counts as dropped.
      subscription.onEvent(eventBytes(text) ?? new Uint8Array(0));
    });
  }

  async function subscribeAll(own: Realtime): Promise<void> {
    await Promise.all(subscriptions.map((subscription) => subscribeOn(own, subscription)));
  }

  async function subscribeOn(own: Realtime, subscription: Subscription): Promise<void> {
    try {
      await subscribe(own, subscription);
      subscription.settle.resolve();
    } catch (error) {
      // A channel that hears nothing is of no use: what is not refused for good is tried again on a new connection.
      if (line === own) lost(error as ChannelError);
    }
  }

  function hangUp(): void {
    const cause = new ChannelError('unreachable', `the connection to ${endpoint.realtimeHost} was lost`);
    line?.end(cause);
    next?.end(cause);
    line = undefined;
    next = undefined;
  }

  /** Looks whether the process was suspended, and what that means for the socket. */
  function look(): void {
    const suspendedMs = watch.look(wallClockMs());
    if (suspendedMs === 0 || state.name !== 'open') return;
    suspect = true;
    if (host === 'laptop' || suspendedMs > survivedSuspensionMs) {
      const seconds = Math.round(suspendedMs / 1000);
      feed({
        type: 'lost',
        cause: new ChannelError('unreachable', `this machine was suspended for ${seconds} s`),
        final: false,
      });
      feed({ type: 'wanted' });
    }
  }

  function lookAgain(): void {
    cancelLook = clock.after(lookEveryMs, () => {
      look();
      lookAgain();
    });
  }

  async function publishBatch(channel: string, events: readonly Uint8Array[]): Promise<void> {
    const texts = events.map(eventText);
    const small = texts.reduce((sum, text) => sum + text.length, 0) <= maxSocketPublishBytes;
    const usable = small && line && state.name === 'open' && allowance.take(clock.nowMs()) ? line : undefined;
    if (usable) {
      try {
        return await usable.publish(channel, texts, suspect ? suspectAnswerMs : publishAnswerMs);
      } catch (error) {
        if (error instanceof ChannelError && error.kind === 'refused') throw error;
        // The socket is dead, or was, or has had its share of this second: the same events go over HTTP, and if both arrive, the second is not opened.
      }
    }
    return http.publish(JSON.stringify({ channel, events: texts }), `publishing to ${channel}`);
  }

  return {
    get status() {
      return statusOf(state, clock.nowMs());
    },
    onStatus: (listener) => {
      listeners.push(listener);
    },
    wanted() {
      look();
      feed({ type: 'wanted' });
    },
    async publish(channel, events) {
      if (state.name === 'closed') throw new ChannelError('unreachable', 'this channel was closed');
      look();
      await Promise.all(batches(events).map((batch) => publishBatch(channel, batch)));
    },
    subscribe(channel, onEvent) {
      return new Promise((resolve, reject) => {
        const subscription: Subscription = { channel, onEvent, settle: { resolve, reject } };
        subscriptions.push(subscription);
        if (state.name === 'failed') reject(state.cause);
        else if (state.name === 'open' && line) void subscribeOn(line, subscription);
        else if (state.name === 'idle') {
          feed({ type: 'start' });
          lookAgain();
        }
      });
    },
    async [Symbol.asyncDispose]() {
      cancelLook?.();
      feed({ type: 'close' });
      hangUp();
      http.close();
      const cause = new ChannelError('unreachable', 'this channel was closed');
      for (const { settle } of subscriptions) settle.reject(cause);
    },
  };
}

function statusOf(state: ConnectionState, nowMs: number): ChannelStatus {
  switch (state.name) {
    case 'idle':
      return { name: 'connecting', attempt: 1 };
    case 'opening':
      return { name: 'connecting', attempt: state.attempt };
    case 'open':
      return { name: 'open' };
    case 'waiting':
      return { name: 'waiting', retryInMs: Math.max(0, state.deadlineMs - nowMs), cause: state.cause };
    case 'failed':
      return { name: 'failed', cause: state.cause };
    case 'closed':
      return { name: 'closed' };
    default:
      return state satisfies never;
  }
}
