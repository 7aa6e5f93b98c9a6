import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { type ServerCertificate, startLoopbackServer } from '../http/loopback-server.ts';
import { readBody, signedRequest } from '../http/received-request.ts';
import { eventSubprotocol } from './authorization.ts';
import type { EventApi } from './event-api.ts';
import { rateExceeded } from './frames.ts';
import { answerHttp, type HttpAnswer, refusalAnswer } from './http-publish.ts';
import { createHub, type Hub, type HubOptions, offeredSubprotocols } from './hub.ts';
import { maxPublishBytes } from './limits.ts';

const realtimePath = '/event/realtime';

/** A frame repeats a publish request at most twice (as Amplify does), beside the authorization. */
const maxFrameBytes = 2 * maxPublishBytes + 65_536;

export interface EventApiServer extends Pick<Hub, 'faultsChanged' | 'disconnectAll' | 'halfOpenAll'> {
  readonly api: EventApi;
  /** Changes what the template says about the API; connections stay. */
  update(settings: EventApiSettings): void;
  close(): Promise<void>;
}

/** What a template says of an API; where it is reached is decided at its start. */
export type EventApiSettings = Omit<EventApi, 'host'>;

export interface EventApiServerOptions extends HubOptions {
  readonly settings: EventApiSettings;
  /** With it, the API's port takes TLS as well. */
  readonly tls: ServerCertificate | undefined;
}

interface ServerParts {
  readonly options: EventApiServerOptions;
  readonly api: () => EventApi;
  readonly hub: Hub;
}

const refuseUpgrade = (socket: Duplex, status: string): void => {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
};

const tooLarge: HttpAnswer = refusalAnswer({
  status: 413,
  error: { errorType: 'BadRequestException', message: 'The publish request is larger than 1.2 MB.' },
});

/** The WebSocket endpoint of an API. */
const createRealtimeEndpoint = ({ options, api, hub }: ServerParts) => {
  const { faults } = options;
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    handleProtocols: (offered) => (offered.has(eventSubprotocol) ? eventSubprotocol : false),
  });
  const upgrade = (request: IncomingMessage, transport: Duplex, head: Buffer): void => {
    const refusal = faults.decideRefusal(api().name);
    const refused = refusal === 'connection-error';
    const accept = (socket: WebSocket): void => hub.accept({ socket, transport, request, refused });
    if (refusal === 'tcp') transport.destroy();
    else webSockets.handleUpgrade(request, transport, head, accept);
  };
  const afterRoundTrip = (task: () => void): void => {
    const roundTripMs = faults.decideHopMs() + faults.decideHopMs();
    if (roundTripMs === 0) task();
    else setTimeout(task, roundTripMs);
  };
  return {
    onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      socket.on('error', () => socket.destroy());
      const [path] = (request.url ?? '').split('?');
      if (path !== realtimePath) refuseUpgrade(socket, '404 Not Found');
      else if (!offeredSubprotocols(request).includes(eventSubprotocol)) refuseUpgrade(socket, '400 Bad Request');
      else afterRoundTrip(() => upgrade(request, socket, head));
    },
    close: () => webSockets.close(),
  };
};

/** The HTTP endpoint of an API. */
const createPublishEndpoint = ({ options, api, hub }: ServerParts) => {
  const { faults, limits } = options;
  const hop = async (): Promise<void> => {
    const hopMs = faults.decideHopMs();
    if (hopMs > 0) await wait(hopMs);
  };
  /** The answer, with everything done that it promises; `undefined` where it is swallowed. */
  const publish = (request: IncomingMessage, payload: Uint8Array): HttpAnswer | undefined => {
    const { maxEventBytes } = limits;
    const world = {
      api: api(),
      authorize: hub.authorize,
      handlers: hub.handlers,
      newIdentifier: randomUUID,
      maxEventBytes,
    };
    const answer = answerHttp(signedRequest(request, payload), world);
    const { broadcast } = answer;
    const fate = broadcast ? hub.admit(broadcast) : 'done';
    if (fate === 'throttled') return refusalAnswer(rateExceeded);
    if (broadcast && fate !== 'lost') hub.broadcast(broadcast);
    return fate === 'swallowed' ? undefined : answer;
  };
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request, maxPublishBytes);
    await hop();
    const answer = body.type === 'body' ? publish(request, body.bytes) : tooLarge;
    if (!answer) return;
    await hop();
    response.writeHead(answer.status, answer.headers).end(answer.body);
  };
};

/** Starts one Event API on a port of its own: HTTP publishing and the WebSocket endpoint share it. */
export const startEventApiServer = async (options: EventApiServerOptions): Promise<EventApiServer> => {
  let api: EventApi = { ...options.settings, host: '' };
  const currentApi = (): EventApi => api;
  const hub = createHub(options, currentApi);
  const parts = { options, api: currentApi, hub };
  const realtime = createRealtimeEndpoint(parts);
  const onRequest = createPublishEndpoint(parts);
  const server = await startLoopbackServer({
    tls: options.tls,
    onUpgrade: realtime.onUpgrade,
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
    faultsChanged: hub.faultsChanged,
    disconnectAll: hub.disconnectAll,
    halfOpenAll: hub.halfOpenAll,
    close: async () => {
      hub.terminate();
      realtime.close();
      await server.close();
    },
  };
};
