import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { Credentials } from '@live-lambda/emulator';
import { createAppSyncChannel } from '@live-lambda/protocol/appsync';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTunnel, type TunnelEvent, type TunnelProcess } from '../demo/programs.ts';
import { sampleInvocations } from '../demo/sample-events.ts';
import { type DeployedApp, deployApp } from './fixtures/deployed-app.ts';

const stackName = 'OrderService';
const parcel = { country: 'DE', weightGrams: 1800, totalCents: 2848 };

let app: DeployedApp;
let outputs: Readonly<Record<string, string>>;
/** Of a user who has the developers' policy of the stack and nothing else. */
let developer: Credentials;
let tunnel: TunnelProcess | undefined;

beforeAll(async () => {
  app = await deployApp({ appFolder: join(import.meta.dirname, '..'), context: ['live-lambda=true'] });
  const { stacks } = await app.emulator.deploy(app.assemblyFolder);
  outputs = stacks[0]?.outputs ?? {};
  developer = app.emulator.credentialsFor({ policyArns: [outputs.LiveLambdaDeveloperPolicy ?? ''] });
});
afterEach(async () => {
  await tunnel?.stop();
  tunnel = undefined;
});
afterAll(() => app?.[Symbol.asyncDispose]());

/** Starts a tunnel of the developer, and gives the event that it is ready with, or the error that it ends with. */
async function openTunnel(): Promise<TunnelEvent> {
  const { emulator, assemblyFolder, configFolder } = app;
  tunnel = startTunnel({
    assemblyFolder,
    endpoint: emulator.endpoint,
    variables: {
      AWS_ACCESS_KEY_ID: developer.accessKeyId,
      AWS_SECRET_ACCESS_KEY: developer.secretAccessKey,
      AWS_REGION: emulator.region,
      LIVE_LAMBDA_CONFIG_DIR: configFolder,
    },
  });
  return tunnel.waitFor(({ type }) => type === 'ready' || type === 'error');
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: ResourceProperties }>>;
}

interface ResourceProperties {
  Description?: string;
  readonly PolicyDocument: { Statement: readonly Statement[] };
}

interface Statement {
  readonly Action: string;
  readonly Resource: unknown;
}

let deployments = 0;

/** Deploys the app with another template, all of whose functions begin anew: what is connected stays so otherwise. */
async function deployChanged(change: (template: Template) => void): Promise<void> {
  const folder = `${app.assemblyFolder}-changed`;
  await cp(app.assemblyFolder, folder, { recursive: true });
  const file = join(folder, `${stackName}.template.json`);
  const template: Template = JSON.parse(await readFile(file, 'utf8'));
  change(template);
  deployments += 1;
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type === 'AWS::Lambda::Function') Properties.Description = `deployment ${deployments}`;
  }
  await writeFile(file, JSON.stringify(template));
  await app.emulator.deploy(folder);
  await rm(folder, { recursive: true });
}

/** Changes the statements about an action in all policies of a type. */
const changing =
  (type: string, action: string, changed: (statement: Statement) => readonly Statement[]) =>
  ({ Resources }: Template): void => {
    let count = 0;
    for (const { Type, Properties } of Object.values(Resources)) {
      if (Type !== type) continue;
      const { PolicyDocument } = Properties;
      PolicyDocument.Statement = PolicyDocument.Statement.flatMap((statement) => {
        if (statement.Action !== action) return [statement];
        count += 1;
        return changed(statement);
      });
    }
    if (count === 0) throw new Error(`no ${type} has a statement about ${action}`);
  };

async function invoke(fn: string, event: unknown) {
  const { Payload, FunctionError } = await app.lambda.send(
    new InvokeCommand({ FunctionName: app.nameOf(fn), Payload: Buffer.from(JSON.stringify(event)) }),
  );
  return { failed: FunctionError !== undefined, payload: Buffer.from(Payload ?? []).toString() };
}

const denied = (principal: string, action: string, resource: string) =>
  new RegExp(`User: arn:aws:${principal} is not authorized to perform: ${action} on resource: arn:aws:${resource} `);

const user = 'iam::\\d+:user/user-\\d+';
const role = `sts::\\d+:assumed-role/${stackName}-QuoteShipping\\S+/${stackName}-QuoteShipping\\S+`;
const namespace = (name: string) => `appsync:\\S+:apis/[a-z0-9]+/channelNamespace/${name}`;

describe('with the rights that the construct grants to roles and the policy that it makes for developers', () => {
  it('every function of the app runs on the laptop', async () => {
    await deployChanged(() => undefined);
    expect(await openTunnel()).toEqual({ type: 'ready' });
    for (const { function: fn, event, fails } of sampleInvocations()) {
      const { failed, payload } = await invoke(fn, event);
      expect([fn, failed, payload]).toEqual([fn, fails, expect.not.stringContaining('LiveLambda.')]);
    }
  });
});

describe("a statement that the developers' policy lacks", () => {
  it.each([
    ['appsync:EventConnect', 'appsync:\\S+:apis/[a-z0-9]+'],
    ['appsync:EventPublish', namespace('to-tunnel')],
    ['appsync:EventSubscribe', namespace('to-tunnel')],
    ['cloudformation:DescribeStacks', `cloudformation:\\S+:stack/${stackName}/\\*`],
  ])('is named when the tunnel starts: %s', async (action, resource) => {
    await deployChanged(changing('AWS::IAM::ManagedPolicy', action, () => []));
    const { type, message } = await openTunnel();
    expect(type).toBe('error');
    expect(message).toMatch(denied(user, action, resource));
  });

  it.each([
    ['cloudformation:ListStackResources', `cloudformation:\\S+:stack/${stackName}/\\*`],
    ['lambda:GetFunctionConfiguration', `lambda:\\S+:function:${stackName}-QuoteShipping\\S+`],
  ])('is named to the caller of a function whose stub cannot be checked: %s', async (action, resource) => {
    await deployChanged(changing('AWS::IAM::ManagedPolicy', action, () => []));
    expect(await openTunnel()).toEqual({ type: 'ready' });
    const { failed, payload } = await invoke('QuoteShipping', parcel);
    expect(failed).toBe(true);
    expect(payload).toContain('LiveLambda.StubNotVerified');
    expect(payload).toMatch(denied(user, action, resource));
  });

  it('is named by the tunnel when it answers no stub: appsync:EventPublish on to-stub', async () => {
    const onlyToTunnel = (statement: Statement) => {
      const [toTunnel, toStub] = Array.isArray(statement.Resource) ? statement.Resource : [];
      expect([JSON.stringify(toTunnel), JSON.stringify(toStub)]).toEqual([
        expect.stringContaining('to-tunnel'),
        expect.stringContaining('to-stub'),
      ]);
      return [{ ...statement, Resource: [toTunnel] }];
    };
    await deployChanged(changing('AWS::IAM::ManagedPolicy', 'appsync:EventPublish', onlyToTunnel));
    expect(await openTunnel()).toEqual({ type: 'ready' });
    const { failed } = await invoke('QuoteShipping', parcel);
    expect(failed).toBe(true);
    const note = await tunnel?.waitFor(({ type, text }) => type === 'note' && String(text).includes('authorized'));
    expect(note?.text).toMatch(denied(user, 'appsync:EventPublish', namespace('to-stub')));
  });
});

describe("a statement that a function's role lacks", () => {
  it.each([
    ['appsync:EventConnect', 'appsync:\\S+:apis/[a-z0-9]+'],
    ['appsync:EventPublish', namespace('to-tunnel')],
    ['appsync:EventSubscribe', namespace('to-stub')],
  ])('is named to its caller: %s', async (action, resource) => {
    await deployChanged(changing('AWS::IAM::Policy', action, () => []));
    const { failed, payload } = await invoke('QuoteShipping', parcel);
    expect(failed).toBe(true);
    expect(payload).toContain('LiveLambda.ApiRefused');
    expect(payload).toMatch(denied(role, action, resource));
  });
});

describe('the namespaces of a live stack', () => {
  /** Subscribes as somebody whom IAM lets do everything. */
  async function subscribe(name: string): Promise<void> {
    const { emulator } = app;
    await using channel = createAppSyncChannel({
      endpoint: {
        httpHost: outputs.LiveLambdaHttpHost ?? '',
        realtimeHost: outputs.LiveLambdaRealtimeHost ?? '',
        region: emulator.region,
      },
      credentials: async () => emulator.developerCredentials,
    });
    await channel.subscribe(name, () => undefined);
  }

  it.each(['to-tunnel', 'to-stub'])('refuse wildcards by code of their own: %s', async (name) => {
    await subscribe(`/${name}/order-service/any`);
    for (const wildcard of [`/${name}/*`, `/${name}/order-service/*`]) {
      await expect(subscribe(wildcard)).rejects.toThrow(
        `subscribing to ${wildcard}: UnauthorizedException (You are not authorized to make this call.)`,
      );
    }
  });
});
