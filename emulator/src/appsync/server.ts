import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { EmulatorListener } from '../events.ts';
import { startLoopbackServer } from '../http/loopback-server.ts';
import { readBody, receivedHeaders, signedRequest } from '../http/received-request.ts';
import type { KnownCredentials } from '../signature/credentials.ts';
import { authorize, connectAuthorization, eventSubprotocol, type Operation, signedBody } from './authorization.ts';
import { type Connection, createConnection, type Published } from './connection.ts';
import type { EventApi } from './event-api.ts';
import type { ServerFrame } from './frames.ts';
import { answerHttp, type HttpAnswer, refusalAnswer } from './http-publish.ts';
import { maxPublishBytes } from './publish.ts';
import { type SessionWorld, unreadableConnect } from './session.ts';

const realtimePath = '/event/realtime';

/** A frame repeats a publish request at most twice (as Amplify does), beside the authorization. */
const maxFrameBytes = 2 * maxPublishBytes + 65_536;

export interface EventApiServer {
  readonly api: EventApi;
  /** Changes what the template says about the API; connections stay. */
  update(settings: EventApiSettings): void;
  close(): Promise<void>;
}

/** What a template says of an API; where it is reached is decided at its start. */
export type EventApiSettings = Omit<EventApi, 'host'>;

export interface EventApiServerOptions {
  readonly settings: EventApiSettings;
  readonly findCredentials: (accessKeyId: string) => KnownCredentials | undefined;
  readonly now: () => number;
  /** Whether signed WebSocket operations are hashed with markup characters escaped, as AppSync does it. */
  readonly escapesMarkup: boolean;
  readonly onEvent: EmulatorListener;
}

const offeredSubprotocols = (request: IncomingMessage): readonly string[] =>
  (request.headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

const refuseUpgrade = (socket: Duplex, status: string): void => {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
};

const tooLarge: HttpAnswer = refusalAnswer({
  status: 413,
  error: { errorType: 'BadRequestException', message: 'The publish request is larger than 1.2 MB.' },
});

/** All clients of one API: who is connected, and how events get from one to the others. */
const createHub = (options: EventApiServerOptions, api: () => EventApi) => {
  const { findCredentials, now, onEvent, escapesMarkup } = options;
  const connections = new Set<Connection>();

  const authorizeNow = (operation: Operation) => authorize(operation, { api: api(), nowMs: now(), findCredentials });

  const connectionVerdict = (request: IncomingMessage): SessionWorld['connection'] => {
    const subprotocols = offeredSubprotocols(request);
    const authorization = connectAuthorization({ subprotocols, headers: receivedHeaders(request) });
    if (!authorization) return unreadableConnect;
    return authorizeNow({ modes: api().connectionModes, authorization, body: signedBody({}, { escapesMarkup }) });
  };

  /** The only way from whoever publishes to those who subscribe. */
  const broadcast = (published: Published): void => {
    for (const connection of connections) connection.deliver(published);
  };

  const reportErrors = (frame: ServerFrame): void => {
    const [error] = 'errors' in frame ? frame.errors : [];
    if (!error) return;
    const { errorType, message = '' } = error;
    onEvent({ type: 'frame-refused', apiName: api().name, errorType, message });
  };

  const accept = (socket: WebSocket, request: IncomingMessage): void => {
    const verdict = connectionVerdict(request);
    const parts = { connection: verdict, authorize: authorizeNow, newIdentifier: randomUUID, escapesMarkup };
    const connection = createConnection({
      socket,
      world: () => ({ api: api(), ...parts }),
      onPublished: broadcast,
      onDropped: (reason) => onEvent({ type: 'frame-dropped', apiName: api().name, reason }),
      onSent: reportErrors,
      onClosed: () => connections.delete(connection),
    });
    connections.add(connection);
  };

  const terminate = (): void => {
    for (const connection of connections) connection.terminate();
  };
  return { accept, broadcast, authorize: authorizeNow, terminate };
};

/** Starts one Event API on a port of its own: HTTP publishing and the WebSocket endpoint share it. */
export const startEventApiServer = async (options: EventApiServerOptions): Promise<EventApiServer> => {
  let api: EventApi = { ...options.settings, host: '' };
  const hub = createHub(options, () => api);
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    handleProtocols: (offered) => (offered.has(eventSubprotocol) ? eventSubprotocol : false),
  });

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy());
    const [path] = (request.url ?? '').split('?');
    if (path !== realtimePath) refuseUpgrade(socket, '404 Not Found');
    else if (!offeredSubprotocols(request).includes(eventSubprotocol)) refuseUpgrade(socket, '400 Bad Request');
    else webSockets.handleUpgrade(request, socket, head, hub.accept);
  };

  const onRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request, maxPublishBytes);
    const world = { api, authorize: hub.authorize, newIdentifier: randomUUID };
    const answer = body.type === 'body' ? answerHttp(signedRequest(request, body.bytes), world) : tooLarge;
    response.writeHead(answer.status, answer.headers).end(answer.body);
    if (answer.broadcast) hub.broadcast(answer.broadcast);
  };

  const server = await startLoopbackServer({
    onUpgrade,
    // Only a request that broke off makes this fail, and then nobody waits for an answer.
    onRequest: (request, response) => void onRequest(request, response).catch(() => response.destroy()),
  });
  api = { ...options.settings, host: server.host };

  return {
    get api() {
      return api;
    },
    update: (settings) => {
      api = { ...settings, host: server.host };
    },
    close: async () => {
      hub.terminate();
      webSockets.close();
      await server.close();
    },
  };
};
