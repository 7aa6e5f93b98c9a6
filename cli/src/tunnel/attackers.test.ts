import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { Emulator } from '@live-lambda/emulator';
import type { Credentials, StubLink } from '@live-lambda/protocol';
import { BUILT_IN_RUNNERS, type Runner } from '@live-lambda/runner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  changeTemplate,
  type EmulatedWire,
  emulatedWire,
  listening,
  rawEcho,
  rawRunner,
  useKeysOf,
} from '../fixtures/emulated-wire.ts';
import { type FixtureApp, fixtureApp } from '../fixtures/fixture-app.ts';

/** Answers with what its process was started with. */
const environmentHandler = 'export const handler = async () => process.env;';

/** A function that nobody made live: it gives away what Lambda gave to it. */
const thief = { ZipFile: 'exports.handler = async () => process.env;' };

const tsx = BUILT_IN_RUNNERS.find(({ name }) => name === 'tsx');
const runnerFor = ({ spec }: { spec: { id: string } }): Runner =>
  (spec.id === 'Shop/Environment' ? tsx : undefined) ?? rawRunner;

/** Variables that would make a process run, load or trust something else: one of each kind. */
const dangerous = {
  NODE_OPTIONS: '--title=owned',
  NODE_PATH: '/owned',
  NODE_EXTRA_CA_CERTS: '/owned',
  LD_PRELOAD: '/owned.so',
  LD_LIBRARY_PATH: '/owned',
  DYLD_INSERT_LIBRARIES: '/owned',
  PATH: '/owned',
  PYTHONSTARTUP: '/owned.py',
  PYTHONPATH: '/owned',
  RUBYOPT: '-r/owned',
  PERL5OPT: '-M/owned',
  JAVA_TOOL_OPTIONS: '-javaagent:/owned',
  BASH_ENV: '/owned',
  BASH_FUNC_ls: '() { owned; }',
  GIT_SSH_COMMAND: 'owned',
  AWS_PROFILE: 'owned',
  AWS_CONFIG_FILE: '/owned',
  AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://owned',
  _JAVA_OPTIONS: '-javaagent:/owned',
  _HANDLER: '../owned.handler',
  LAMBDA_TASK_ROOT: '/owned',
  AWS_LAMBDA_RUNTIME_API: '127.0.0.1:1',
  AWS_LAMBDA_EXEC_WRAPPER: '/owned',
  'A=B': 'owned',
  'LD_PRELOAD=x': 'owned',
  'NUL\0': 'owned',
} as const;

let emulator: Emulator;
let app: FixtureApp;
let wire: EmulatedWire;
/** Of a session of another role that bears the name of a live function. */
let impostor: Credentials;
/** Of another live function, as Lambda gave them to it. */
let neighbour: Credentials;
const told = listening();

beforeAll(async () => {
  app = await fixtureApp([
    { id: 'Orders', source: rawEcho },
    { id: 'Environment', source: environmentHandler },
  ]);
  emulator = await Emulator.start();
  useKeysOf(emulator);
  const restore = await changeTemplate(app, ({ Resources }) => {
    Resources.OtherRole = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } };
    Resources.Orders = {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'Orders',
        Code: thief,
        Handler: 'index.handler',
        Runtime: 'nodejs22.x',
        Role: { 'Fn::GetAtt': ['OtherRole', 'Arn'] },
      },
    };
  });
  await emulator.deploy(app.assembly);
  wire = await emulatedWire(emulator, app);
  impostor = await credentialsGivenTo('Orders');
  await restore();
  await emulator.deploy(app.assembly);
  await wire.startTunnel({ runnerFor, host: told.host });
  neighbour = await credentialsGivenTo('Environment');
});

afterAll(async () => {
  await wire?.[Symbol.asyncDispose]();
  await emulator?.close();
  await app?.remove();
});

async function credentialsGivenTo(name: string): Promise<Credentials> {
  const { body } = await wire.invoke(name);
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = JSON.parse(body.toString());
  expect(AWS_ACCESS_KEY_ID).toMatch(/^ASIA/);
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  };
}

const startsOf = (id: string) =>
  told.events.filter(
    (event) => (event.type === 'invocation-started' || event.type === 'process-started') && event.function === id,
  ).length;

/** Says Hello, attaches and has an event run, as a stub does. */
async function runAs(link: StubLink, event = '{}') {
  await link.open();
  const outcome = await link.invoke({ headers: {}, event: Buffer.from(event), deadlineMs: link.nowMs() + 30_000 });
  if (outcome.type !== 'result') throw new Error(`no answer but ${JSON.stringify(outcome)}`);
  return { type: outcome.result.outcome.type, body: JSON.parse(Buffer.from(outcome.result.outcome.body).toString()) };
}

describe('a forged stub', () => {
  it.each<readonly [string, () => Credentials, RegExp]>([
    [
      "with the role of another live function, under that one's own name",
      () => neighbour,
      /assumed-role\/.*\/Environment/,
    ],
    ["with another role, assumed with the function's name as session name", () => impostor, /OtherRole.*\/Orders/],
    [
      'with credentials that it made up',
      () => ({ accessKeyId: 'ASIAMADEUP', secretAccessKey: 'made-up-secret', sessionToken: 'made-up' }),
      /InvalidClientTokenId/,
    ],
    [
      "with a live function's access key id, but another secret",
      () => ({ ...neighbour, secretAccessKey: 'guessed-secret' }),
      /SignatureDoesNotMatch/,
    ],
  ])('%s, is told that it is not verified, and nothing is started', async (_what, credentials, reason) => {
    const own = JSON.parse((await wire.invoke('Orders', { before: 1 })).body.toString());
    const started = startsOf('Shop/Orders');
    const answer = await runAs(wire.stubLink({ functionPath: 'Shop/Orders', credentials: credentials() }));
    expect(answer).toMatchObject({ type: 'error', body: { errorType: 'LiveLambda.StubNotVerified' } });
    expect(answer.body.errorMessage).toMatch(/^Shop\/Orders: .*Nothing was run/);
    expect(answer.body.errorMessage).toMatch(reason);
    expect(JSON.stringify([answer, told.events])).not.toContain(credentials().secretAccessKey);
    expect(startsOf('Shop/Orders')).toBe(started);
    // The function's own environment goes on as it was.
    expect(own).toEqual({ before: 1 });
    expect((await wire.invoke('Orders', { after: 1 })).body.toString()).toBe('{"after":1}');
    expect(startsOf('Shop/Orders')).toBe(started + 1);
  });

  it('whose credentials are good chooses no code that runs here by variables', async () => {
    const variables = { ...dangerous, TABLE: 'orders' };
    const { body } = await runAs(
      wire.stubLink({ functionPath: 'Shop/Environment', credentials: neighbour, variables }),
    );
    expect(body.TABLE).toBe('orders');
    expect(JSON.stringify(body)).not.toContain('owned');
    expect(body).toMatchObject({ PATH: process.env.PATH, _HANDLER: 'Environment.handler' });
  });
});

describe("a live function's own variables", () => {
  it('that would run other code here are not taken over', async () => {
    const restore = await changeTemplate(app, ({ Resources }) => {
      const environment = Resources.Environment?.Properties.Environment as { Variables: Record<string, unknown> };
      Object.assign(environment.Variables, {
        PYTHONSTARTUP: '/owned.py',
        NODE_REDIRECT_WARNINGS: '/owned',
        COLOUR: 'blue',
      });
    });
    await emulator.deploy(app.assembly);
    const { body } = await wire.invoke('Environment');
    await restore();
    expect(JSON.parse(body.toString())).toMatchObject({ TABLE: 'orders', COLOUR: 'blue' });
    expect(body.toString()).not.toContain('owned');
  });
});

describe('a subscriber who reads both namespaces over the WebSocket', () => {
  it('learns no byte of a payload, a variable or a credential, compressed or not', async () => {
    const overheard: Uint8Array[] = [];
    const reader = wire.channel();
    for (const namespace of ['/to-tunnel/*', '/to-stub/*']) {
      await reader.subscribe(namespace, (event) => overheard.push(event));
    }
    const variables = { PASSWORD: 'correct-horse-battery-staple' };
    const payload = JSON.stringify({ name: 'the-payload-of-one-order'.repeat(200) });
    const link = wire.stubLink({ functionPath: 'Shop/Environment', credentials: neighbour, variables });
    const { body } = await runAs(link, payload);
    await expect.poll(() => overheard.length).toBeGreaterThanOrEqual(5);
    expect(body.PASSWORD).toBe(variables.PASSWORD);
    const secrets = [
      'correct-horse-battery-staple',
      'the-payload-of-one-order',
      'LAMBDA_TASK_ROOT',
      ...Object.values(neighbour),
    ];
    for (const event of overheard) expect(foundIn(event, secrets)).toEqual([]);
    // The search finds them where they are.
    const compressed = Buffer.concat([Buffer.from('some header'), deflateRawSync(JSON.stringify(variables))]);
    expect(foundIn(compressed, secrets)).toEqual(['correct-horse-battery-staple']);
    expect(foundIn(Buffer.from(`x${Buffer.from(payload).toString('base64')}`), secrets)).toHaveLength(1);
  });

  it('and publishes what was recorded again has no handler run again', async () => {
    const overheard: Uint8Array[] = [];
    const reader = wire.channel();
    await reader.subscribe('/to-tunnel/shop/default', (event) => overheard.push(event));
    const link = wire.stubLink({ functionPath: 'Shop/Environment', credentials: neighbour });
    await runAs(link);
    // A Hello, an Attach and an Invoke, which can be told only by their number.
    await expect.poll(() => overheard.length).toBeGreaterThanOrEqual(3);
    const started = startsOf('Shop/Environment');
    for (let times = 0; times < 3; times++) await reader.publish('/to-tunnel/shop/default', [...overheard]);
    expect((await wire.invoke('Orders', { still: 'here' })).body.toString()).toBe('{"still":"here"}');
    expect(startsOf('Shop/Environment')).toBe(started);
  });
});

describe('a tunnel that wants no proof', () => {
  it('runs what calls itself a function with credentials that nobody knows, and does not say as whom', async () => {
    const listened = listening();
    await wire.stopTunnels();
    await wire.startTunnel({ runnerFor, host: listened.host, stubTrust: 'none' });
    const credentials = { accessKeyId: 'made-up', secretAccessKey: 'made-up', sessionToken: 'made-up' };
    const answer = await runAs(wire.stubLink({ functionPath: 'Shop/Orders', credentials }), '{"n":1}');
    expect(answer).toEqual({ type: 'response', body: { n: 1 } });
    expect(listened.events).toContainEqual(expect.objectContaining({ type: 'started', stubTrust: 'none' }));
    expect(listened.events.map(({ type }) => type)).not.toContain('verified');
  });
});

/** Which of these texts can be had of the bytes by whoever decodes and inflates what can be. */
function foundIn(event: Uint8Array, secrets: readonly string[]): readonly string[] {
  const bytes = Buffer.from(event);
  const views = [bytes, Buffer.from(bytes).reverse()];
  for (let from = 0; from < Math.min(bytes.length, 4000); from++) {
    try {
      views.push(inflateRawSync(bytes.subarray(from), { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1e6 }));
    } catch {
      // Nothing that was compressed begins here.
    }
  }
  return secrets.filter((secret) => views.some((view) => encodings(secret).some((text) => view.includes(text))));
}

/** A text, and what is in base64 of something that it is a part of, at each of the three places that it can begin. */
function encodings(text: string): readonly (string | Buffer)[] {
  const inBase64 = [0, 1, 2].flatMap((shift) => {
    const whole = Buffer.from(`${'x'.repeat(shift)}${text}`);
    const inner = whole.toString('base64').replaceAll('=', '').slice(4, -2);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [text, Buffer.from(text).toString('hex'), Buffer.from(text, 'utf16le'), ...inBase64];
}
