import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Emulator } from '@live-lambda/emulator';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as appsync from 'aws-cdk-lib/aws-appsync';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LiveLambda, LiveLambdaApi, type LiveLambdaApiAttributes } from 'live-lambda-cdk';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTunnel, type TunnelEvent, type TunnelProcess } from '../demo/programs.ts';

const appFolder = join(import.meta.dirname, '..');
const functionsFolder = join(import.meta.dirname, 'fixtures/greeting');
const givenNamespaces = { toTunnelNamespace: 'team-to-tunnel', toStubNamespace: 'team-to-stub' };

let folder: string;
let emulator: Emulator;
let lambdaClient: LambdaClient;
let attributes: LiveLambdaApiAttributes;
const names = new Map<string, string>();
let tunnels: TunnelProcess[] = [];

/** Synthesizes live stacks with one function each, which call over the given API, and deploys them. */
async function deployLive(assembly: string, stacks: readonly string[], api: LiveLambdaApiAttributes): Promise<void> {
  const context = { 'live-lambda': 'true', 'live-lambda-ci': 'true' };
  const app = new App({ outdir: join(folder, assembly), context });
  LiveLambda.attach(app, { appName: 'greetings', api: LiveLambdaApi.fromAttributes(api) });
  for (const name of stacks) {
    new lambda.Function(new Stack(app, name), 'Greet', {
      code: lambda.Code.fromAsset(functionsFolder),
      handler: 'greeting.handler',
      runtime: lambda.Runtime.NODEJS_22_X,
      timeout: Duration.seconds(60),
      environment: { GREETING: `from ${name}` },
    });
  }
  app.synth();
  const deployed = await emulator.deploy(join(folder, assembly));
  for (const stack of deployed.stacks) names.set(stack.name, stack.functions[0]?.name ?? '');
}

/** An API that somebody made before, in a stack of its own. */
async function deployApi(): Promise<LiveLambdaApiAttributes> {
  const app = new App({ outdir: join(folder, 'api') });
  const stack = new Stack(app, 'SharedApi');
  const iam = { authType: 'AWS_IAM' };
  const api = new appsync.CfnApi(stack, 'Api', {
    name: 'shared',
    eventConfig: {
      authProviders: [iam],
      connectionAuthModes: [iam],
      defaultPublishAuthModes: [iam],
      defaultSubscribeAuthModes: [iam],
    },
  });
  for (const name of Object.values(givenNamespaces))
    new appsync.CfnChannelNamespace(stack, name, { apiId: api.attrApiId, name });
  new CfnOutput(stack, 'ApiId', { value: api.attrApiId });
  new CfnOutput(stack, 'HttpHost', { value: api.attrDnsHttp });
  new CfnOutput(stack, 'RealtimeHost', { value: api.attrDnsRealtime });
  app.synth();
  const { stacks } = await emulator.deploy(join(folder, 'api'));
  const { ApiId = '', HttpHost = '', RealtimeHost = '' } = stacks[0]?.outputs ?? {};
  return { apiId: ApiId, httpHost: HttpHost, realtimeHost: RealtimeHost };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live-lambda-shared-api-'));
  vi.stubEnv('LIVE_LAMBDA_CONFIG_DIR', join(folder, 'config'));
  vi.stubEnv('CDK_VALIDATION', 'false');
  emulator = await Emulator.start();
  const { endpoint, region, developerCredentials: credentials } = emulator;
  lambdaClient = new LambdaClient({ endpoint, region, credentials, maxAttempts: 1 });
  attributes = await deployApi();
  await deployLive('orders', ['Orders'], attributes);
  await deployLive('payments', ['Payments'], attributes);
  await deployLive('team', ['TeamOrders', 'TeamPayments'], { ...attributes, ...givenNamespaces });
});
afterEach(async () => {
  await Promise.all(tunnels.map((tunnel) => tunnel.stop()));
  tunnels = [];
});
afterAll(async () => {
  vi.unstubAllEnvs();
  lambdaClient?.destroy();
  await emulator?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** A tunnel for what was synthesized into a folder, and what it told. */
async function openTunnel(assembly: string): Promise<readonly TunnelEvent[]> {
  const { accessKeyId, secretAccessKey } = emulator.developerCredentials;
  const events: TunnelEvent[] = [];
  const tunnel = startTunnel({
    folder: appFolder,
    assemblyFolder: join(folder, assembly),
    endpoint: emulator.endpoint,
    variables: {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: emulator.region,
      LIVE_LAMBDA_CONFIG_DIR: join(folder, 'config'),
    },
    onEvent: (event) => events.push(event),
  });
  tunnels.push(tunnel);
  await tunnel.waitFor(({ type }) => type === 'ready');
  return events;
}

async function greet(stack: string) {
  const answer = await lambdaClient.send(new InvokeCommand({ FunctionName: names.get(stack) ?? stack }));
  return JSON.parse(Buffer.from(answer.Payload ?? []).toString());
}

/** Except that this machine may lack the Node of the runtime. */
const warningsIn = (events: readonly TunnelEvent[]) =>
  events
    .filter(({ type, level }) => type === 'note' && level === 'warning')
    .map(({ text }) => String(text))
    .filter((text) => !text.includes('runs on Node'));

describe('stacks on an Events API that is given', () => {
  it('answer through the tunnel, and of two that share it neither hears the other', async () => {
    const orders = await openTunnel('orders');
    expect(await greet('Orders')).toMatchObject({ greeting: 'from Orders' });
    expect((await greet('Payments')).errorMessage).toContain('no tunnel');
    const payments = await openTunnel('payments');
    expect(await greet('Payments')).toMatchObject({ greeting: 'from Payments' });
    expect(await greet('Orders')).toMatchObject({ greeting: 'from Orders' });
    const finished = orders.filter(({ type }) => type === 'invocation-finished');
    expect(finished.map((event) => event.function)).toEqual(['Orders/Greet', 'Orders/Greet']);
    expect([...warningsIn(orders), ...warningsIn(payments)]).toEqual([]);
  });

  it('may share its namespaces too: one connection serves them all, and no tunnel takes itself for another', async () => {
    const events = await openTunnel('team');
    expect(await greet('TeamOrders')).toMatchObject({ greeting: 'from TeamOrders' });
    expect(await greet('TeamPayments')).toMatchObject({ greeting: 'from TeamPayments' });
    expect(warningsIn(events)).toEqual([]);
  });
});
