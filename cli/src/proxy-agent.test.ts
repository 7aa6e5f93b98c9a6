import { once } from 'node:events';
import { type Agent, get as getPlain } from 'node:http';
import { createServer, get, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { inspect } from 'node:util';
import { createAppSyncChannel } from '@live-lambda/protocol/appsync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConnectProxy, type ConnectProxyOptions, connectProxy } from './fixtures/connect-proxy.ts';
import { selfSigned } from './fixtures/self-signed.ts';
import { ProxyAgent, type ProxyAgentOptions } from './proxy-agent.ts';

const certificate = selfSigned('events.test');

/** A service on this machine that answers with its own words, with TLS as `events.test`. */
let service: Server;
let port: number;
let answered: { readonly path: string | undefined; readonly socket: TLSSocket }[];
/** Held requests answer when this is called. */
let release: () => void;
let held: Promise<void>;
const proxies: ConnectProxy[] = [];
const agents: Agent[] = [];

beforeEach(async () => {
  answered = [];
  held = new Promise((resolve) => {
    release = resolve;
  });
  service = createServer(certificate, (request, response) => {
    answered.push({ path: request.url, socket: request.socket as TLSSocket });
    const wait = request.url === '/held' ? held : Promise.resolve();
    void wait.then(() => response.end(`${request.headers.host}${request.url}`));
  });
  service.on('connection', (socket: Socket) => socket.on('error', () => undefined));
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  port = (service.address() as AddressInfo).port;
});

afterEach(async () => {
  for (const agent of agents.splice(0)) agent.destroy();
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  service.closeAllConnections();
  await new Promise((resolve) => service.close(resolve));
});

async function startProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const proxy = await connectProxy({ portOf: () => port, ...options });
  proxies.push(proxy);
  return proxy;
}

function agentOf(host: string, over: Partial<ProxyAgentOptions> & { readonly password?: string } = {}): ProxyAgent {
  const { password, ...options } = over;
  const authorization = password === undefined ? null : `Basic ${Buffer.from(`ada:${password}`).toString('base64')}`;
  const proxy = { variable: 'HTTPS_PROXY', url: `http://${host}`, host, authorization };
  const given = { secure: true, maxConnections: 3, connectTimeoutMs: 10_000, ca: certificate.cert, ...options };
  const agent = new ProxyAgent({ proxyFor: () => proxy, ...given });
  agents.push(agent);
  return agent;
}

function fetchText(url: string, agent: Agent, signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? get : getPlain;
    const request = send(url, { agent, ...(signal && { signal }) }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}

const failure = (task: Promise<unknown>): Promise<Error & { hint?: string; code?: string }> =>
  task.then(
    () => new Error('it did not fail'),
    (error: Error) => error,
  );

describe('a request through a proxy', () => {
  it('asks it for the host by name, and speaks TLS with that host', async () => {
    const proxy = await startProxy();
    expect(await fetchText('https://events.test/orders', agentOf(proxy.host))).toBe('events.test/orders');
    expect(proxy.targets).toEqual(['events.test:443']);
    expect(answered[0]?.socket).toMatchObject({ servername: 'events.test' });
  });

  it.each([
    ['of another host', 'https://other.test/', certificate.cert, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['that nobody vouches for', 'https://events.test/', undefined, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ])('is not made when the host shows a certificate %s', async (_what, url, ca, code) => {
    const proxy = await startProxy();
    expect((await failure(fetchText(url, agentOf(proxy.host, { ca })))).code).toBe(code);
    expect(answered).toEqual([]);
  });

  it('goes by CONNECT without TLS too', async () => {
    const origin = await startProxy();
    const proxy = await startProxy({ portOf: () => Number(origin.host.split(':')[1]) });
    expect(await fetchText('http://plain.test/', agentOf(proxy.host, { secure: false }))).toBe('CONNECT only');
    expect(proxy.targets).toEqual(['plain.test:80']);
  });

  it('uses the connection of the one before', async () => {
    const proxy = await startProxy();
    const agent = agentOf(proxy.host);
    for (const path of ['/1', '/2', '/3']) await fetchText(`https://events.test${path}`, agent);
    expect(proxy.targets).toHaveLength(1);
  });

  it('finds the connection of the one before also where it gives no protocol, as AWS clients do', async () => {
    const proxy = await startProxy();
    const agent = agentOf(proxy.host);
    for (const path of ['/1', '/2']) {
      await new Promise((resolve, reject) => {
        const request = get({ host: 'events.test', path, agent }, (response) => response.resume().on('end', resolve));
        request.on('error', reject);
      });
    }
    expect(proxy.targets).toHaveLength(1);
  });

  it('waits for a connection where there are as many as may be', async () => {
    const proxy = await startProxy();
    const agent = agentOf(proxy.host, { maxConnections: 3 });
    const all = Array.from({ length: 10 }, () => fetchText('https://events.test/held', agent));
    await expect.poll(() => answered.length).toBe(3);
    release();
    await Promise.all(all);
    expect(proxy.targets).toHaveLength(3);
  });

  it('gives user and password to the proxy, and not to the host', async () => {
    const proxy = await startProxy({ credentials: 'ada:p@ss:wörd' });
    const agent = agentOf(proxy.host, { password: 'p@ss:wörd' });
    expect(await fetchText('https://events.test/', agent)).toBe('events.test/');
  });

  it('goes past the proxy where none is for its URL', async () => {
    const proxy = await startProxy();
    const asked: string[] = [];
    const agent = agentOf(proxy.host, { proxyFor: (url) => void asked.push(url.href) });
    const url = `https://localhost:${port}/`;
    expect((await failure(fetchText(url, agent))).code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(asked).toEqual([url]);
    expect(proxy.targets).toEqual([]);
  });
});

describe('a proxy that makes no connection is an error that names it', () => {
  it.each([
    ['wants a user and a password (407 Proxy Authentication Required)', undefined],
    ['refuses the user and password (407 Proxy Authentication Required)', 'hunter2'],
  ])('and says that it %s', async (text, password) => {
    const proxy = await startProxy({ credentials: 'ada:p@ss' });
    const agent = agentOf(proxy.host, password === undefined ? {} : { password });
    const error = await failure(fetchText('https://events.test/', agent));
    expect(error.message).toBe(`the proxy ${proxy.host} (from HTTPS_PROXY) ${text}`);
    expect(error.hint).toContain(`Set HTTPS_PROXY to http://user:password@${proxy.host}`);
    const shown = inspect(error, { depth: Infinity, showHidden: true });
    expect(shown).not.toMatch(new RegExp(`hunter2|${Buffer.from('ada:hunter2').toString('base64')}`));
    expect(answered).toEqual([]);
  });

  it('for each request, also for those that wait for a place', async () => {
    const proxy = await startProxy({ refuse: () => 503 });
    const agent = agentOf(proxy.host, { maxConnections: 2 });
    const errors = await Promise.all(
      Array.from({ length: 7 }, () => failure(fetchText('https://events.test/', agent))),
    );
    expect(errors.map(({ name }) => name)).toEqual(Array(7).fill('ProxyError'));
    expect(proxy.targets).toHaveLength(7);
  });

  it('for one request, and the next is served when the proxy is well again', async () => {
    const refusals = [503, 503];
    const proxy = await startProxy({ refuse: () => refusals.shift() });
    const agent = agentOf(proxy.host, { maxConnections: 1 });
    const all = ['/1', '/2', '/3', '/4'].map((path) => fetchText(`https://events.test${path}`, agent));
    const ends = await Promise.allSettled(all);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
    expect(proxy.targets).toHaveLength(3);
  });

  it('for those too that waited for a connection that broke, each asked for once', async () => {
    const refusals = [undefined, 503, 503];
    const proxy = await startProxy({ refuse: () => refusals.shift() });
    const agent = agentOf(proxy.host, { maxConnections: 1 });
    const [broken, ...waited] = ['/held', '/1', '/2'].map((path) =>
      failure(fetchText(`https://events.test${path}`, agent)),
    );
    await expect.poll(() => answered.length).toBe(1);
    for (const connection of proxy.open) connection.destroy();
    await broken;
    expect((await Promise.all(waited)).map(({ name }) => name)).toEqual(['ProxyError', 'ProxyError']);
    await fetchText('https://events.test/last', agent);
    expect(answered.map(({ path }) => path)).toEqual(['/held', '/last']);
    expect(proxy.targets).toHaveLength(4);
  });

  it('and says which host it does not connect to, not in its own words', async () => {
    const proxy = await startProxy({ refuse: () => 403 });
    const error = await failure(fetchText('https://events.test/', agentOf(proxy.host)));
    expect(error.message).toBe(
      `the proxy ${proxy.host} (from HTTPS_PROXY) does not connect to events.test:443 (403 Forbidden)`,
    );
    expect(error.hint).toContain('allow this host');
  });

  it('and says that nobody listens', async () => {
    const { host, close } = await connectProxy();
    await close();
    const error = await failure(fetchText('https://events.test/', agentOf(host)));
    expect(error).toMatchObject({ code: 'ECONNREFUSED', message: expect.stringContaining(`the proxy ${host}`) });
    expect(error.message).toContain('cannot be reached or used: ECONNREFUSED');
  });

  it('and says that it hung up', async () => {
    const proxy = await startProxy({ refuse: () => 'hang-up' });
    const error = await failure(fetchText('https://events.test/', agentOf(proxy.host)));
    expect(error.message).toContain(`the proxy ${proxy.host} (from HTTPS_PROXY) cannot be reached or used: `);
  });

  it('and says that it was silent for as long as it may be, and is left', async () => {
    const proxy = await startProxy({ refuse: () => 'silence' });
    const error = await failure(fetchText('https://events.test/', agentOf(proxy.host, { connectTimeoutMs: 50 })));
    expect(error.message).toBe(`the proxy ${proxy.host} (from HTTPS_PROXY) did not answer within 0.05 s`);
    expect(error.code).toBe('ETIMEDOUT');
    await proxy.left();
  });
});

describe('a silent proxy is left', () => {
  it('when the request is given up', async () => {
    const proxy = await startProxy({ refuse: () => 'silence' });
    const over = new AbortController();
    const request = failure(fetchText('https://events.test/', agentOf(proxy.host), over.signal));
    await proxy.asked(1);
    over.abort();
    await proxy.left();
    await request;
  });

  it('when the agent is destroyed, by who waits for a place too', async () => {
    const proxy = await startProxy({ refuse: () => 'silence' });
    const agent = agentOf(proxy.host, { maxConnections: 1 });
    const requests = ['/1', '/2'].map((path) => failure(fetchText(`https://events.test${path}`, agent)));
    await proxy.asked(1);
    agent.destroy();
    expect((await Promise.all(requests)).map(({ message }) => message)).toEqual([
      expect.stringContaining('cannot be reached or used'),
      'the agent of this request was destroyed',
    ]);
    await proxy.left();
  });
});

describe('a connection that stands', () => {
  it('outlives the time for connecting, and the request that made it', async () => {
    const proxy = await startProxy();
    const agent = agentOf(proxy.host, { connectTimeoutMs: 500 });
    await fetchText('https://events.test/first', agent);
    const slow = fetchText('https://events.test/held', agent);
    // By the time that this one has failed, the same time is over for the first.
    const silent = await startProxy({ refuse: () => 'silence' });
    await failure(fetchText('https://events.test/', agentOf(silent.host, { connectTimeoutMs: 500 })));
    release();
    expect(await slow).toBe('events.test/held');
    expect(proxy.targets).toHaveLength(1);
  });
});

describe('the WebSocket of an Events API', () => {
  it('is asked for over TLS through the proxy', async () => {
    const proxy = await startProxy();
    const upgrade = once(service, 'upgrade');
    await using channel = createAppSyncChannel({
      endpoint: { httpHost: 'events.test', realtimeHost: 'events.test', region: 'eu-west-1' },
      credentials: async () => ({ accessKeyId: 'AKIADEVELOPER', secretAccessKey: 'secret' }),
      agentFor: () => agentOf(proxy.host),
    });
    void channel.subscribe('/to-tunnel/shop/default', () => undefined).catch(() => undefined);
    const [request, socket] = await upgrade;
    expect(request.url).toBe('/event/realtime');
    expect(request.headers).toMatchObject({ host: 'events.test', upgrade: 'websocket' });
    expect(request.socket.servername).toBe('events.test');
    expect(proxy.targets).toEqual(['events.test:443']);
    socket.destroy();
  });
});
