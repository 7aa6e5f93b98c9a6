import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createAppSyncChannel } from './appsync-channel.ts';
import { renewAfterMs } from './connection.ts';

type Frame = { type: string; id: string; channel: string; events: string[]; authorization: Record<string, string> };

/** A service whose answers each test writes itself. */
let server: Server;
let host: string;
let sockets: WebSocket[];
let upgrades: IncomingMessage[];
let posts: { headers: IncomingMessage['headers']; body: { channel: string; events: string[] } }[];
let onFrame: (socket: WebSocket, frame: Frame) => void;
let answerPost: () => { status: number; body: unknown };
let channels: ReturnType<typeof createAppSyncChannel>[];

const say = (socket: WebSocket, message: unknown) => socket.send(JSON.stringify(message));

beforeEach(async () => {
  sockets = [];
  upgrades = [];
  posts = [];
  channels = [];
  answerPost = () => ({ status: 200, body: { successful: [], failed: [] } });
  onFrame = (socket, frame) => {
    if (frame.type === 'connection_init') {
      say(socket, { type: 'connection_ack', connectionTimeoutMs: 300_000 });
      say(socket, { type: 'ka' });
    }
    if (frame.type === 'subscribe') say(socket, { type: 'subscribe_success', id: frame.id });
    if (frame.type === 'publish') say(socket, { type: 'publish_success', id: frame.id, successful: [], failed: [] });
  };
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      posts.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
      const { status, body } = answerPost();
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  const sync = new WebSocketServer({ server, path: '/event/realtime', handleProtocols: () => 'aws-appsync-event-ws' });
  sync.on('connection', (socket, request) => {
    sockets.push(socket);
    upgrades.push(request);
    socket.on('message', (data) => onFrame(socket, JSON.parse(data.toString())));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  for (const channel of channels) await channel[Symbol.asyncDispose]();
  for (const socket of sockets) socket.terminate();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function open(hosts = { httpHost: host, realtimeHost: host }) {
  const channel = createAppSyncChannel({
    endpoint: { ...hosts, region: 'eu-west-1' },
    credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 's', sessionToken: 't' }),
    random: () => 0,
  });
  channels.push(channel);
  return channel;
}

describe('a channel over AppSync Events', () => {
  it('connects with the subprotocol and a signature for the HTTP host, sent as the service asks', async () => {
    await open().subscribe('/to-stub/app/1', () => {});
    const offered = String(upgrades[0]?.headers['sec-websocket-protocol'])
      .split(',')
      .map((name) => name.trim());
    expect(offered[0]).toBe('aws-appsync-event-ws');
    const authorization = JSON.parse(Buffer.from(offered[1]?.replace(/^header-/, '') ?? '', 'base64url').toString());
    expect(authorization).toMatchObject({
      host,
      accept: 'application/json, text/javascript',
      'content-encoding': 'amz-1.0',
      'x-amz-security-token': 't',
      authorization: expect.stringContaining('/eu-west-1/appsync/aws4_request'),
    });
  });

  it('finds names below localhost on this machine, whatever its resolver knows, and calls them by their names', async () => {
    const port = host.split(':').at(-1);
    const httpHost = `a1.appsync-api.eu-west-1.localhost:${port}`;
    const realtimeHost = `a1.appsync-realtime-api.eu-west-1.localhost:${port}`;
    const channel = open({ httpHost, realtimeHost });
    await channel.publish('/to-tunnel/app/s', [Buffer.from('before the socket is open')]);
    await channel.subscribe('/to-stub/app/1', () => {});
    expect(posts.map(({ headers }) => headers.host)).toEqual([httpHost]);
    expect(upgrades.map(({ headers }) => headers.host)).toEqual([realtimeHost]);
  });

  it('delivers the bytes of an event to the subscription that it is for, whatever came between', async () => {
    const ids: Record<string, string> = {};
    const subscribe = onFrame;
    onFrame = (socket, frame) => {
      if (frame.type === 'subscribe') ids[frame.channel] = frame.id;
      subscribe(socket, frame);
    };
    const channel = open();
    const heard: string[] = [];
    const done = new Promise<void>((resolve) => {
      void channel.subscribe('/to-stub/app/1', (event) => heard.push(`1:${Buffer.from(event)}`));
      void channel
        .subscribe('/to-stub/app/2', (event) => {
          heard.push(`2:${Buffer.from(event)}`);
          resolve();
        })
        .then(() => {
          const socket = sockets[0]!;
          socket.send('not json');
          say(socket, { type: 'data', id: 'nobody', event: '"YQ"' });
          say(socket, { type: 'data', id: ids['/to-stub/app/1'], event: '{"not":"ours"}' });
          say(socket, { type: 'data', id: ids['/to-stub/app/1'], event: '"Yg"' });
          say(socket, { type: 'data', id: ids['/to-stub/app/2'], event: ['"Yw"'] });
        });
    });
    await done;
    expect(heard).toEqual(['1:', '1:b', '2:c']);
  });

  it('publishes on the socket when it is open and the events are small', async () => {
    const frames: Frame[] = [];
    const usual = onFrame;
    onFrame = (socket, frame) => {
      frames.push(frame);
      usual(socket, frame);
    };
    const channel = open();
    await channel.subscribe('/to-stub/app/1', () => {});
    await channel.publish('/to-tunnel/app/s', [Buffer.from('abc')]);
    expect(frames.at(-1)).toMatchObject({ type: 'publish', channel: '/to-tunnel/app/s', events: ['"YWJj"'] });
    expect(posts).toHaveLength(0);
  });

  it('publishes over HTTP what is large, five events at a time', async () => {
    const channel = open();
    await channel.subscribe('/to-stub/app/1', () => {});
    await channel.publish(
      '/to-tunnel/app/s',
      Array.from({ length: 7 }, () => Buffer.alloc(179_000)),
    );
    expect(posts.map(({ body }) => body.events.length).sort()).toEqual([2, 5]);
    expect(posts[0]?.headers).toMatchObject({
      host,
      authorization: expect.stringContaining('AWS4-HMAC-SHA256'),
      'content-type': 'application/json',
    });
  });

  it('publishes over HTTP what exceeds 25 requests in a second', async () => {
    const channel = open();
    await channel.subscribe('/to-stub/app/1', () => {});
    await Promise.all(Array.from({ length: 40 }, () => channel.publish('/to-tunnel/app/s', [Buffer.from('a')])));
    expect(posts.length).toBeGreaterThanOrEqual(15);
  });

  it('says why an event was not accepted, on the socket and over HTTP', async () => {
    const channel = open();
    const usual = onFrame;
    const failed = [
      { index: 0, identifier: 'u', code: 'EventTooLargeException', message: 'Transformed event is larger than 240KB' },
    ];
    onFrame = (socket, frame) => {
      if (frame.type === 'publish') say(socket, { type: 'publish_success', id: frame.id, successful: [], failed });
      else usual(socket, frame);
    };
    answerPost = () => ({ status: 403, body: { errors: [{ errorType: 'AccessDeniedException', message: 'no' }] } });
    await channel.subscribe('/to-stub/app/1', () => {});
    await expect(channel.publish('/x', [Buffer.from('a')])).rejects.toMatchObject({
      name: 'ChannelError',
      kind: 'refused',
      message: expect.stringContaining('EventTooLargeException'),
    });
    await expect(channel.publish('/x', [Buffer.alloc(300_000)])).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('AccessDeniedException'),
    });
  });

  it('fails for good when the connection or the subscription is refused', async () => {
    const usual = onFrame;
    const errors = [
      { errorType: 'UnauthorizedException', errorCode: 401, message: 'You are not authorized to make this call.' },
    ];
    onFrame = (socket) => say(socket, { type: 'connection_error', errors });
    const unconnected = open();
    await expect(unconnected.subscribe('/to-stub/app/1', () => {})).rejects.toMatchObject({ kind: 'refused' });
    expect(unconnected.status.name).toBe('failed');
    onFrame = (socket, frame) => {
      if (frame.type === 'subscribe')
        say(socket, { type: 'subscribe_error', id: frame.id, errors: [{ errorType: 'AccessDeniedException' }] });
      else usual(socket, frame);
    };
    await expect(open().subscribe('/to-stub/app/1', () => {})).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('/to-stub/app/1'),
    });
  });

  it('connects again after the socket died, and subscribes again', async () => {
    const ids: string[] = [];
    const usual = onFrame;
    let resubscribed = () => {};
    onFrame = (socket, frame) => {
      usual(socket, frame);
      if (frame.type !== 'subscribe') return;
      ids.push(frame.id);
      if (ids.length === 2) {
        say(socket, { type: 'data', id: frame.id, event: '"YQ"' });
        resubscribed();
      }
    };
    const channel = open();
    const again = new Promise<void>((resolve) => {
      resubscribed = resolve;
    });
    const heard = new Promise<Uint8Array>((resolve) => {
      void channel.subscribe('/to-stub/app/1', resolve).then(() => sockets[0]?.terminate());
    });
    await again;
    expect(Buffer.from(await heard).toString()).toBe('a');
    expect(ids).toHaveLength(2);
  });

  it('publishes over HTTP what a dying socket did not answer', async () => {
    const channel = open();
    const usual = onFrame;
    onFrame = (socket, frame) => (frame.type === 'publish' ? socket.terminate() : usual(socket, frame));
    await channel.subscribe('/to-stub/app/1', () => {});
    await channel.publish('/to-tunnel/app/s', [Buffer.from('a')]);
    expect(posts.map(({ body }) => body.events)).toEqual([['"YQ"']]);
  });

  it('says that it cannot reach a service that is not there', async () => {
    const channel = createAppSyncChannel({
      endpoint: { httpHost: '127.0.0.1:1', realtimeHost: '127.0.0.1:1', region: 'eu-west-1' },
      credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 's' }),
    });
    channels.push(channel);
    await expect(channel.publish('/x', [Buffer.from('a')])).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    const waiting = new Promise<unknown>((resolve) =>
      channel.onStatus((status) => status.name === 'waiting' && resolve(status.cause.kind)),
    );
    void channel.subscribe('/x', () => {}).catch(() => {});
    expect(await waiting).toBe('unreachable');
  });

  it('says that there are no credentials', async () => {
    const channel = createAppSyncChannel({
      endpoint: { httpHost: host, realtimeHost: host, region: 'eu-west-1' },
      credentials: async () => {
        throw new Error('the SSO session has expired');
      },
    });
    channels.push(channel);
    await expect(channel.publish('/x', [Buffer.from('a')])).rejects.toMatchObject({
      kind: 'unreachable',
      message: 'no credentials to sign with: the SSO session has expired',
    });
  });

  it('does not wait for a dead socket after it was suspended: it asks for 400 ms, then publishes over HTTP', async () => {
    let wallMs = Date.now();
    const channel = createAppSyncChannel({
      endpoint: { httpHost: host, realtimeHost: host, region: 'eu-west-1' },
      credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 's' }),
      host: 'function',
      wallClockMs: () => wallMs,
      random: () => 0,
    });
    channels.push(channel);
    await channel.subscribe('/to-stub/app/1', () => {});
    const usual = onFrame;
    onFrame = (socket, frame) => (frame.type === 'publish' && socket === sockets[0] ? undefined : usual(socket, frame));
    wallMs += 40_000;
    await channel.publish('/to-tunnel/app/s', [Buffer.from('a')]);
    expect(posts).toHaveLength(1);
    await expect.poll(() => sockets.length).toBe(2);
  });

  it.each([
    ['a function that was frozen for more than a minute', 'function' as const, 61_000],
    ['a laptop that slept', 'laptop' as const, 20_000],
  ])('replaces the socket at once in %s', async (_what, where, sleptMs) => {
    let wallMs = Date.now();
    const channel = createAppSyncChannel({
      endpoint: { httpHost: host, realtimeHost: host, region: 'eu-west-1' },
      credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 's' }),
      host: where,
      wallClockMs: () => wallMs,
    });
    channels.push(channel);
    const resubscribed = new Promise<void>((resolve) => {
      const usual = onFrame;
      onFrame = (socket, frame) => {
        usual(socket, frame);
        if (frame.type === 'subscribe' && sockets.length === 2) resolve();
      };
    });
    await channel.subscribe('/to-stub/app/1', () => {});
    wallMs += sleptMs;
    channel.wanted();
    await resubscribed;
  });

  it('tries a refusal again in a function, when an event comes', async () => {
    const usual = onFrame;
    onFrame = (socket) =>
      say(socket, { type: 'connection_error', errors: [{ errorType: 'UnauthorizedException', errorCode: 401 }] });
    const channel = createAppSyncChannel({
      endpoint: { httpHost: host, realtimeHost: host, region: 'eu-west-1' },
      credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 's' }),
      host: 'function',
      random: () => 1,
    });
    channels.push(channel);
    const refused = new Promise<void>((resolve) => {
      channel.onStatus((status) => status.name === 'waiting' && resolve());
    });
    const subscribed = channel.subscribe('/to-stub/app/1', () => {});
    await refused;
    onFrame = usual;
    channel.wanted();
    await subscribed;
  });

  it('opens a second connection beside the first before the service cuts it off, and misses nothing', async () => {
    let nowMs = 0;
    const timers = new Set<{ atMs: number; run: () => void }>();
    const clock = {
      nowMs: () => nowMs,
      after: (delayMs: number, run: () => void) => {
        const timer = { atMs: nowMs + delayMs, run };
        timers.add(timer);
        return () => timers.delete(timer);
      },
    };
    const channel = createAppSyncChannel({
      endpoint: { httpHost: host, realtimeHost: host, region: 'eu-west-1' },
      credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 's' }),
      clock,
    });
    channels.push(channel);
    const ids = new Map<WebSocket, string>();
    const usual = onFrame;
    onFrame = (socket, frame) => {
      if (frame.type === 'subscribe') ids.set(socket, frame.id);
      usual(socket, frame);
    };
    const heard: string[] = [];
    await channel.subscribe('/to-stub/app/1', (event) => heard.push(Buffer.from(event).toString()));
    // Heard of a moment ago, and 23 hours old.
    const [first] = sockets;
    const alive = once(first!, 'pong');
    nowMs = renewAfterMs - 1;
    say(first!, { type: 'ka' });
    first!.ping();
    await alive;
    nowMs = renewAfterMs;
    for (const timer of [...timers]) if (timer.atMs <= nowMs && timers.delete(timer)) timer.run();
    const closed = once(first!, 'close');
    await closed;
    expect(sockets).toHaveLength(2);
    say(sockets[1]!, { type: 'data', id: ids.get(sockets[1]!), event: '"Yg"' });
    await expect.poll(() => heard).toEqual(['b']);
    expect(channel.status.name).toBe('open');
  });
});
