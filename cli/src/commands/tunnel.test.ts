import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Emulator } from '@live-lambda/emulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FixtureApp, fixtureApp } from '../fixtures/fixture-app.ts';
import { isAlive } from '../fixtures/process-liveness.ts';
import { developerVariables, invokeFunction, tunnelPrograms } from '../fixtures/tunnel-programs.ts';

let app: FixtureApp;
let emulator: Emulator;
let home: string;
const programs = tunnelPrograms();

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'live-lambda-home-'));
  app = await fixtureApp([
    {
      id: 'Orders',
      source:
        'export const handler = async (event) => { console.log("serving"); return { pid: process.pid, event }; };',
    },
    {
      id: 'Slow',
      source: 'await new Promise((resolve) => setTimeout(resolve, 8000)); export const handler = () => 1;',
    },
  ]);
  emulator = await Emulator.start();
  await emulator.deploy(app.assembly);
});

afterEach(() => programs.kill());

afterAll(async () => {
  await emulator?.close();
  await app?.remove();
  await rm(home, { recursive: true, force: true });
});

const variables = (over: Readonly<Record<string, string | undefined>> = {}) => developerVariables(emulator, home, over);
const live = (args: readonly string[], env = variables()) => programs.start(args, { cwd: app.folder, env });

const atEmulator = () => ['--endpoint', emulator.endpoint];

const invoke = (name = 'Orders') => invokeFunction(emulator, name);

describe('live-lambda tunnel', () => {
  it('takes invocations, shows each in a line, and leaves on Ctrl-C saying what the stubs will do', async () => {
    const tunnel = live(['--app', 'cdk.out', '--runner', 'tsx', ...atEmulator()]);
    await tunnel.printed('Ready.');
    const { payload } = await invoke();
    expect(payload).toEqual({ pid: expect.any(Number), event: {} });
    await tunnel.printed('INFO serving');
    tunnel.child.kill('SIGINT');
    const { code, stdout, stderr } = await tunnel.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/✓ Shop\/Orders {2}[0-9a-f]{8} {2}ok {2}\d+ ms/);
    expect(stdout).toContain('Stopped after 1 invocation, 0 failed.');
    expect(stderr).toContain('The stubs now answer with an error');
    expect(isAlive(payload.pid)).toBe(false);
    expect(await invoke()).toMatchObject({
      failed: 'Unhandled',
      payload: { errorType: 'LiveLambda.NobodyAnswered', errorMessage: expect.stringContaining('live-lambda tunnel') },
    });
  });

  it('writes JSON lines when asked to, and nothing else to stdout', async () => {
    const tunnel = live(['--json', ...atEmulator()]);
    await tunnel.printed('"type":"ready"');
    expect(await invoke()).toMatchObject({ payload: { event: {} } });
    await tunnel.printed('"type":"invocation-finished"');
    tunnel.child.kill('SIGTERM');
    const { code, stdout } = await tunnel.ended;
    expect(code).toBe(0);
    const types = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).type);
    expect(types).toEqual(
      expect.arrayContaining([
        'started',
        'ready',
        'process-started',
        'invocation-started',
        'output',
        'invocation-finished',
        'stopped',
      ]),
    );
  });

  it('leaves on Ctrl-C while a function starts', async () => {
    const tunnel = live(['--json', ...atEmulator()]);
    await tunnel.printed('"type":"ready"');
    const answered = invoke('Slow');
    await tunnel.printed(/"type":"process-started"[^\n]*"Shop\/Slow"/);
    await tunnel.printed('"type":"invocation-started","function":"Shop/Slow"');
    tunnel.child.kill('SIGINT');
    const { code, stdout, stderr } = await tunnel.ended;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('"type":"stopped"');
    expect(stdout).not.toContain('could not be published');
    expect(await answered).toMatchObject({ failed: 'Unhandled' });
  });

  it('leaves no process behind when it is killed', async () => {
    const tunnel = live(['--json', ...atEmulator()]);
    await tunnel.printed('"type":"ready"');
    const { payload } = await invoke();
    expect(payload).toEqual({ pid: expect.any(Number), event: {} });
    expect(isAlive(payload.pid)).toBe(true);
    tunnel.child.kill('SIGKILL');
    await expect.poll(() => isAlive(payload.pid)).toBe(false);
  });

  it.each<readonly [string, readonly string[], Record<string, string | undefined>, RegExp, RegExp]>([
    ['a folder without an app', ['--app', 'nowhere'], {}, /There is no folder .*nowhere/, /live-lambda deploy/],
    ['a runner that there is not', ['--runner', 'deno'], {}, /There is no runner "deno"/, /tsx/],
    ['no region', [], { AWS_REGION: undefined }, /[Rr]egion is missing/, /AWS_REGION/],
    ['an empty region', [], { AWS_REGION: '' }, /[Rr]egion/, /AWS_REGION/],
    [
      'credentials that AWS does not know',
      [],
      { AWS_ACCESS_KEY_ID: 'AKIAUNKNOWN' },
      /AWS did not say who you are/,
      /Sign in again/,
    ],
    ['no credentials', [], { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }, /credentials/, /aws sso login/],
    [
      'an endpoint where nobody listens',
      ['--endpoint', 'http://127.0.0.1:1'],
      {},
      /AWS did not say who you are/,
      /--endpoint/,
    ],
    ['an endpoint that is no URL', ['--endpoint', 'foo'], {}, /--endpoint .*"foo"/, /http:\/\/127\.0\.0\.1:4566/],
    [
      'stubs that need not prove what they are, but AWS itself',
      ['--trust-stub', 'none', '--endpoint', 'https://lambda.eu-west-1.amazonaws.com'],
      {},
      /--trust-stub none \(--trust-stub\) is for emulators of AWS on this machine, and --endpoint https:\/\/lambda/,
      /leave --trust-stub out/,
    ],
    [
      'an endpoint that is no web address',
      ['--endpoint', 'ftp://localhost'],
      {},
      /--endpoint .*"ftp:\/\/localhost"/,
      /http/,
    ],
  ])('says what is wrong and what to do with %s', async (_what, args, env, message, hint) => {
    const given = args.includes('--endpoint') ? args : [...args, ...atEmulator()];
    const { code, stderr } = await live(given, variables(env)).ended;
    const words = stderr.replace(/[\s›]+/g, ' ');
    expect(code).toBe(1);
    expect(words).toMatch(message);
    expect(words).toMatch(hint);
    expect(words).not.toContain(emulator.developerCredentials.secretAccessKey);
  });

  it('says that a stack is not deployed', async () => {
    const other = await Emulator.start();
    const { accessKeyId, secretAccessKey } = other.developerCredentials;
    const { code, stderr } = await live(
      ['--endpoint', other.endpoint],
      variables({ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }),
    ).ended;
    await other.close();
    expect(code).toBe(1);
    expect(stderr.replace(/[\s›]+/g, ' ')).toContain(`Stack Shop is not deployed in ${other.region}.`);
  });

  it('writes an error as small JSON when asked for JSON', async () => {
    const { code, stdout } = await live(['--json', '--app', 'nowhere', ...atEmulator()]).ended;
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      type: 'error',
      message: expect.stringContaining('nowhere'),
      hint: expect.any(String),
    });
  });

  it('refuses an option that it does not know', async () => {
    const { code, stderr } = await live(['--verbos']).ended;
    expect(code).toBe(2);
    expect(stderr).toContain('--verbos');
  });

  it('is not held up by a service that does not answer', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const tunnel = live(['--endpoint', `http://127.0.0.1:${(silent.address() as AddressInfo).port}`]);
    await new Promise<void>((resolve) => silent.once('request', () => resolve()));
    tunnel.child.kill('SIGINT');
    const { code } = await tunnel.ended;
    silent.closeAllConnections();
    silent.close();
    expect(code).toBe(130);
  });
});
