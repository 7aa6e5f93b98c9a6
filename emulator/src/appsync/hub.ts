import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { EmulatorListener } from '../events.ts';
import type { PublishFate } from '../faults/decisions.ts';
import type { FaultInjector } from '../faults/fault-injector.ts';
import { receivedHeaders } from '../http/received-request.ts';
import type { AccessControl } from '../iam/access-control.ts';
import type { KnownCredentials } from '../signature/credentials.ts';
import {
  type AuthorizationVerdict,
  authorize,
  connectAuthorization,
  connectRight,
  type Operation,
  signedBody,
} from './authorization.ts';
import { type Connection, createConnection, type Published } from './connection.ts';
import type { EventApi } from './event-api.ts';
import { rateExceeded, type ServerFrame } from './frames.ts';
import { createHandlerRunner, type HandlerRunner } from './handlers/handler-runner.ts';
import type { EventApiLimits } from './limits.ts';
import type { Meter } from './meter.ts';
import { type SessionWorld, unreadableConnect } from './session.ts';

/** What all Event APIs of one emulator have in common. */
export interface HubOptions {
  readonly findCredentials: (accessKeyId: string) => KnownCredentials | undefined;
  readonly access: AccessControl;
  /** The clock that signatures are checked by, in epoch milliseconds. */
  readonly now: () => number;
  /** Whether signed WebSocket operations are hashed with markup characters escaped, as AppSync does it. */
  readonly escapesMarkup: boolean;
  readonly limits: EventApiLimits;
  readonly faults: FaultInjector;
  readonly meter: Meter;
  readonly onEvent: EmulatorListener;
}

/** A client that asks for a WebSocket. */
export interface Arrival {
  readonly socket: WebSocket;
  readonly transport: Duplex;
  readonly request: IncomingMessage;
  /** Whether it is to be refused whatever it has to show. */
  readonly refused: boolean;
}

/** All clients of one API: who is connected, and how events get from one to the others. */
export interface Hub {
  accept(arrival: Arrival): void;
  authorize(operation: Operation): AuthorizationVerdict;
  readonly handlers: HandlerRunner;
  /** A publish request is accepted: it is metered, and a fault may strike it. */
  admit(published: Published): PublishFate;
  /** The only way from whoever publishes to those who subscribe. */
  broadcast(published: Published): void;
  faultsChanged(): void;
  disconnectAll(): void;
  halfOpenAll(): void;
  terminate(): void;
}

export const offeredSubprotocols = (request: IncomingMessage): readonly string[] =>
  (request.headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** Meters what a connection was sent, and reports what it was refused. */
const createSentListener =
  ({ meter, onEvent }: HubOptions, api: () => EventApi) =>
  (frame: ServerFrame): void => {
    if (frame.type === 'data') meter.countDelivery(frame.event);
    else if (frame.type === 'connection_ack') meter.countConnect();
    else if (frame.type === 'subscribe_success') meter.countSubscribe();
    const [error] = 'errors' in frame ? frame.errors : [];
    if (!error) return;
    const { errorType, message = '' } = error;
    onEvent({ type: 'frame-refused', apiName: api().name, errorType, message });
  };

/** Who may do what, and what a connection is told of the API. */
const createGate = (options: HubOptions, api: () => EventApi) => {
  const { findCredentials, access, now, escapesMarkup, limits, faults } = options;
  const authorizeNow = (operation: Operation): AuthorizationVerdict =>
    authorize(operation, { api: api(), nowMs: now(), findCredentials, access });
  const connectVerdict = ({ request, refused }: Arrival): AuthorizationVerdict => {
    if (refused) return { type: 'refused', refusal: rateExceeded };
    const subprotocols = offeredSubprotocols(request);
    const authorization = connectAuthorization({ subprotocols, headers: receivedHeaders(request) });
    if (!authorization) return unreadableConnect;
    return authorizeNow({
      modes: api().connectionModes,
      right: connectRight(api()),
      authorization,
      body: signedBody({}, { escapesMarkup }),
    });
  };
  const handlers = createHandlerRunner(options);
  return {
    authorize: authorizeNow,
    handlers,
    /** Decides about a client now, and gives what its session is to see whenever it looks. */
    worldOf: (arrival: Arrival): (() => SessionWorld) => {
      const connection = connectVerdict(arrival);
      return () => ({
        api: api(),
        connection,
        authorize: authorizeNow,
        handlers,
        newIdentifier: randomUUID,
        escapesMarkup,
        limits,
        nowMs: performance.now(),
        decideActivationMs: () => faults.decideActivationMs(api().name),
      });
    },
  };
};

export const createHub = (options: HubOptions, api: () => EventApi): Hub => {
  const { onEvent, faults, meter } = options;
  const connections = new Set<Connection>();
  const gate = createGate(options, api);
  const onSent = createSentListener(options, api);

  const admit = (published: Published): PublishFate => {
    const fate = faults.decidePublish({ apiName: api().name, namespace: published.channel.namespace });
    if (fate !== 'throttled') meter.countPublish(published.events);
    return fate;
  };
  const broadcast = (published: Published): void => {
    for (const connection of connections) connection.deliver(published);
  };
  const each = (task: (connection: Connection) => void): void => {
    for (const connection of [...connections]) task(connection);
  };

  return {
    accept: (arrival) => {
      const connection = createConnection({
        socket: arrival.socket,
        transport: arrival.transport,
        world: gate.worldOf(arrival),
        faults,
        onAccepted: admit,
        onPublished: broadcast,
        onDropped: (reason) => onEvent({ type: 'frame-dropped', apiName: api().name, reason }),
        onSent,
        onClosed: () => connections.delete(connection),
      });
      connections.add(connection);
    },
    authorize: gate.authorize,
    handlers: gate.handlers,
    admit,
    broadcast,
    faultsChanged: () => each((connection) => connection.faultsChanged()),
    disconnectAll: () => each((connection) => connection.disconnect()),
    halfOpenAll: () => each((connection) => connection.halfOpen()),
    terminate: () => each((connection) => connection.terminate()),
  };
};
