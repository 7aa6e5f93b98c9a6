import { createHash, createHmac, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Emulator } from '@live-lambda/emulator';
import { createIdentity } from '@live-lambda/protocol/identity';
import { BUILT_IN_RUNNERS, type Runner } from '@live-lambda/runner';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawEcho, rawRunner } from '../fixtures/emulated-wire.ts';
import { type FixtureApp, fixtureApp } from '../fixtures/fixture-app.ts';
import { liveApp } from '../functions/live-functions.ts';
import { readManifests } from '../functions/manifest-file.ts';
import type { LiveEvent } from '../host.ts';
import { startTunnel, type Tunnel } from './tunnel.ts';

const pidHandler = (answer: string) => `
import { existsSync } from 'node:fs';
let count = 0;
export async function handler(event) {
  count += 1;
  while (event.gate && !existsSync(event.gate)) await new Promise((resolve) => setTimeout(resolve, 20));
  console.log('serving', event.name ?? '');
  if (event.waitMs) await new Promise((resolve) => setTimeout(resolve, event.waitMs));
  if (event.fail) throw Object.assign(new Error(event.fail), { name: 'OrderRejected' });
  return { pid: process.pid, count, table: process.env.TABLE, key: process.env.AWS_ACCESS_KEY_ID, profile: process.env.AWS_PROFILE, endpoint: process.env.AWS_ENDPOINT_URL, answer: '${answer}' };
}`;

/** Answers with SHA-256 digests of its own credentials, by which they can be looked for without being told. */
const digestHandler = `
import { createHash } from 'node:crypto';
const digest = (name) => createHash('sha256').update(process.env[name]).digest('hex');
export const handler = async () => ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'].map(digest);`;

const raw: Runner = { ...rawRunner, claims: ({ id }) => id === 'Shop/Raw' };

/** Streams what it is asked for, and fails on the way if it is asked to. */
const streamingHandler = `
export const handler = awslambda.streamifyResponse(async ({ parts, fail }, stream) => {
  stream.setContentType('text/csv');
  for (let part = 0; part < parts; part += 1) stream.write('part ' + part + ';');
  if (fail) throw Object.assign(new Error(fail), { name: 'OrderRejected' });
  stream.end();
});`;

let emulator: Emulator;
let app: FixtureApp;
let lambda: LambdaClient;
let tunnel: Tunnel;
const events: LiveEvent[] = [];

async function start() {
  const { accessKeyId, secretAccessKey } = emulator.developerCredentials;
  return startTunnel({
    live: liveApp(await readManifests(app.assembly)),
    access: { endpointUrl: emulator.endpoint },
    credentials: async () => ({ accessKeyId, secretAccessKey }),
    runnerFor: ({ spec }) => [raw, ...BUILT_IN_RUNNERS].find((runner) => runner.claims(spec)) ?? raw,
    identity: createIdentity(randomBytes(32)),
    host: { notify: (event) => events.push(event) },
    release: '0.1.0',
    laptop: { ...process.env, AWS_PROFILE: 'personal' },
    platform: process.platform,
    currentFolder: app.folder,
  });
}

beforeAll(async () => {
  app = await fixtureApp([
    { id: 'Orders', source: pidHandler('one') },
    { id: 'Many', source: pidHandler('many'), timeoutSeconds: 60 },
    { id: 'Edited', source: pidHandler('before') },
    { id: 'Missing', source: undefined },
    { id: 'Raw', source: rawEcho },
    { id: 'Short', source: pidHandler('short'), timeoutSeconds: 4 },
    { id: 'Twice', source: pidHandler('twice'), timeoutSeconds: 4 },
    { id: 'Digests', source: digestHandler },
    { id: 'Raised', source: pidHandler('raised'), timeoutSeconds: 1, raisedTimeoutSeconds: 300 },
    { id: 'Streamed', source: streamingHandler },
  ]);
  emulator = await Emulator.start();
  await emulator.deploy(app.assembly);
  const { accessKeyId, secretAccessKey } = emulator.developerCredentials;
  process.env.AWS_ACCESS_KEY_ID = accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = secretAccessKey;
  process.env.AWS_REGION = emulator.region;
  lambda = new LambdaClient({ endpoint: emulator.endpoint, region: emulator.region, maxAttempts: 1 });
  tunnel = await start();
});

afterAll(async () => {
  await tunnel?.stop('the test is over');
  await emulator?.close();
  await app?.remove();
});

async function invoke(name: string, event: unknown | Uint8Array) {
  const payload = event instanceof Uint8Array ? event : Buffer.from(JSON.stringify(event));
  const { FunctionError, Payload, $metadata } = await lambda.send(
    new InvokeCommand({ FunctionName: name, Payload: payload }),
  );
  return { failed: FunctionError, body: Buffer.from(Payload ?? []), requestId: $metadata.requestId };
}

async function answer(name: string, event: unknown = {}) {
  return JSON.parse((await invoke(name, event)).body.toString());
}

/** A deadline is a whole millisecond of a wall clock, of which two are compared. */
const clockStepMs = 2;

const finishedOf = (requestId: string | undefined) =>
  events.find((event) => event.type === 'invocation-finished' && event.requestId === requestId);

describe('a tunnel between Lambda and this machine', () => {
  it('tells at the start who you are and which functions run from which file', () => {
    expect(events.find(({ type }) => type === 'started')).toMatchObject({
      identity: expect.stringContaining(':user/'),
      app: 'shop',
      session: 'default',
      functions: expect.arrayContaining([
        {
          id: 'Shop/Orders',
          file: 'src/Orders.mjs',
          handler: 'handler',
          runtime: 'nodejs22.x',
          node: null,
          runner: 'esm',
          region: emulator.region,
          addedVariables: [],
        },
      ]),
    });
  });

  it('tells of an invocation how long it was in AWS before it came, which is a part of how long its caller waited', async () => {
    const beganMs = performance.now();
    const { requestId } = await invoke('Orders', {});
    const waitedMs = performance.now() - beganMs;
    const finished = finishedOf(requestId);
    const { inAwsMs = -1, startMs = 0, runMs = 0 } = finished?.type === 'invocation-finished' ? finished.timings : {};
    expect(inAwsMs).toBeGreaterThanOrEqual(0);
    expect(inAwsMs + startMs + runMs).toBeLessThanOrEqual(waitedMs + clockStepMs);
  });

  it("runs the handler with the function's variables and its role's credentials, and without the developer's profile", async () => {
    const given = await answer('Orders');
    expect(given).toMatchObject({ table: 'orders', answer: 'one', key: expect.stringMatching(/^ASIA/) });
    expect(given.profile).toBeUndefined();
    expect(given.pid).not.toBe(process.pid);
  });

  it('tells once as whom the code of a function runs, which AWS has said and is not the developer', async () => {
    await answer('Orders');
    await answer('Orders');
    const told = events.filter((event) => event.type === 'verified' && event.function === 'Shop/Orders');
    const started = events.find(({ type }) => type === 'started');
    const account = started?.type === 'started' ? started.identity.split(':')[4] : undefined;
    const identity = expect.stringMatching(new RegExp(`^arn:aws:sts::${account}:assumed-role/Shop-Role[^/]*/Orders$`));
    expect(told).toEqual([{ type: 'verified', function: 'Shop/Orders', identity, account }]);
  });

  it("leads the handler's AWS SDK to the endpoint that the tunnel was given, where its credentials are good", async () => {
    expect(await answer('Orders')).toMatchObject({ endpoint: emulator.endpoint });
  });

  it("ends an invocation by the function's own timeout where it is deployed with a longer one", async () => {
    const { failed, body, requestId } = await invoke('Raised', { waitMs: 60_000 });
    expect(failed).toBe('Unhandled');
    expect(JSON.parse(body.toString())).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${requestId} Error: Task timed out after 1.00 seconds`,
    });
    expect(finishedOf(requestId)).toMatchObject({ end: 'timed-out' });
  });

  it('tells a second tunnel of the session who holds it, and is told of that one', async () => {
    const rivals = () => events.filter((event) => event.type === 'note' && event.text.includes('also held by'));
    const second = await start();
    await expect.poll(() => rivals().length).toBe(2);
    await second.stop('it is one too many');
  });

  it('keeps the process and its state for the next event, and tells of both', async () => {
    const first = await invoke('Orders', { name: 'tea' });
    const second = await answer('Orders');
    const before = JSON.parse(first.body.toString());
    expect(second).toMatchObject({ pid: before.pid, count: before.count + 1 });
    expect(finishedOf(first.requestId)).toMatchObject({
      function: 'Shop/Orders',
      end: 'succeeded',
      pid: before.pid,
      file: app.entryOf('Orders'),
    });
    const output = events.filter((event) => event.type === 'output' && event.requestId === first.requestId);
    expect(output).toMatchObject([{ stream: 'stdout', text: expect.stringContaining('serving tea') }]);
  });

  it("gives the caller the handler's own error", async () => {
    const { failed, body, requestId } = await invoke('Orders', { fail: 'no such tea' });
    expect(failed).toBe('Unhandled');
    expect(JSON.parse(body.toString())).toMatchObject({
      errorType: 'OrderRejected',
      errorMessage: 'no such tea',
      trace: expect.any(Array),
    });
    expect(finishedOf(requestId)).toMatchObject({
      end: 'failed',
      error: { errorType: 'OrderRejected', errorMessage: 'no such tea' },
    });
  });

  it('carries a megabyte of JSON in and out byte for byte, 1.0 and all', async () => {
    const numbers = '1.0,1e21,12345678901234567890,-0.0,"\\u0000 \\ud800 茶 < > &",';
    const event = Buffer.from(`{ "same": 1, "same": 2, "list": [${numbers.repeat(20_000)} 1.00] }\n`);
    expect(event.length).toBeGreaterThan(1_000_000);
    const { body, failed } = await invoke('Raw', event);
    expect(failed).toBeUndefined();
    expect(Buffer.compare(body, event)).toBe(0);
  });

  it('carries bytes that nothing can compress, up to the limit of Lambda', async () => {
    const event = Buffer.from(JSON.stringify(randomBytes(4_700_000).toString('base64')));
    const { body } = await invoke('Raw', event);
    expect(event.length).toBeGreaterThan(6_200_000);
    expect(Buffer.compare(body, event)).toBe(0);
  });

  it('answers ten events at once on a cold function, each in a process of its own', async () => {
    const gate = join(app.folder, 'gate');
    const waiting = Array.from({ length: 10 }, () => answer('Many', { gate }));
    const started = () =>
      events.filter((event) => event.type === 'invocation-started' && event.function === 'Shop/Many');
    await expect.poll(() => started().length).toBe(10);
    await app.write('gate', '');
    const answers = await Promise.all(waiting);
    expect(answers).toMatchObject(Array(10).fill({ answer: 'many', count: 1 }));
    expect(new Set(answers.map(({ pid }) => pid)).size).toBe(10);
  });

  it('runs what was saved since, from the next event on', async () => {
    const before = await answer('Edited');
    await app.write('src/Edited.mjs', pidHandler('after an edit'));
    const after = await answer('Edited');
    expect([before, after]).toMatchObject([{ answer: 'before' }, { answer: 'after an edit' }]);
    expect(after.pid).not.toBe(before.pid);
  });

  it('names a handler file that is missing, at the start and to the caller, and runs it once it is there', async () => {
    const broken = events.find((event) => event.type === 'broken');
    expect(broken).toMatchObject({ function: 'Shop/Missing', reason: expect.stringContaining('Missing.mjs') });
    const { failed, body } = await invoke('Missing', {});
    expect(failed).toBe('Unhandled');
    expect(JSON.parse(body.toString())).toMatchObject({
      errorType: 'LiveLambda.BuildFailed',
      errorMessage: expect.stringMatching(/Shop\/Missing.*src\/Missing\.mjs does not exist/),
    });
    await app.write('src/Missing.mjs', pidHandler('found'));
    expect(await answer('Missing')).toMatchObject({ answer: 'found' });
  });

  it('gives the caller what a handler streams, and tells of the invocation when the stream has ended', async () => {
    const { failed, body, requestId } = await invoke('Streamed', { parts: 3 });
    expect({ failed, body: body.toString() }).toEqual({ failed: undefined, body: 'part 0;part 1;part 2;' });
    await expect.poll(() => finishedOf(requestId)).toMatchObject({ function: 'Shop/Streamed', end: 'succeeded' });
  });

  it('tells why a stream broke off, here and to the caller', async () => {
    const { failed, body, requestId } = await invoke('Streamed', { parts: 1, fail: 'no tea' });
    expect(failed).toBe('Unhandled');
    expect(body.toString()).toContain('OrderRejected');
    await expect
      .poll(() => finishedOf(requestId))
      .toMatchObject({ end: 'failed', error: { errorType: 'OrderRejected', errorMessage: 'no tea' } });
  });

  it('tells the caller in time when the handler does not answer, and kills its process', async () => {
    const { failed, body, requestId } = await invoke('Short', { waitMs: 60_000 });
    expect(failed).toBe('Unhandled');
    expect(JSON.parse(body.toString())).toMatchObject({ errorType: 'LiveLambda.OutOfTime' });
    await expect.poll(() => finishedOf(requestId)).toMatchObject({ end: 'timed-out' });
    expect(await answer('Short')).toMatchObject({ count: 1 });
  });

  it('serves the event that comes right after a timeout, in a process of its own', async () => {
    const first = await invoke('Twice', { waitMs: 60_000 });
    // The stub answers before the deadline, so that the handler still runs here when the next event comes.
    const second = await answer('Twice');
    expect(JSON.parse(first.body.toString())).toMatchObject({ errorType: 'LiveLambda.OutOfTime' });
    expect(second).toMatchObject({ answer: 'twice', count: 1 });
    await expect
      .poll(() => finishedOf(first.requestId))
      .toMatchObject({
        end: 'timed-out',
        error: { errorMessage: expect.stringContaining('The stub in AWS gave up on it') },
      });
  });

  it('drops a message that is not of the protocol, counts it, tells of it once, and goes on', async () => {
    const host = await httpHost();
    for (let sent = 0; sent < 3; sent++)
      await publish(host, '/to-tunnel/shop/default', JSON.stringify(Buffer.from(`junk ${sent}`).toString('base64url')));
    await publish(host, '/to-tunnel/shop/default', '{"not":"even a string"}');
    expect(await answer('Orders')).toMatchObject({ answer: 'one' });
    const told = events.filter((event) => event.type === 'note' && event.text.includes('dropped'));
    expect(told).toMatchObject([{ level: 'warning' }]);
  });

  it('shows no secret in what it tells', async () => {
    const secrets: readonly string[] = await answer('Digests');
    const told = new Set(events.flatMap(wordsOf));
    const digests = new Set([...told].map((word) => createHash('sha256').update(word).digest('hex')));
    expect(secrets).toHaveLength(2);
    expect(secrets.filter((secret) => digests.has(secret))).toEqual([]);
    expect(told).toContain('Shop/Digests');
    expect(JSON.stringify(events)).not.toContain(emulator.developerCredentials.secretAccessKey);
  });
});

/** Every string in what was told, whole and cut up where a credential would end. */
function wordsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value, ...value.split(/[^A-Za-z0-9+/=]+/)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(wordsOf);
}

async function httpHost(): Promise<string> {
  const client = new CloudFormationClient({ endpoint: emulator.endpoint, region: emulator.region });
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'Shop' }));
  return Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'LiveLambdaHttpHost')?.OutputValue ?? '';
}

/** Publishes as a stranger with permission would: an AWS signer and HTTP, nothing of ours. */
async function publish(host: string, channel: string, event: string): Promise<void> {
  class Sha256 {
    readonly #hash;
    constructor(secret?: Parameters<typeof createHmac>[1]) {
      this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
    }
    update(data: Uint8Array) {
      this.#hash.update(data);
    }
    async digest() {
      return new Uint8Array(this.#hash.digest());
    }
    reset() {}
  }
  const signer = new SignatureV4({
    service: 'appsync',
    region: emulator.region,
    credentials: emulator.developerCredentials,
    sha256: Sha256 as never,
  });
  const body = JSON.stringify({ channel, events: [event] });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: 'http:',
    hostname: host,
    path: '/event',
    headers: { host, 'content-type': 'application/json' },
    body,
  });
  const status = await new Promise((resolve, reject) => {
    const sent = httpRequest(`http://${host}/event`, { method: 'POST', headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    sent.on('error', reject);
    sent.end(body);
  });
  expect(status).toBe(200);
}
