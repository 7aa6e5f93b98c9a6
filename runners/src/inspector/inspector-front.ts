import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pathToFileURL } from 'node:url';

/** How many ports are tried from the wanted one on. */
const MAX_PORT_TRIES = 100;

/** The inspector of one process. */
export interface InspectorTarget {
  /** `ws://127.0.0.1:PORT/ID`, as Node tells it. */
  readonly url: string;
}

export interface InspectorFrontOptions {
  /** The name that debuggers show. */
  readonly title: string;
  /** The source file that debuggers show. */
  readonly file: string;
  /** The next free port from here on is taken. */
  readonly port: number;
  /** A debugger has reached a process, or has left it. */
  readonly onAttached: (isAttached: boolean) => void;
}

/**
 * One address for debuggers that stays while the processes behind it come and go: it looks like the inspector of a Node
 * process (`/json/list` and a WebSocket), and passes what it gets to the process that it is aimed at. A debugger that is
 * attached to a process which is replaced is disconnected, so that it comes again; one that comes while there is no
 * process waits for it.
 */
export interface InspectorFront {
  readonly port: number;
  /** `ws://127.0.0.1:PORT/ID`. */
  readonly url: string;
  readonly target: InspectorTarget | undefined;
  /** Whether a debugger is connected to the target. */
  readonly isAttached: boolean;
  aim(target: InspectorTarget | undefined): void;
  close(): Promise<void>;
}

/** A debugger's connection, from its request on. */
interface Visitor {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** @throws Error if no port is free. */
export async function createInspectorFront(options: InspectorFrontOptions): Promise<InspectorFront> {
  const id = randomUUID();
  /** Of every debugger, whatever became of its request: the server forgets those that it has upgraded. */
  const sockets = new Set<Duplex>();
  const connected = new Set<Duplex>();
  let waiting: Visitor[] = [];
  let target: InspectorTarget | undefined;

  const server = createServer((request, response) => answer(request, response));
  const port = await listen(server, options.port);
  const url = `ws://127.0.0.1:${port}/${id}`;

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const path = (request.url ?? '').replace(/[?].*$/s, '').replace(/\/$/, '');
    if (!isForUs(request, port)) {
      sendJson(response, 403, { error: 'This address is for debuggers on this machine' });
    } else if (path === '/json' || path === '/json/list') {
      sendJson(response, 200, [describeTarget({ ...options, id, port })]);
    } else if (path === '/json/version') {
      sendJson(response, 200, VERSION);
    } else sendJson(response, 404, { error: 'No such path: try /json/list' });
  };
  const enter = (visitor: Visitor): void => {
    const { request, socket } = visitor;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    if (!isForUs(request, port)) refuse(socket, '403 Forbidden');
    else if (request.url !== `/${id}`) refuse(socket, '404 Not Found');
    else if (target !== undefined) join(visitor, target);
    else {
      waiting.push(visitor);
      socket.once('close', () => {
        waiting = waiting.filter((other) => other !== visitor);
      });
    }
  };
  const join = (visitor: Visitor, joined: InspectorTarget): void => {
    const { socket } = visitor;
    const upstream = passOn(visitor, new URL(joined.url));
    const leave = (): void => {
      upstream.destroy();
      socket.destroy();
      if (connected.delete(socket) && connected.size === 0) options.onAttached(false);
    };
    upstream.once('connect', () => {
      // One that reaches a process which was replaced meanwhile is disconnected, as those that were attached to it.
      if (target !== joined) leave();
      if (socket.destroyed) return;
      connected.add(socket);
      if (connected.size === 1) options.onAttached(true);
    });
    for (const end of [upstream, socket]) {
      end.once('error', leave);
      end.once('close', leave);
    }
  };
  server.on('upgrade', (request, socket, head) => enter({ request, socket, head }));

  return {
    port,
    url,
    get target() {
      return target;
    },
    get isAttached() {
      return connected.size > 0;
    },
    aim(next) {
      if (next === target) return;
      target = next;
      for (const socket of connected) socket.destroy();
      if (next === undefined) return;
      for (const visitor of waiting.splice(0)) join(visitor, next);
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Source: Node.js documentation, "Debugging Node.js", and what Node's own inspector answers. */
const VERSION = { Browser: `node.js/${process.version}`, 'Protocol-Version': '1.1' };

interface TargetDescription {
  readonly id: string;
  readonly port: number;
  readonly title: string;
  readonly file: string;
}

function describeTarget({ id, port, title, file }: TargetDescription): object {
  const address = `127.0.0.1:${port}/${id}`;
  return {
    description: 'live-lambda function',
    devtoolsFrontendUrl: `devtools://devtools/bundled/js_app.html?experiments=true&v8only=true&ws=${address}`,
    id,
    title,
    type: 'node',
    url: pathToFileURL(file).href,
    webSocketDebuggerUrl: `ws://${address}`,
  };
}

async function listen(server: Server, wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + MAX_PORT_TRIES && port <= 65_535; port += 1) {
    const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      server.once('error', resolve);
      server.listen({ host: '127.0.0.1', port }, () => {
        server.off('error', resolve);
        resolve(undefined);
      });
    });
    const address = server.address();
    if (error === undefined && typeof address === 'object' && address !== null) return address.port;
    if (error !== undefined && error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error;
  }
  throw new Error(`None of the ${MAX_PORT_TRIES} ports from ${wanted} on is free`);
}

/** By number or by name of this machine, and no web page: a foreign name that was made to lead here is none of them. */
function isForUs({ headers }: IncomingMessage, port: number): boolean {
  const { host, origin } = headers;
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) return false;
  return origin === undefined || !/^https?:|^null$/i.test(origin);
}

function sendJson(response: ServerResponse, status: number, content: object): void {
  const body = JSON.stringify(content, undefined, 2);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=UTF-8',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Sends a debugger's request to a process, and everything after it in both directions. */
function passOn({ request, socket, head }: Visitor, to: URL): Socket {
  const upstream = connect({ host: to.hostname, port: Number(to.port) });
  upstream.setNoDelay(true);
  const headers = [`Host: ${to.host}`];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index] ?? '';
    if (!/^(?:host|origin)$/i.test(name)) headers.push(`${name}: ${request.rawHeaders[index + 1]}`);
  }
  upstream.write(`GET ${to.pathname} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
  upstream.write(head);
  upstream.pipe(socket);
  socket.pipe(upstream);
  return upstream;
}
