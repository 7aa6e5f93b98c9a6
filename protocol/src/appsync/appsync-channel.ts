import { type Channel, ChannelError, type ChannelStatus } from '../channel.ts';
import { type Clock, systemClock } from '../clock.ts';
import { type ConnectionInput, type ConnectionState, connectionDeadline, stepConnection } from './connection.ts';
import { type EventApiEndpoint, realtimeUrl } from './endpoint.ts';
import { eventBytes, eventText } from './event-text.ts';
import { createHttpPublisher } from './http-publisher.ts';
import { batches, createAllowance, maxSocketPublishBytes } from './pacing.ts';
import { channelErrorOf, readServiceMessage, type ServiceMessage } from './service-messages.ts';
import { type CredentialsProvider, createSigner } from './signing.ts';
import { type OpenSocket, openSocket, type Socket } from './socket.ts';

const subprotocol = 'aws-appsync-event-ws';
/** How long a publish or a subscription on the WebSocket may go unanswered. */
export const answerLimitMs = 10_000;

export interface AppSyncChannelOptions {
  readonly endpoint: EventApiEndpoint;
  readonly credentials: CredentialsProvider;
  readonly clock?: Clock;
  readonly wallClockMs?: () => number;
  readonly random?: () => number;
  readonly openSocket?: OpenSocket;
}

interface Subscription {
  readonly channel: string;
  readonly onEvent: (event: Uint8Array) => void;
  /** New for each attempt: an id may be used once on a connection. */
  id: string;
  cancelTimer: (() => void) | undefined;
  readonly settle: { resolve(): void; reject(cause: ChannelError): void };
}

interface Pending {
  readonly attempted: string;
  readonly cancelTimer: () => void;
  resolve(): void;
  reject(cause: ChannelError): void;
}

/**
 * A {@link Channel} over one AppSync Event API: one WebSocket for all subscriptions, kept up by itself, and keep-alive
 * HTTP for what is too much for it. Each operation is signed on its own.
 */
export function createAppSyncChannel(options: AppSyncChannelOptions): Channel {
  const { endpoint } = options;
  const clock = options.clock ?? systemClock();
  const random = options.random ?? Math.random;
  const signer = createSigner({
    endpoint,
    credentials: options.credentials,
    wallClockMs: options.wallClockMs ?? Date.now,
  });
  const http = createHttpPublisher({ endpoint, signer });
  const allowance = createAllowance();
  const listeners: ((status: ChannelStatus) => void)[] = [];
  const subscriptions: Subscription[] = [];
  const publishes = new Map<string, Pending>();

  let state: ConnectionState = { name: 'idle' };
  let socket: Socket | undefined;
  // Each dial has its own number: what an earlier one still says is not heard.
  let generation = 0;
  let lastId = 0;
  let cancelTick: (() => void) | undefined;

  const nextId = () => {
    lastId += 1;
    return `${generation}-${lastId}`;
  };

  function feed(input: ConnectionInput): void {
    const before = state;
    const step = stepConnection(state, input, clock.nowMs(), random());
    state = step.state;
    for (const effect of step.effects) {
      if (effect === 'dial') dial();
      else if (effect === 'hang-up') hangUp();
      else for (const subscription of subscriptions) void sendSubscribe(subscription);
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

  function dial(): void {
    generation += 1;
    const own = generation;
    const current = () => own === generation;
    const lose = (cause: ChannelError) => {
      if (current()) feed({ type: 'lost', cause });
    };
    void (async () => {
      const authorization = await signer.operation('{}').catch(lose);
      if (!authorization || !current()) return;
      const header = `header-${Buffer.from(JSON.stringify(authorization)).toString('base64url')}`;
      const dialled = (options.openSocket ?? openSocket)(realtimeUrl(endpoint), [subprotocol, header], {
        opened: () => dialled.send(JSON.stringify({ type: 'connection_init' })),
        received: (text) => {
          if (current()) receive(readServiceMessage(text));
        },
        lost: (cause) => lose(new ChannelError('unreachable', `${endpoint.realtimeHost}: ${cause.message}`, { cause })),
      });
      socket = dialled;
    })();
  }

  function hangUp(): void {
    generation += 1;
    for (const subscription of subscriptions) subscription.cancelTimer?.();
    socket?.terminate();
    socket = undefined;
    const cause = new ChannelError('unreachable', `the connection to ${endpoint.realtimeHost} was lost`);
    for (const id of [...publishes.keys()]) settlePublish(id, cause);
  }

  function receive(message: ServiceMessage): void {
    feed({ type: 'heard' });
    switch (message.type) {
      case 'connection_ack':
        feed({ type: 'acknowledged', connectionTimeoutMs: message.connectionTimeoutMs });
        return;
      case 'data': {
        const event = eventBytes(message.event);
        if (event) subscriptions.find(({ id }) => id === message.id)?.onEvent(event);
        return;
      }
      case 'subscribe_success': {
        const subscription = subscriptions.find(({ id }) => id === message.id);
        subscription?.cancelTimer?.();
        subscription?.settle.resolve();
        return;
      }
      case 'subscribe_error':
        refuseSubscription(message);
        return;
      case 'publish_success':
        settlePublish(message.id, message.failed.length > 0 ? message.failed : undefined);
        return;
      case 'publish_error':
      case 'error':
        if (message.id !== undefined) settlePublish(message.id, message.errors);
        return;
      case 'connection_error':
        feed({ type: 'lost', cause: channelErrorOf(message.errors, `connecting to ${endpoint.realtimeHost}`) });
        return;
      case 'ka':
      case 'broadcast_error':
      case 'other':
        return;
      default:
        message satisfies never;
    }
  }

  function settlePublish(id: string, failure: ChannelError | Parameters<typeof channelErrorOf>[0] | undefined): void {
    const pending = publishes.get(id);
    if (!pending) return;
    publishes.delete(id);
    pending.cancelTimer();
    if (failure === undefined) pending.resolve();
    else pending.reject(failure instanceof ChannelError ? failure : channelErrorOf(failure, pending.attempted));
  }

  async function sendSubscribe(subscription: Subscription): Promise<void> {
    const own = generation;
    const { channel } = subscription;
    subscription.id = nextId();
    const authorization = await signer.operation(JSON.stringify({ channel })).catch((cause: ChannelError) => {
      if (own === generation) feed({ type: 'lost', cause });
    });
    if (!authorization || own !== generation) return;
    subscription.cancelTimer = clock.after(answerLimitMs, () => {
      if (own === generation)
        feed({ type: 'lost', cause: new ChannelError('unreachable', 'a subscription went unanswered') });
    });
    socket?.send(JSON.stringify({ type: 'subscribe', id: subscription.id, channel, authorization }));
  }

  function refuseSubscription(message: Extract<ServiceMessage, { type: 'subscribe_error' }>): void {
    const subscription = subscriptions.find(({ id }) => id === message.id);
    if (!subscription) return;
    const cause = channelErrorOf(message.errors, `subscribing to ${subscription.channel}`);
    // A refusal is final, for a channel that hears nothing is of no use; anything else is tried again on a new connection.
    feed({ type: 'lost', cause });
  }

  async function publishOnSocket(
    open: Socket,
    channel: string,
    events: readonly string[],
    attempted: string,
  ): Promise<void> {
    const own = generation;
    const authorization = await signer.operation(JSON.stringify({ channel, events }));
    if (own !== generation) throw new ChannelError('unreachable', `${attempted}: the connection was lost`);
    const id = nextId();
    return new Promise((resolve, reject) => {
      const cancelTimer = clock.after(answerLimitMs, () => {
        settlePublish(id, new ChannelError('unreachable', `${attempted}: no answer within ${answerLimitMs / 1000} s`));
        if (own === generation)
          feed({ type: 'lost', cause: new ChannelError('unreachable', 'a publish went unanswered') });
      });
      publishes.set(id, { attempted, cancelTimer, resolve, reject });
      open.send(JSON.stringify({ type: 'publish', id, channel, events, authorization }));
    });
  }

  async function publishBatch(channel: string, events: readonly Uint8Array[]): Promise<void> {
    const texts = events.map(eventText);
    const attempted = `publishing to ${channel}`;
    const small = texts.reduce((sum, text) => sum + text.length, 0) <= maxSocketPublishBytes;
    if (small && socket && state.name === 'open' && allowance.take(clock.nowMs())) {
      return publishOnSocket(socket, channel, texts, attempted);
    }
    return http.publish(JSON.stringify({ channel, events: texts }), attempted);
  }

  return {
    get status() {
      return statusOf(state, clock.nowMs());
    },
    onStatus: (listener) => {
      listeners.push(listener);
    },
    async publish(channel, events) {
      if (state.name === 'closed') throw new ChannelError('unreachable', 'this channel was closed');
      await Promise.all(batches(events).map((batch) => publishBatch(channel, batch)));
    },
    subscribe(channel, onEvent) {
      return new Promise((resolve, reject) => {
        const subscription: Subscription = {
          channel,
          onEvent,
          id: '',
          cancelTimer: undefined,
          settle: { resolve, reject },
        };
        subscriptions.push(subscription);
        if (state.name === 'failed') reject(state.cause);
        else if (state.name === 'idle') feed({ type: 'start' });
        else if (state.name === 'open') void sendSubscribe(subscription);
      });
    },
    async [Symbol.asyncDispose]() {
      feed({ type: 'close' });
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
