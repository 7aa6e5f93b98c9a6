import type { RawData, WebSocket } from 'ws';
import type { ChannelName } from './channel.ts';
import { keepAliveIntervalMs, type ServerFrame } from './frames.ts';
import { deliveries, greet, newSession, receive, type SessionStep, type SessionWorld } from './session.ts';

/** A client that says nothing is greeted after this time: `connection_init` is optional. */
const silentGreetingMs = 1_000;

/** What may wait for one slow connection before its events are dropped. AWS publishes no figure. */
const maxBufferedBytes = 256 * 1024 * 1024;

/** A normal closure; the service uses it for failures too. */
const normalClosure = 1000;

/** What was accepted on a channel and is to be delivered. */
export interface Published {
  readonly channel: ChannelName;
  readonly events: readonly string[];
}

export interface ConnectionOptions {
  readonly socket: WebSocket;
  /** What the session sees now: the API may change while it lasts. */
  readonly world: () => SessionWorld;
  readonly onPublished: (published: Published) => void;
  readonly onDropped: (reason: 'connection-closing' | 'slow-consumer') => void;
  readonly onSent: (frame: ServerFrame) => void;
  readonly onClosed: () => void;
}

/** One WebSocket of a client: it owns the socket and its timers, and asks the session what to say. */
export interface Connection {
  deliver(published: Published): void;
  terminate(): void;
}

const textOf = (data: RawData): string => {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString('utf8');
};

export const createConnection = (options: ConnectionOptions): Connection => {
  const { socket, world } = options;
  let session = newSession;

  const send = (frame: ServerFrame): void => {
    if (socket.readyState !== socket.OPEN) options.onDropped('connection-closing');
    else if (socket.bufferedAmount > maxBufferedBytes) options.onDropped('slow-consumer');
    else {
      socket.send(JSON.stringify(frame));
      options.onSent(frame);
    }
  };

  const apply = (step: SessionStep): void => {
    session = step.session;
    for (const effect of step.effects) {
      if (effect.type === 'send') send(effect.frame);
      else if (effect.type === 'broadcast') options.onPublished(effect);
      else socket.close(normalClosure);
    }
  };

  const greeting = setTimeout(() => {
    if (session.state === 'greeting') apply(greet(session, world()));
  }, silentGreetingMs);
  const keepAlive = setInterval(() => {
    if (session.state === 'open') send({ type: 'ka' });
  }, keepAliveIntervalMs);

  socket.on('message', (data, isBinary) => apply(receive(session, isBinary ? undefined : textOf(data), world())));
  // A protocol violation is answered by ws with a close frame of its own; there is nothing to add.
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearTimeout(greeting);
    clearInterval(keepAlive);
    session = { ...session, state: 'closed' };
    options.onClosed();
  });

  return {
    deliver: (published) => {
      for (const frame of deliveries(session, published)) send(frame);
    },
    terminate: () => socket.terminate(),
  };
};
