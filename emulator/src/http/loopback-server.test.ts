import https from 'node:https';
import net from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { testCertificate } from '../fixtures/test-certificate.ts';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.ts';

const { certificate: ca } = testCertificate;

let server: LoopbackServer;

beforeEach(async () => {
  const sockets = new WebSocketServer({ noServer: true });
  server = await startLoopbackServer({
    tls: testCertificate,
    onRequest: async (request, response) => {
      let size = 0;
      for await (const chunk of request) size += chunk.length;
      response.end(`${request.headers.host} sent ${size} bytes`);
    },
    onUpgrade: (request, socket, head) => sockets.handleUpgrade(request, socket, head, (each) => each.send('welcome')),
  });
});
afterEach(() => server.close());

/** Sends a request over TLS and gives the status and the text of the answer. */
const overTls = (body: Uint8Array, headers: Record<string, string> = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    // The name is that of the header, which is not always the server's.
    const options = { ca, method: 'POST', headers, checkServerIdentity: () => undefined };
    const request = https.request(`https://${server.host}/`, options, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve(`${response.statusCode} ${text}`);
    });
    request.on('error', reject).end(body);
  });

const firstMessage = (socket: WebSocket): Promise<string> =>
  new Promise((resolve, reject) => {
    socket.on('message', (data) => resolve(String(data)));
    socket.on('error', reject);
  });

describe('a server with a certificate', () => {
  it('answers on one port to clients that speak TLS and to those that do not', async () => {
    const body = Buffer.alloc(1_000_000);
    const plain = await fetch(`http://${server.host}/`, { method: 'POST', body });
    const expected = `${server.host} sent 1000000 bytes`;
    expect([await plain.text(), await overTls(body)]).toEqual([expected, `200 ${expected}`]);
  });

  it('takes WebSockets of both kinds', async () => {
    const sockets = [new WebSocket(`ws://${server.host}/`), new WebSocket(`wss://${server.host}/`, { ca })];
    expect(await Promise.all(sockets.map(firstMessage))).toEqual(['welcome', 'welcome']);
  });

  it('refuses a foreign host name over TLS too', async () => {
    expect(await overTls(Buffer.alloc(0), { host: 'rebound.example' })).toMatch(/^403 /);
  });

  it('ends with connections that have said nothing, or speak TLS', async () => {
    const silent = net.connect(server.port, '127.0.0.1');
    const spoken = new WebSocket(`wss://${server.host}/`, { ca });
    await firstMessage(spoken);
    const ended = [silent, spoken].map((each) => new Promise((resolve) => each.on('close', resolve)));
    silent.on('error', () => undefined);
    await server.close();
    await Promise.all(ended);
    await expect(fetch(`http://${server.host}/`)).rejects.toThrow();
  });
});
