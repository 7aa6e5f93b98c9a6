import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createInspectorFront, type InspectorFront } from './inspector-front.ts';

interface Started {
  readonly front: InspectorFront;
  readonly attached: boolean[];
}

async function frontOf(port = 39_400): Promise<Started> {
  const attached: boolean[] = [];
  const front = await createInspectorFront({
    title: 'Shop/Orders',
    file: '/app/orders.ts',
    port,
    onAttached: (isAttached) => attached.push(isAttached),
  });
  onTestFinished(() => front.close());
  return { front, attached };
}

/** Stands in for the inspector of a process: says its name to whoever comes, and what it is told, back. */
async function inspectorOf(name: string): Promise<{ readonly url: string; readonly requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: `/${name}` });
  onTestFinished(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  server.on('connection', (socket, request) => {
    requests.push(request);
    socket.send(name);
    socket.on('message', (data) => socket.send(`${name}: ${data}`));
  });
  await once(server, 'listening');
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/${name}`, requests };
}

function attach(front: InspectorFront, headers: Readonly<Record<string, string>> = {}, url = front.url): WebSocket {
  const socket = new WebSocket(url, { headers });
  onTestFinished(() => socket.terminate());
  return socket;
}

const nextText = async (socket: WebSocket): Promise<string> => String((await once(socket, 'message'))[0]);

function getJson(
  front: InspectorFront,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly json: unknown }> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port: front.port, path, headers, agent: false }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve({ status: response.statusCode ?? 0, json: JSON.parse(Buffer.concat(chunks).toString()) });
    }).on('error', reject);
  });
}

describe('the address of a function for debuggers', () => {
  it.each(['/json', '/json/', '/json/list', '/json/list?t=1'])(
    'is told at %s as that of a Node process',
    async (path) => {
      const { front } = await frontOf();
      const { json } = await getJson(front, path);
      expect(json).toMatchObject([
        {
          type: 'node',
          title: 'Shop/Orders',
          url: 'file:///app/orders.ts',
          id: front.url.split('/').at(-1),
          webSocketDebuggerUrl: front.url,
        },
      ]);
    },
  );

  it('tells the version of Node, and nothing else', async () => {
    const { front } = await frontOf();
    expect((await getJson(front, '/json/version')).json).toEqual({
      Browser: `node.js/${process.version}`,
      'Protocol-Version': '1.1',
    });
    expect((await getJson(front, '/json/protocol')).status).toBe(404);
  });

  it('is the next free port where the wanted one is taken, on the loopback address', async () => {
    const taken = createServer();
    onTestFinished(() => void taken.close());
    await new Promise<void>((resolve) => taken.listen({ host: '127.0.0.1', port: 0 }, resolve));
    const { port } = taken.address() as AddressInfo;
    const { front } = await frontOf(port);
    expect(front.port).toBeGreaterThan(port);
    expect(front.url).toMatch(/^ws:\/\/127\.0\.0\.1:/);
  });

  it.each([
    ['a name that was made to lead here', { host: 'attacker.example:39400' }],
    ['a web page', { origin: 'https://attacker.example' }],
    ['a sandboxed web page', { origin: 'null' }],
  ])('refuses %s', async (_who, headers) => {
    const { front } = await frontOf();
    expect((await getJson(front, '/json/list', headers)).status).toBe(403);
    front.aim(await inspectorOf('process'));
    const [error] = await once(attach(front, headers), 'error');
    expect(String(error)).toContain('403');
  });

  it('refuses whoever does not know its id, and takes the debugger of a browser', async () => {
    const { front } = await frontOf();
    front.aim(await inspectorOf('process'));
    const [error] = await once(attach(front, {}, `ws://127.0.0.1:${front.port}/guess`), 'error');
    expect(String(error)).toContain('404');
    expect(await nextText(attach(front, { origin: 'devtools://devtools' }))).toBe('process');
  });
});

describe('a debugger', () => {
  it('reaches the process in both directions, with a request that the process takes', async () => {
    const { front, attached } = await frontOf();
    const inspector = await inspectorOf('first');
    front.aim(inspector);
    const socket = attach(front);
    expect(await nextText(socket)).toBe('first');
    socket.send('x'.repeat(100_000));
    expect(await nextText(socket)).toBe(`first: ${'x'.repeat(100_000)}`);
    expect(inspector.requests[0]?.headers.host).toBe(new URL(inspector.url).host);
    expect(front.isAttached).toBe(true);
    socket.close();
    await expect.poll(() => attached).toEqual([true, false]);
    expect(front.isAttached).toBe(false);
  });

  it('that comes before there is a process waits for it', async () => {
    const { front, attached } = await frontOf();
    const socket = attach(front);
    const text = nextText(socket);
    await getJson(front, '/json/list');
    expect(attached).toEqual([]);
    front.aim(await inspectorOf('first'));
    expect(await text).toBe('first');
  });

  it('is disconnected where its process is replaced, and reaches the new one at the same address', async () => {
    const { front } = await frontOf();
    front.aim(await inspectorOf('first'));
    const before = attach(front);
    await nextText(before);
    front.aim(await inspectorOf('second'));
    await once(before, 'close');
    expect(await nextText(attach(front))).toBe('second');
  });

  it('is disconnected where its process ends, and what was there before counts as left', async () => {
    const { front, attached } = await frontOf();
    front.aim(await inspectorOf('first'));
    const socket = attach(front);
    await nextText(socket);
    front.aim(undefined);
    await once(socket, 'close');
    await expect.poll(() => attached).toEqual([true, false]);
  });

  it('is disconnected where its process cannot be reached', async () => {
    const { front } = await frontOf();
    front.aim({ url: 'ws://127.0.0.1:9/gone' });
    await once(attach(front), 'error');
    expect(front.isAttached).toBe(false);
  });
});

describe('the end of an address', () => {
  it('does not wait for a visitor that was refused and stays', async () => {
    const { front } = await frontOf();
    const visitor = connect({ host: '127.0.0.1', port: front.port, allowHalfOpen: true });
    onTestFinished(() => void visitor.destroy());
    visitor.write(
      `GET /other HTTP/1.1\r\nHost: 127.0.0.1:${front.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    );
    expect(String((await once(visitor, 'data'))[0])).toContain('404');
    await front.close();
  });
});

describe('a debugger on its way to a process', () => {
  it('that is replaced before it arrives comes again instead of staying with the old one', async () => {
    const { front, attached } = await frontOf();
    const [old, next] = [await inspectorOf('old'), await inspectorOf('next')];
    const debuggers = Array.from({ length: 2 }, () => attach(front));
    for (const each of debuggers) each.on('error', () => undefined);
    const targets = [{ url: old.url }, { url: next.url }];
    // Both wait for a process by the time that the second answer is there.
    await getJson(front, '/json/list');
    await getJson(front, '/json/list');
    const ends = debuggers.map((each) => new Promise((resolve) => each.once('close', resolve)));
    front.aim(targets[0]);
    front.aim(targets[1]);
    await Promise.all(ends);
    expect([front.isAttached, attached]).toEqual([false, []]);
  });
});
