import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** The only address that any server of the emulator listens on. */
const loopbackAddress = '127.0.0.1';

export interface LoopbackServer {
  readonly port: number;
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** Stops listening and cuts what is open. */
  close(): Promise<void>;
}

export interface LoopbackServerOptions {
  /** An ephemeral port is taken when it is 0 or absent. */
  readonly port?: number;
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  readonly onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** A name that resolves to this machine is all that a browser needs for DNS rebinding, so only our own names pass. */
const namesLoopback = (host: string | undefined, port: number): boolean =>
  host === `${loopbackAddress}:${port}` || host === `localhost:${port}`;

const foreignHostText = 'This server answers to its loopback address only.\n';

/** Starts an HTTP server on loopback that refuses every request made under another host name. */
export const startLoopbackServer = async (options: LoopbackServerOptions): Promise<LoopbackServer> => {
  const server = createServer({ keepAliveTimeout: 60_000 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, loopbackAddress, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no TCP port.');
  const { port } = address;

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (namesLoopback(request.headers.host, port)) options.onRequest(request, response);
    else response.writeHead(403, { 'content-type': 'text/plain' }).end(foreignHostText);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (options.onUpgrade && namesLoopback(request.headers.host, port)) options.onUpgrade(request, socket, head);
    else socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });

  return {
    port,
    host: `${loopbackAddress}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
