import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Duplex } from 'node:stream';

/** The only address that any server of the emulator listens on. */
const loopbackAddress = '127.0.0.1';

/** The first byte of a connection that begins with a TLS handshake (RFC 8446, section 5.1). No HTTP request has it. */
const tlsHandshakeByte = 22;

export interface LoopbackServer {
  readonly port: number;
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** Stops listening and cuts what is open. */
  close(): Promise<void>;
}

/** What a server proves itself by to clients that speak TLS. */
export interface ServerCertificate {
  /** PEM, for the address `127.0.0.1`; with those between it and an authority that the clients trust, if there are any. */
  readonly certificate: string;
  /** PEM. */
  readonly privateKey: string;
}

export interface LoopbackServerOptions {
  /** An ephemeral port is taken when it is 0 or absent. */
  readonly port?: number;
  /** With it, the port takes TLS as well as plain text. */
  readonly tls?: ServerCertificate | undefined;
  readonly onRequest: (request: http.IncomingMessage, response: http.ServerResponse) => void;
  readonly onUpgrade?: (request: http.IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** A name that resolves to this machine is all that a browser needs for DNS rebinding, so only our own names pass. */
const namesLoopback = (host: string | undefined, port: number): boolean =>
  host === `${loopbackAddress}:${port}` || host === `localhost:${port}`;

const foreignHostText = 'This server answers to its loopback address only.\n';

const serverOptions: http.ServerOptions = { keepAliveTimeout: 60_000 };

/** Gives every connection to the server that speaks what it begins with. */
const divideConnections = (plain: http.Server, secure: http.Server): net.Server =>
  net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (first) => {
      socket.pause();
      socket.unshift(first);
      (first[0] === tlsHandshakeByte ? secure : plain).emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  });

/** The server that listens, and those that answer: the same one unless the port takes TLS too. */
const createServers = (tls: ServerCertificate | undefined) => {
  const plain = http.createServer(serverOptions);
  if (!tls) return { listening: plain, answering: [plain] };
  const secure = https.createServer({ ...serverOptions, cert: tls.certificate, key: tls.privateKey });
  return { listening: divideConnections(plain, secure), answering: [plain, secure] };
};

const listen = async (server: net.Server, port: number): Promise<number> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, loopbackAddress, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no TCP port.');
  return address.port;
};

/** Starts an HTTP server on loopback that refuses every request made under another host name. */
export const startLoopbackServer = async (options: LoopbackServerOptions): Promise<LoopbackServer> => {
  const { listening, answering } = createServers(options.tls);
  const connections = new Set<net.Socket>();
  listening.on('connection', (socket: net.Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  const port = await listen(listening, options.port ?? 0);

  for (const server of answering) {
    server.on('request', (request: http.IncomingMessage, response: http.ServerResponse) => {
      if (namesLoopback(request.headers.host, port)) options.onRequest(request, response);
      else response.writeHead(403, { 'content-type': 'text/plain' }).end(foreignHostText);
    });
    server.on('upgrade', (request: http.IncomingMessage, socket: Duplex, head: Buffer) => {
      if (options.onUpgrade && namesLoopback(request.headers.host, port)) options.onUpgrade(request, socket, head);
      else socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    });
  }

  return {
    port,
    host: `${loopbackAddress}:${port}`,
    close: () =>
      new Promise((resolve) => {
        listening.close(() => resolve());
        for (const socket of connections) socket.destroy();
      }),
  };
};
