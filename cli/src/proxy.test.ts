import { Emulator } from '@live-lambda/emulator';
import { type Channel, ownNamespaces } from '@live-lambda/protocol';
import { createAppSyncChannel } from '@live-lambda/protocol/appsync';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { probeApi } from './doctor/probe-api.ts';
import { type AwsEndpoint, awsEndpoint } from './fixtures/aws-endpoint.ts';
import { type ConnectProxy, type ConnectProxyOptions, connectProxy } from './fixtures/connect-proxy.ts';
import { type FixtureApp, fixtureApp } from './fixtures/fixture-app.ts';
import { liveFunction } from './fixtures/live-function.ts';
import { createDeployedFunctions } from './functions/deployed-function.ts';
import { callerIdentity } from './functions/deployment.ts';
import { loadAgentFor, loadAwsAgents, proxyFor } from './proxy.ts';
import { createStubVerifier } from './tunnel/verify-stub.ts';
import { UserError } from './user-error.ts';

const names = ['https_proxy', 'http_proxy', 'all_proxy', 'no_proxy'];
const proxies: ConnectProxy[] = [];

beforeEach(() => {
  for (const name of [...names, ...names.map((each) => `npm_config_${each}`), 'npm_config_proxy']) {
    vi.stubEnv(name, undefined);
    vi.stubEnv(name.toUpperCase(), undefined);
  }
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
});

function set(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

async function startProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const proxy = await connectProxy(options);
  proxies.push(proxy);
  return proxy;
}

function thrown(task: () => unknown): unknown {
  try {
    task();
  } catch (error) {
    return error;
  }
  return undefined;
}

const rejection = (task: Promise<unknown>): Promise<unknown> =>
  task.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('the proxy for a URL', () => {
  const hostFor = (url: string) => proxyFor(new URL(url))?.host;

  it.each([
    [{ HTTPS_PROXY: 'http://a:1' }, { 'https://x.test': 'a:1', 'wss://x.test': 'a:1', 'http://x.test': undefined }],
    [{ HTTP_PROXY: 'http://b:2' }, { 'http://x.test': 'b:2', 'ws://x.test': 'b:2', 'wss://x.test': undefined }],
    [{ ALL_PROXY: 'http://c:3' }, { 'https://x.test': 'c:3', 'ws://x.test': 'c:3' }],
    [
      { ALL_PROXY: 'http://c:3', https_proxy: 'http://a:1' },
      { 'https://x.test': 'a:1', 'http://x.test': 'c:3' },
    ],
    [{ HTTPS_PROXY: 'http://upper:1', https_proxy: 'http://lower:1' }, { 'https://x.test': 'lower:1' }],
    [{ npm_config_https_proxy: 'http://npm:1', HTTPS_PROXY: 'http://a:1' }, { 'wss://x.test': 'npm:1' }],
    [{}, { 'https://x.test': undefined }],
  ])('is named by %j', (variables, expected) => {
    set(variables);
    expect(Object.fromEntries(Object.keys(expected).map((url) => [url, hostFor(url)]))).toEqual(expected);
  });

  it.each([
    [
      'events.test',
      ['wss://events.test/event', 'https://events.test:8443'],
      ['https://sts.test', 'https://x.events.test'],
    ],
    ['.test', ['https://events.test', 'https://x.events.test'], ['https://events.example']],
    ['*.test', ['https://events.test'], ['https://events.example']],
    ['events.test:443 sts.test', ['wss://events.test', 'https://sts.test'], ['https://events.test:8443']],
    ['Events.TEST,', ['https://events.test'], ['https://x.test']],
    ['*', ['https://events.test', 'wss://sts.test:1'], []],
  ])('is none where NO_PROXY=%s names the host', (value, direct, proxied) => {
    set({ HTTPS_PROXY: 'http://a:1', NO_PROXY: value });
    expect(direct.map(hostFor)).toEqual(direct.map(() => undefined));
    expect(proxied.map(hostFor)).toEqual(proxied.map(() => 'a:1'));
  });

  it.each(['http://127.0.0.1:4566', 'ws://localhost:1/event', 'https://api.localhost', 'http://[::1]:80'])(
    'is never one for %s, which is this machine',
    (url) => {
      set({ ALL_PROXY: 'http://a:1' });
      expect(hostFor(url)).toBeUndefined();
    },
  );

  it('is an HTTP proxy where the variable gives no scheme', () => {
    set({ HTTPS_PROXY: 'proxy.test:3128' });
    expect(proxyFor(new URL('https://x.test'))?.url).toBe('http://proxy.test:3128');
  });

  it('keeps user and password apart from the URL, decoded', () => {
    set({ HTTPS_PROXY: 'http://ada:p%40ss%3Aword@proxy.test:3128' });
    expect(proxyFor(new URL('https://x.test'))).toEqual({
      variable: 'HTTPS_PROXY',
      url: 'http://proxy.test:3128',
      host: 'proxy.test:3128',
      authorization: `Basic ${Buffer.from('ada:p@ss:word').toString('base64')}`,
    });
  });

  it.each([
    'http://ada:hunter2@proxy.test:port',
    'http://ada:hunter2@',
    'http://ada:1/hunter2@proxy.test',
    'http://ada:1#hunter2@proxy.test',
    'http://ada:1?hunter2@proxy.test',
    'http://ada:hunter2%@proxy.test:3128',
    'http:/ada:hunter2/proxy',
    ' hunter2 ada ',
  ])('is an error that names the variable, and repeats nothing of it, for the value %s', (value) => {
    set({ https_proxy: value });
    const error = thrown(() => proxyFor(new URL('wss://x.test')));
    expect(error).toBeInstanceOf(UserError);
    const { message, hint } = error as UserError;
    expect(message).toContain('The variable https_proxy does not name a proxy');
    expect(hint).toContain('http://user:password@host:port');
    expect(message + hint + (error as Error).stack).not.toMatch(/hunter2|ada\b/);
  });

  it('is an error that names the kind of proxy, where that is not supported', () => {
    set({ ALL_PROXY: 'socks5://ada:hunter2@proxy.test:1080' });
    const error = thrown(() => proxyFor(new URL('https://x.test')));
    expect(error).toMatchObject({
      message:
        'The variable ALL_PROXY does not name a proxy that can be used: proxies of the kind "socks5" are not supported.',
    });
  });

  it('needs to be right only where it applies', () => {
    set({ HTTPS_PROXY: 'http://a:1', HTTP_PROXY: 'socks5://b:2', NO_PROXY: '*.plain.test' });
    expect(hostFor('https://x.test')).toBe('a:1');
    expect(hostFor('http://x.plain.test')).toBeUndefined();
  });
});

describe('agents', () => {
  it('are none where no variable names a proxy', async () => {
    expect((await loadAgentFor())(new URL('https://x.test'))).toBeUndefined();
    expect(await loadAwsAgents()).toEqual({});
  });

  it('are given for a URL behind a proxy alone, each to its asker', async () => {
    set({ HTTPS_PROXY: 'http://a:1', NO_PROXY: 'direct.test' });
    const agentFor = await loadAgentFor();
    expect(agentFor(new URL('https://direct.test'))).toBeUndefined();
    const [one, other] = ['https://x.test', 'https://x.test'].map((url) => agentFor(new URL(url)));
    expect(one).toBeDefined();
    expect(one).not.toBe(other);
  });
});

describe('a channel behind a proxy', () => {
  let app: FixtureApp;
  let emulator: Emulator;
  let host: string;

  beforeAll(async () => {
    app = await fixtureApp([{ id: 'Orders', source: '' }]);
    emulator = await Emulator.start();
    const { stacks } = await emulator.deploy(app.assembly);
    host = stacks[0]?.outputs.LiveLambdaHttpHost ?? '';
  });

  afterAll(async () => {
    await emulator?.close();
    await app?.remove();
  });

  async function openChannel() {
    const agentFor = await loadAgentFor({ isLoopback: () => false });
    const endpoint = { httpHost: host, realtimeHost: host, region: emulator.region };
    return createAppSyncChannel({ endpoint, agentFor, credentials: async () => emulator.developerCredentials });
  }

  /** Two events are too much for the WebSocket. */
  const publishOverHttp = (channel: Channel) =>
    channel.publish('/to-tunnel/shop/default', [new Uint8Array(140_000), new Uint8Array(140_000)]);

  it('subscribes over a WebSocket through it, and publishes over HTTP through few connections that are kept', async () => {
    const proxy = await startProxy({ credentials: 'ada:p@ss' });
    set({ HTTP_PROXY: `http://ada:p%40ss@${proxy.host}` });
    await using channel = await openChannel();
    const received: number[] = [];
    await channel.subscribe('/to-tunnel/shop/default', (event) => received.push(event.length));
    expect(proxy.targets).toEqual([host]);
    await Promise.all(Array.from({ length: 30 }, () => publishOverHttp(channel)));
    const connections = proxy.targets.length;
    await publishOverHttp(channel);
    await expect.poll(() => received.length).toBe(62);
    expect(new Set(proxy.targets)).toEqual(new Set([host]));
    expect(connections).toBeGreaterThan(1);
    // The WebSocket's own, and the eight of HTTP.
    expect(connections).toBeLessThanOrEqual(9);
    expect(proxy.targets).toHaveLength(connections);
  });

  /** As doctor tries it. */
  async function probe() {
    const agentFor = await loadAgentFor({ isLoopback: () => false });
    const endpoint = { httpHost: host, realtimeHost: host, region: emulator.region };
    const api = { ...{ stacks: ['Shop'], functions: [], endpoint }, namespaces: ownNamespaces };
    const credentials = async () => emulator.developerCredentials;
    return probeApi(api, { credentials, agentFor, nowMs: () => performance.now() });
  }

  it('is found by doctor, over HTTP and a WebSocket', async () => {
    const proxy = await startProxy();
    set({ HTTP_PROXY: `http://${proxy.host}` });
    const ok = { result: 'ok' };
    const tried = { http: ok, socket: ok, subscribe: ok, publishToTunnels: ok, publishToStubs: ok };
    expect(await probe()).toMatchObject({ ...tried, roundTripMs: expect.any(Number) });
    expect(proxy.targets.length).toBeGreaterThanOrEqual(2);
    await proxy.left();
  });

  it('is found wanting by doctor, by what the proxy says, where it lets nobody through', async () => {
    const proxy = await startProxy({ refuse: () => 403 });
    set({ HTTP_PROXY: `http://${proxy.host}` });
    const refused = { result: 'failed', error: expect.stringContaining('403') };
    expect(await probe()).toMatchObject({ http: refused, socket: refused, subscribe: { result: 'not-tried' } });
  });

  it('leaves no connection to it behind', async () => {
    const proxy = await startProxy();
    set({ HTTP_PROXY: `http://${proxy.host}` });
    {
      await using channel = await openChannel();
      await channel.subscribe('/to-tunnel/shop/default', () => undefined);
      await publishOverHttp(channel);
      expect(proxy.open.size).toBe(2);
    }
    await proxy.left();
  });

  it('is unreachable for now, and not refused for good, when the proxy wants a password', async () => {
    const proxy = await startProxy({ credentials: 'ada:p@ss' });
    set({ HTTP_PROXY: `http://ada:hunter2@${proxy.host}` });
    await using channel = await openChannel();
    const waiting = new Promise<{ cause: Error }>((resolve) => {
      channel.onStatus((status) => status.name === 'waiting' && resolve(status));
    });
    void channel.subscribe('/to-tunnel/shop/default', () => undefined).catch(() => undefined);
    const refusals = [await rejection(channel.publish('/to-tunnel/x/y', [new Uint8Array(9)])), (await waiting).cause];
    for (const refusal of refusals) {
      const message = `the proxy ${proxy.host} (from HTTP_PROXY) refuses the user and password (407 Proxy Authentication Required)`;
      expect(refusal).toMatchObject({ kind: 'unreachable', message: expect.stringContaining(message) });
      expect(String(refusal)).not.toContain('hunter2');
    }
  });
});

describe('the calls to AWS behind a proxy', () => {
  const account = '111111111111';
  const role = `arn:aws:iam::${account}:role/OrdersRole`;
  const session = { arn: `arn:aws:sts::${account}:assumed-role/OrdersRole/Shop-Orders-1`, account };
  const orders = liveFunction('Orders');
  const credentials = { accessKeyId: 'ASIAORDERS', secretAccessKey: 'very-secret', sessionToken: 'token' };
  let aws: AwsEndpoint;
  let port: number;

  beforeEach(async () => {
    aws = await awsEndpoint();
    port = Number(new URL(aws.url).port);
    set({ AWS_ACCESS_KEY_ID: 'AKIADEVELOPER', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'eu-west-1' });
    aws.callers.set('AKIADEVELOPER', { arn: `arn:aws:iam::${account}:user/ada`, account });
    aws.callers.set('ASIAORDERS', session);
    aws.stacks.set('Shop', { Orders: 'Shop-Orders-1' });
    aws.roles.set('Shop-Orders-1', role);
  });

  afterEach(() => aws.close());

  function calls(host: string) {
    const access = { endpointUrl: `http://${host}:${port}` };
    const options = { access, region: 'eu-west-1', nowMs: () => performance.now() };
    const deployed = createDeployedFunctions(options);
    return {
      identity: () => callerIdentity(access),
      find: () => deployed.find(orders),
      // What is deployed is known already: the question to STS is the only one.
      verify: () =>
        createStubVerifier({
          ...options,
          deployed: { find: async () => ({ name: 'Shop-Orders-1', roleArn: role, trustedKeys: undefined }) },
        }).verify({ environmentId: 'e1', fn: orders, credentials }),
    };
  }

  it('all go through it', async () => {
    const proxy = await startProxy({ portOf: () => port, credentials: 'ada:p@ss' });
    set({ HTTP_PROXY: `http://ada:p%40ss@${proxy.host}` });
    const { identity, find, verify } = calls('aws.test');
    expect(await identity()).toMatchObject({ account });
    expect(await find()).toMatchObject({ name: 'Shop-Orders-1', roleArn: role });
    expect(await verify()).toMatchObject({ verified: true });
    expect(aws.calls.map((call) => call.split(' ')[0])).toEqual([
      'GetCallerIdentity',
      'ListStackResources',
      'GetFunctionConfiguration',
      'GetCallerIdentity',
    ]);
    expect(proxy.targets).toEqual(Array(4).fill(`aws.test:${port}`));
    await proxy.left();
  });

  it('go past it where the endpoint is on this machine', async () => {
    const proxy = await startProxy();
    set({ HTTP_PROXY: `http://${proxy.host}` });
    expect(await calls('127.0.0.1').identity()).toMatchObject({ account });
    expect(proxy.targets).toEqual([]);
  });

  it.each([
    ['identity', 'AWS did not say who you are: '],
    ['find', 'Shop/Orders of stack Shop could not be looked up: '],
    ['verify', 'nothing was run: STS in eu-west-1 could not be asked: '],
  ] as const)('say that the proxy refused the password, and never the password (%s)', async (call, start) => {
    const proxy = await startProxy({ credentials: 'ada:p@ss' });
    set({ HTTP_PROXY: `http://ada:hunter2@${proxy.host}` });
    const ended = await calls('aws.test')
      [call]()
      .catch((error: unknown) => error);
    const text = ended instanceof UserError ? `${ended.message} ${ended.hint}` : JSON.stringify(ended);
    expect(text).toContain(
      `${start}the proxy ${proxy.host} (from HTTP_PROXY) refuses the user and password (407 Proxy Authentication Required).`,
    );
    expect(text).toContain(`Set HTTP_PROXY to http://user:password@${proxy.host}`);
    expect(text).not.toMatch(/hunter2|very-secret/);
  });

  it.each(['identity', 'find', 'verify'] as const)('say which proxy nobody listens at (%s)', async (call) => {
    const { host, close } = await connectProxy();
    await close();
    set({ HTTP_PROXY: `http://${host}` });
    const ended = await calls('aws.test')
      [call]()
      .catch((error: unknown) => error);
    const text = ended instanceof UserError ? `${ended.message} ${ended.hint}` : JSON.stringify(ended);
    expect(text).toContain(`the proxy ${host} (from HTTP_PROXY) cannot be reached or used: ECONNREFUSED.`);
    expect(text).toContain('Check the network and the variable HTTP_PROXY');
  });

  it('say which variable is malformed', async () => {
    set({ HTTP_PROXY: 'http://ada:hunter2@proxy:port' });
    const { identity, find } = calls('aws.test');
    for (const call of [identity, find]) {
      await expect(call()).rejects.toThrow(/^The variable HTTP_PROXY does not name a proxy that can be used/);
    }
  });
});
