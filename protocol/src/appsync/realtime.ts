import { ChannelError } from '../channel.ts';
import type { Clock } from '../clock.ts';
import { type EventApiEndpoint, realtimeUrl } from './endpoint.ts';
import { channelErrorOf, readServiceMessage, type ServiceMessage } from './service-messages.ts';
import type { Signer } from './signing.ts';
import type { OpenSocket, Socket } from './socket.ts';

const subprotocol = 'aws-appsync-event-ws';
/** How long a subscription may go unanswered. */
const subscribeLimitMs = 10_000;

/** What one WebSocket tells; after `lost` nothing follows. */
export interface RealtimeEvents {
  acknowledged(connectionTimeoutMs: number): void;
  /** Anything at all arrived. */
  heard(): void;
  lost(cause: ChannelError): void;
}

/** One WebSocket to the service, from its dial to its end. */
export interface Realtime {
  /**
   * Resolves when the service confirmed the subscription; events are given as JSON text.
   * @throws ChannelError
   */
  subscribe(channel: string, onEvent: (text: string) => void): Promise<void>;
  /** Resolves when the service accepted the events. @throws ChannelError, `unreachable` after `limitMs` without an answer */
  publish(channel: string, events: readonly string[], limitMs: number): Promise<void>;
  /** Ends it at once; what waits for an answer is rejected. */
  end(cause: ChannelError): void;
}

interface Pending {
  readonly attempted: string;
  readonly cancelTimer: () => void;
  resolve(): void;
  reject(cause: ChannelError): void;
}

export function dialRealtime(options: {
  readonly endpoint: EventApiEndpoint;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly openSocket: OpenSocket;
  readonly events: RealtimeEvents;
}): Realtime {
  const { endpoint, signer, clock, events } = options;
  const pending = new Map<string, Pending>();
  /** By the id of the subscription; there from the moment when it is asked for, since events may follow at once. */
  const listeners = new Map<string, (text: string) => void>();
  let socket: Socket | undefined;
  let ended = false;
  let lastId = 0;

  function end(cause: ChannelError): void {
    if (ended) return;
    ended = true;
    socket?.terminate();
    for (const id of [...pending.keys()]) settle(id, cause);
  }

  function lose(cause: ChannelError): void {
    if (ended) return;
    end(cause);
    events.lost(cause);
  }

  async function dial(): Promise<void> {
    const authorization = await signer.operation('{}');
    if (ended) return;
    const header = `header-${Buffer.from(JSON.stringify(authorization)).toString('base64url')}`;
    const dialled = options.openSocket(realtimeUrl(endpoint), [subprotocol, header], {
      opened: () => dialled.send(JSON.stringify({ type: 'connection_init' })),
      received: (text) => {
        if (!ended) receive(readServiceMessage(text));
      },
      lost: (cause) => lose(new ChannelError('unreachable', `${endpoint.realtimeHost}: ${cause.message}`, { cause })),
    });
    socket = dialled;
  }

  function receive(message: ServiceMessage): void {
    events.heard();
    switch (message.type) {
      case 'connection_ack':
        events.acknowledged(message.connectionTimeoutMs);
        break;
      case 'data':
        listeners.get(message.id)?.(message.event);
        break;
      case 'subscribe_success':
        settle(message.id, undefined);
        break;
      case 'publish_success':
        settle(message.id, message.failed.length > 0 ? message.failed : undefined);
        break;
      case 'subscribe_error':
      case 'publish_error':
      case 'error':
        if (message.id !== undefined) settle(message.id, message.errors);
        break;
      case 'connection_error':
        lose(channelErrorOf(message.errors, `connecting to ${endpoint.realtimeHost}`));
        break;
      case 'ka':
      case 'broadcast_error':
      case 'other':
        break;
      default:
        message satisfies never;
    }
  }

  function settle(id: string, failure: ChannelError | Parameters<typeof channelErrorOf>[0] | undefined): void {
    const waiting = pending.get(id);
    if (!waiting) return;
    pending.delete(id);
    waiting.cancelTimer();
    if (failure === undefined) waiting.resolve();
    else waiting.reject(failure instanceof ChannelError ? failure : channelErrorOf(failure, waiting.attempted));
  }

  async function operate(operation: {
    readonly message: {
      readonly type: 'subscribe' | 'publish';
      readonly channel: string;
      readonly events?: readonly string[];
    };
    readonly attempted: string;
    readonly limitMs: number;
    readonly onEvent?: (text: string) => void;
  }): Promise<void> {
    const { message, attempted, limitMs, onEvent } = operation;
    const { type, ...signed } = message;
    const authorization = await signer.operation(JSON.stringify(signed));
    if (ended) throw new ChannelError('unreachable', `${attempted}: the connection was lost`);
    lastId += 1;
    const id = `${type}-${lastId}`;
    if (onEvent) listeners.set(id, onEvent);
    await new Promise<void>((resolve, reject) => {
      const cancelTimer = clock.after(limitMs, () => {
        settle(id, new ChannelError('unreachable', `${attempted}: no answer within ${limitMs / 1000} s`));
        lose(new ChannelError('unreachable', `${attempted} went unanswered`));
      });
      pending.set(id, { attempted, cancelTimer, resolve, reject });
      socket?.send(JSON.stringify({ ...message, id, authorization }));
    });
  }

  dial().catch((cause: ChannelError) => lose(cause));

  return {
    subscribe: (channel, onEvent) =>
      operate({
        message: { type: 'subscribe', channel },
        attempted: `subscribing to ${channel}`,
        limitMs: subscribeLimitMs,
        onEvent,
      }),
    publish: (channel, texts, limitMs) =>
      operate({ message: { type: 'publish', channel, events: texts }, attempted: `publishing to ${channel}`, limitMs }),
    end,
  };
}
