import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { corruptText } from '../faults/corrupt-text.ts';
import type { DeliveryFate, PublishFate } from '../faults/decisions.ts';
import { createDelayLine } from '../faults/delay-line.ts';
import type { FaultInjector } from '../faults/fault-injector.ts';
import { createSocketTimers } from '../faults/socket-timers.ts';
import type { ChannelName } from './channel.ts';
import type { DataFrame, ServerFrame } from './frames.ts';
import { applyPublishFate } from './publish-fate.ts';
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
  /** The TCP connection below the socket. */
  readonly transport: Duplex;
  /** What the session sees now: the API may change while it lasts. */
  readonly world: () => SessionWorld;
  readonly faults: FaultInjector;
  /** Told of a publish request that is accepted, and says what becomes of it. */
  readonly onAccepted: (published: Published) => PublishFate;
  readonly onPublished: (published: Published) => void;
  readonly onDropped: (reason: 'connection-closing' | 'slow-consumer') => void;
  readonly onSent: (frame: ServerFrame) => void;
  readonly onClosed: () => void;
}

/** One WebSocket of a client: it owns the socket and its timers, and asks the session what to say. */
export interface Connection {
  deliver(published: Published): void;
  /** The faults have other settings from now on. */
  faultsChanged(): void;
  /** Cuts the connection, as a network does that breaks. */
  disconnect(): void;
  /** Says and hears nothing from now on, while the TCP connection stays up. */
  halfOpen(): void;
  /** Ends everything at once, since the server does. */
  terminate(): void;
}

const textOf = (data: RawData): string => {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString('utf8');
};

const monotonicMs = (): number => performance.now();

type Writing = Pick<ConnectionOptions, 'socket' | 'faults' | 'onDropped' | 'onSent'>;

/** The way out of one connection: frames in their order, except for those that are held back. */
const createWriter = ({ socket, faults, onDropped, onSent }: Writing) => {
  const downlink = createDelayLine(monotonicMs);
  const held = new Set<NodeJS.Timeout>();

  const write = (frame: ServerFrame): void => {
    if (socket.readyState !== socket.OPEN) onDropped('connection-closing');
    else if (socket.bufferedAmount > maxBufferedBytes) onDropped('slow-consumer');
    else {
      socket.send(JSON.stringify(frame));
      onSent(frame);
    }
  };
  const send = (frame: ServerFrame): void => downlink.put(() => write(frame), faults.decideHopMs());
  const hold = (frame: ServerFrame, holdMs: number): void => {
    const timer = setTimeout(() => {
      held.delete(timer);
      send(frame);
    }, holdMs);
    held.add(timer);
  };

  return {
    send,
    sendCopy: (frame: DataFrame, { holdMs, corruption }: DeliveryFate): void => {
      const copy = corruption ? { ...frame, event: corruptText(frame.event, corruption) } : frame;
      if (holdMs === 0) send(copy);
      else hold(copy, holdMs);
    },
    /** Ends the connection after everything that was sent before. */
    end: () => downlink.put(() => socket.close(normalClosure), faults.decideHopMs()),
    /** Forgets what waits. */
    stop: () => {
      downlink.clear();
      for (const timer of held) clearTimeout(timer);
    },
  };
};

/** What a connection does without being asked: the greeting, keep-alives, and its end after a day. */
const startClock = (
  limits: SessionWorld['limits'],
  tasks: { readonly greet: () => void; readonly keepAlive: () => void; readonly end: () => void },
): { stop(): void } => {
  const greeting = setTimeout(tasks.greet, silentGreetingMs);
  const keepAlive = setInterval(tasks.keepAlive, limits.keepAliveIntervalMs);
  const lifetime = setTimeout(tasks.end, limits.connectionLifetimeMs);
  return {
    stop: () => {
      clearTimeout(greeting);
      clearInterval(keepAlive);
      clearTimeout(lifetime);
    },
  };
};

/** The session of one connection, carried out: what it decides is written or handed to the hub. */
const createSessionDriver = (options: ConnectionOptions) => {
  const { world, faults } = options;
  const writer = createWriter(options);
  let session = newSession;

  const apply = (step: SessionStep): void => {
    session = step.session;
    const accepted = step.effects.find((effect) => effect.type === 'broadcast');
    const fate = accepted ? options.onAccepted(accepted) : 'done';
    for (const effect of applyPublishFate(step.effects, fate)) {
      if (effect.type === 'send') writer.send(effect.frame);
      else if (effect.type === 'broadcast') options.onPublished(effect);
      else writer.end();
    }
  };

  return {
    get closed() {
      return session.state === 'closed';
    },
    receive: (text: string | undefined) => apply(receive(session, text, world())),
    greet: () => {
      if (session.state === 'greeting') apply(greet(session, world()));
    },
    keepAlive: () => {
      if (session.state === 'open') writer.send({ type: 'ka' });
    },
    deliver: (published: Published) => {
      const place = { apiName: world().api.name, namespace: published.channel.namespace };
      for (const frame of deliveries(session, published, monotonicMs())) {
        for (const fate of faults.decideDelivery(place)) writer.sendCopy(frame, fate);
      }
    },
    end: writer.end,
    /** Nothing is said or taken after this. */
    stop: () => {
      session = { ...session, state: 'closed' };
      writer.stop();
    },
  };
};

/** The bytes of a client are still taken off the line, so that its end is noticed, but nobody reads them any more. */
const ignoreInput = (transport: Duplex): void => {
  transport.removeAllListeners('data');
  transport.on('data', () => undefined);
  transport.resume();
};

export const createConnection = (options: ConnectionOptions): Connection => {
  const { socket, faults } = options;
  const driver = createSessionDriver(options);
  const uplink = createDelayLine(monotonicMs);
  const struck = (fault: 'disconnect' | 'half-open'): void => faults.struck(options.world().api.name, fault);

  const disconnect = (): void => {
    struck('disconnect');
    socket.terminate();
  };
  const halfOpen = (): void => {
    if (driver.closed) return;
    struck('half-open');
    stop();
    ignoreInput(options.transport);
  };
  const clock = startClock(options.world().limits, driver);
  const harm = createSocketTimers({ decide: faults.decideSocket, onDisconnect: disconnect, onHalfOpen: halfOpen });
  /** After this the connection says nothing and takes nothing, whatever its socket does. */
  const stop = (): void => {
    driver.stop();
    uplink.clear();
    clock.stop();
    harm.stop();
  };
  const finish = (): void => {
    stop();
    options.onClosed();
  };

  harm.arm();
  socket.on('message', (data, isBinary) => {
    const text = isBinary ? undefined : textOf(data);
    uplink.put(() => driver.receive(text), faults.decideHopMs());
  });
  // A protocol violation is answered by ws with a close frame of its own; there is nothing to add.
  socket.on('error', () => socket.terminate());
  // What the client said before it left is still on its way.
  socket.on('close', () => uplink.put(finish, faults.decideHopMs()));

  return {
    deliver: driver.deliver,
    faultsChanged: () => {
      if (!driver.closed) harm.arm();
    },
    disconnect,
    halfOpen,
    terminate: () => {
      socket.terminate();
      finish();
    },
  };
};
