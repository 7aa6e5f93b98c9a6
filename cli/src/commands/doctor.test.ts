import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Emulator } from '@live-lambda/emulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeTemplate } from '../fixtures/emulated-wire.ts';
import { type FixtureApp, fixtureApp } from '../fixtures/fixture-app.ts';
import { runCli } from '../fixtures/run-cli.ts';
import { developerVariables } from '../fixtures/tunnel-programs.ts';

let app: FixtureApp;
let emulator: Emulator;
let home: string;
let slowClock: Server;

/** AWS's time, ten minutes ahead of this machine's. */
const aheadMs = 10 * 60_000;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'live-lambda-home-'));
  app = await fixtureApp([
    { id: 'Orders', source: 'export const handler = async () => 1;' },
    { id: 'Renamed', source: 'export const main = async () => 1;' },
  ]);
  emulator = await Emulator.start();
  await emulator.deploy(app.assembly);
  slowClock = createServer((_request, response) => {
    response.writeHead(400, { date: new Date(Date.now() + aheadMs).toUTCString() }).end();
  });
  await new Promise<void>((resolve) => slowClock.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  slowClock?.close();
  await emulator?.close();
  await app?.remove();
  await rm(home, { recursive: true, force: true });
});

interface Shown {
  readonly failed: number;
  readonly checks: readonly { id: string; status: string; reason: string; fix?: string }[];
}

const variables = (over: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  ...(developerVariables(emulator, home) as Record<string, string>),
  ...over,
});

async function doctor(over: { readonly args?: readonly string[]; readonly env?: Record<string, string> } = {}) {
  const { args = ['--endpoint', emulator.endpoint], env = variables() } = over;
  const { code, stdout, stderr } = await runCli(['doctor', '--json', ...args], { cwd: app.folder, env });
  const shown: Shown = JSON.parse(stdout);
  const check = (id: string) => shown.checks.find((each) => each.id === id);
  return { code, stderr, shown, check };
}

describe('live-lambda doctor', () => {
  it('finds out by really trying that a developer can use what is deployed', async () => {
    const { code, stderr, shown, check } = await doctor();
    expect([code, stderr, shown.failed]).toEqual([0, '', 0]);
    expect(check('credentials')).toMatchObject({ status: 'ok', reason: expect.stringContaining('arn:aws:iam::') });
    expect(check('deployed')).toMatchObject({ status: 'ok', reason: 'Shop in us-east-1' });
    expect(check('http')).toMatchObject({ status: 'ok' });
    expect(check('websocket')).toMatchObject({
      status: 'ok',
      reason: expect.stringMatching(/^there and back in \d+ ms$/),
    });
    expect(check('permissions')).toMatchObject({ status: 'ok', reason: 'connect, subscribe and publish' });
    expect(check('functions')).toMatchObject({ status: 'ok', reason: '2 functions were found' });
    expect(check('clock')).toMatchObject({ status: 'ok' });
    expect(check('stub')).toMatchObject({ status: 'ok', reason: '2 as synthesized' });
    expect(check('trust')).toMatchObject({ status: 'ok', reason: 'the stubs trust whoever IAM lets publish' });
    expect(check('handlers')).toMatchObject({
      status: 'warning',
      reason: 'src/Renamed.mjs does not seem to export "handler", the handler of Shop/Renamed.',
    });
  });

  it('shows a line for each check, with what to do about it, and a summary', async () => {
    const { code, stdout } = await runCli(['doctor', '--app', 'nowhere'], { cwd: app.folder, env: { HOME: home } });
    expect(stdout).toMatch(/^✓ Node {2,}20|^✓ Node {2,}2\d/);
    expect(stdout).toMatch(
      /✗ Manifest +There is no folder .*nowhere\.\n +→ Deploy the CDK app in live mode \(`npx live-lambda deploy`\)/,
    );
    expect(stdout).toMatch(/- Handlers +needs what "Manifest" is about, see there/);
    expect(stdout).toMatch(/\n\d of 21 failed; /);
    expect(code).toBe(1);
  });

  it('says which permission is missing', async () => {
    const stranger = await emulator.credentialsFor({ policyArns: [] });
    const env = variables({ AWS_ACCESS_KEY_ID: stranger.accessKeyId, AWS_SECRET_ACCESS_KEY: stranger.secretAccessKey });
    const { code, check } = await doctor({ env });
    expect(check('credentials')).toMatchObject({ status: 'ok' });
    expect(check('deployed')).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/not authorized to perform/),
    });
    expect(code).toBe(1);
  });

  it('says what of the Events API is refused', async () => {
    const undo = await changeTemplate(app, ({ Resources }) => {
      const allow = (Action: readonly string[], Resource: unknown) => ({ Effect: 'Allow', Action, Resource });
      const toTunnel = { 'Fn::GetAtt': ['ToTunnel', 'ChannelNamespaceArn'] };
      const Statement = [
        allow(['cloudformation:*', 'lambda:*', 'appsync:EventConnect'], '*'),
        allow(['appsync:EventPublish', 'appsync:EventSubscribe'], toTunnel),
      ];
      const PolicyDocument = { Version: '2012-10-17', Statement };
      Resources.Half = { Type: 'AWS::IAM::ManagedPolicy', Properties: { ManagedPolicyName: 'Half', PolicyDocument } };
    });
    await emulator.deploy(app.assembly);
    const half = emulator.credentialsFor({ policyArns: [`arn:aws:iam::${emulator.account}:policy/Half`] });
    const env = variables({ AWS_ACCESS_KEY_ID: half.accessKeyId, AWS_SECRET_ACCESS_KEY: half.secretAccessKey });
    const { code, check } = await doctor({ env });
    expect(check('websocket')).toMatchObject({ status: 'ok' });
    expect(check('permissions')).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/^You may not publish to stubs at the API of Shop: .*appsync:EventPublish/),
    });
    expect(code).toBe(1);
    await undo();
    await emulator.deploy(app.assembly);
  });

  it('says that another stub is deployed than that of the last synth', async () => {
    const assets = await readFile(join(app.assembly, 'Shop.assets.json'), 'utf8');
    await app.write('cdk.out/newer.zip', 'of a newer release');
    await app.write('cdk.out/Shop.assets.json', assets.replace(/"path":"[^"]*stub\.zip"/, '"path":"newer.zip"'));
    expect((await doctor()).check('stub')).toMatchObject({
      status: 'warning',
      reason: expect.stringMatching(/^The stub that is deployed for Shop\/Orders, Shop\/Renamed is another one/),
    });
    await app.write('cdk.out/Shop.assets.json', assets);
  });

  it('says that a clock is off by more than AWS tolerates', async () => {
    const { port } = slowClock.address() as AddressInfo;
    const { check } = await doctor({ args: ['--endpoint', `http://127.0.0.1:${port}`] });
    expect(check('clock')).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/clock is 10 minutes behind AWS's: AWS refuses/),
      fix: expect.stringContaining('timedatectl'),
    });
  });

  it('says that no WebSocket comes about, and makes the checks that need one no further', async () => {
    const undo = await changeTemplate(app, (template) => {
      Object.assign(template, {
        Outputs: {
          LiveLambdaHttpHost: { Value: { 'Fn::GetAtt': ['Api', 'Dns.Http'] } },
          LiveLambdaRealtimeHost: { Value: '127.0.0.1:9' },
          LiveLambdaApiId: { Value: { 'Fn::GetAtt': ['Api', 'ApiId'] } },
        },
      });
    });
    await emulator.deploy(app.assembly);
    const { check } = await doctor();
    expect(check('http')).toMatchObject({ status: 'ok' });
    expect(check('websocket')).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/^No WebSocket to 127\.0\.0\.1:9: .*ECONNREFUSED/),
      fix: expect.stringContaining('HTTPS_PROXY'),
    });
    expect(check('permissions')).toMatchObject({ status: 'skipped', reason: 'needs a WebSocket, see there' });
    await undo();
    await emulator.deploy(app.assembly);
  });
});
