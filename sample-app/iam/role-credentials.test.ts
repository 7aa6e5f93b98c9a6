import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetFunctionConfigurationCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import { DeleteObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Credentials, RoleSession, SessionCredentials } from '@live-lambda/emulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTunnel, type TunnelProcess } from '../demo/programs.ts';
import { type DeployedApp, deployApp } from '../test/fixtures/deployed-app.ts';
import { type Moto, motoAccount, type Statement, startMoto } from './moto.ts';
import { startRenewingHost } from './renewing-host.ts';

const appFolder = join(import.meta.dirname, 'app');

let home: string;
let moto: Moto;
let app: DeployedApp;
let tunnel: TunnelProcess;
/** Of the person at the laptop, who may do everything to S3 and nothing else. */
let developer: Credentials;

/** A session of a function's role that Lambda has taken. */
interface TakenSession extends RoleSession {
  readonly credentials: SessionCredentials;
}
const sessions: TakenSession[] = [];
/** Where the emulator has unpacked the code that is deployed for a function. */
const codeFolders = new Map<string, string>();

/** What AWS's programs find on a laptop: the developer's identity, as the default and under a name. */
async function writeProfiles({ accessKeyId, secretAccessKey }: Credentials): Promise<void> {
  const keys = `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
  await mkdir(join(home, '.aws'));
  await writeFile(join(home, '.aws/credentials'), `[default]\n${keys}\n[developer]\n${keys}`);
  await writeFile(
    join(home, '.aws/config'),
    '[default]\nregion = us-east-1\n\n[profile developer]\nregion = us-east-1\n',
  );
}

const configurationOf = (id: string) =>
  app.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: app.nameOf(id) }));

/** The role of a function, as moto has it: with the very statements of the app. */
async function copyRole(id: string): Promise<void> {
  const { Role = '' } = await configurationOf(id);
  const statements: readonly Statement[] = JSON.parse(await readFile(join(appFolder, 'role-policy.json'), 'utf8'));
  await moto.createRole(Role.split('/').at(-1) ?? '', { assumedBy: 'lambda', statements });
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'live-lambda-iam-'));
  moto = await startMoto();
  await moto.createBucket('books');
  await moto.createBucket('payroll');
  developer = await moto.createUser('developer', [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]);
  // Stands for AWS Lambda, which alone takes the roles of functions.
  const lambda = await moto.createUser('lambda', [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }]);
  const assumeRole = moto.assumeRole(lambda);
  app = await deployApp({
    appFolder,
    context: ['live-lambda=true'],
    variables: { STORAGE_URL: moto.url },
    emulator: {
      account: motoAccount,
      assumeRole: async (session) => {
        const credentials = await assumeRole(session);
        sessions.push({ ...session, credentials });
        return credentials;
      },
      onEvent: (event) => {
        if (event.type === 'environment-started') codeFolders.set(event.functionName, event.folder);
      },
    },
  });
  await copyRole('KeepBooks');
  await copyRole('KeepBooksElsewhere');
  await moto.enforce();
  app.emulator.credentialsFor({ policyArns: [app.outputs.LiveLambdaDeveloperPolicy ?? ''], credentials: developer });
  await writeProfiles(developer);
  tunnel = startTunnel({
    folder: appFolder,
    assemblyFolder: app.assemblyFolder,
    endpoint: app.emulator.endpoint,
    // As in a shell of somebody who has chosen a profile.
    variables: { HOME: home, AWS_PROFILE: 'developer', LIVE_LAMBDA_CONFIG_DIR: app.configFolder },
  });
  await tunnel.waitFor(({ type }) => type === 'ready');
});
afterAll(async () => {
  await tunnel?.stop();
  await app?.[Symbol.asyncDispose]();
  await moto?.[Symbol.asyncDispose]();
  if (home !== undefined) await rm(home, { recursive: true, force: true });
});

interface Kept {
  readonly pid: number;
  readonly result: unknown;
}

/** Invokes a function. @throws Error with the type and the message of its error */
async function keepBooks(event: object, id = 'KeepBooks'): Promise<Kept> {
  const FunctionName = app.nameOf(id);
  const { Payload, FunctionError } = await app.lambda.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
  );
  const answer = JSON.parse(Buffer.from(Payload ?? []).toString());
  if (FunctionError !== undefined) throw new Error(`${answer.errorType}: ${answer.errorMessage}`);
  return answer;
}

const asDeveloper = () => ({ endpoint: moto.url, region: 'us-east-1', credentials: developer });
const march = { bucket: 'books', key: 'ledgers/march.txt' };

describe("a function on the developer's machine", () => {
  it('is itself, and neither the developer nor Lambda', async () => {
    const { result } = await keepBooks({ action: 'identify' });
    const session = sessions.find(({ sessionName }) => sessionName === app.nameOf('KeepBooks'));
    const roleName = session?.roleArn.split('/').at(-1);
    expect(result).toMatchObject({
      arn: `arn:aws:sts::${motoAccount}:assumed-role/${roleName}/${app.nameOf('KeepBooks')}`,
      accessKeyId: expect.stringMatching(/^ASIA/),
    });
    const { Arn } = await new STSClient(asDeveloper()).send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe(`arn:aws:iam::${motoAccount}:user/developer`);
  });

  it('does to S3 what its role allows', async () => {
    expect((await keepBooks({ action: 'put', ...march, text: 'paid 12.50' })).result).toBe(march.key);
    expect((await keepBooks({ action: 'list', bucket: 'books' })).result).toEqual([march.key]);
    expect((await keepBooks({ action: 'get', ...march })).result).toBe('paid 12.50');
  });

  it('is denied what its role does not allow, though the developer may do it', async () => {
    await keepBooks({ action: 'put', ...march, text: 'paid 12.50' });
    for (const [event, denied] of [
      [{ action: 'list', bucket: 'payroll' }, 'AccessDenied: Access Denied'],
      [{ action: 'put', bucket: 'books', key: 'notes/march.txt', text: '' }, 'AccessDenied: Access Denied'],
      [{ action: 'delete', ...march }, 'AccessDenied: Access Denied'],
    ] as const) {
      await expect(keepBooks(event)).rejects.toThrow(denied);
      await expect(keepBooks({ ...event, fresh: true })).rejects.toThrow(denied);
    }
    const s3 = new S3Client(asDeveloper());
    expect((await s3.send(new ListObjectsV2Command({ Bucket: 'payroll' }))).KeyCount).toBe(0);
    await s3.send(new DeleteObjectCommand({ Bucket: march.bucket, Key: march.key }));
    expect((await keepBooks({ action: 'list', bucket: 'books' })).result).toEqual([]);
  });
});

interface Identity {
  readonly arn: string;
  readonly accessKeyId: string;
}

const identify = async (id?: string) => (await keepBooks({ action: 'identify' }, id)).result as Identity;

describe('when Lambda replaces an execution environment', () => {
  it('the next event finds the new credentials, and what the role allows goes on', async () => {
    const before = await identify();
    app.emulator.replaceEnvironments();
    const after = await identify();
    expect(after.arn).toBe(before.arn);
    expect(after.accessKeyId).not.toBe(before.accessKeyId);
    expect(after.accessKeyId).toBe(sessions.at(-1)?.credentials.accessKeyId);
    expect((await keepBooks({ action: 'put', ...march, text: 'paid' })).result).toBe(march.key);
    await expect(keepBooks({ action: 'list', bucket: 'payroll' })).rejects.toThrow('AccessDenied');
  });
});

/** The variables by which a process has credentials. */
const credentialVariables = (credentials: SessionCredentials | undefined) => ({
  AWS_ACCESS_KEY_ID: credentials?.accessKeyId ?? '',
  AWS_SECRET_ACCESS_KEY: credentials?.secretAccessKey ?? '',
  AWS_SESSION_TOKEN: credentials?.sessionToken ?? '',
});

describe('when a host renews the credentials of an execution environment that runs', () => {
  it('the process on this machine goes on, and has them from the next event on', async () => {
    const id = 'KeepBooksElsewhere';
    await identify(id);
    app.emulator.replaceEnvironments();
    await identify(id);
    const [first, second] = sessions
      .filter(({ sessionName }) => sessionName === app.nameOf(id))
      .map(({ credentials }) => credentials);
    const { Environment } = await configurationOf(id);
    using host = startRenewingHost(join(codeFolders.get(app.nameOf(id)) ?? '', 'live-lambda/handler.js'), {
      ...Environment?.Variables,
      AWS_REGION: app.emulator.region,
      AWS_LAMBDA_FUNCTION_NAME: app.nameOf(id),
      ...credentialVariables(first),
    });
    const event = { action: 'identify', fresh: true };
    const before = (await host.call(event)) as Kept;
    const after = (await host.call(event, credentialVariables(second))) as Kept;
    expect(before).toMatchObject({ result: { accessKeyId: first?.accessKeyId } });
    expect(after).toMatchObject({ pid: before.pid, result: { accessKeyId: second?.accessKeyId } });
    expect(second?.accessKeyId).not.toBe(first?.accessKeyId);
    await expect(host.call({ action: 'list', bucket: 'payroll', fresh: true })).rejects.toThrow('AccessDenied');
  });
});

describe('a process without credentials', () => {
  it("has none, and does not take the developer's instead", async () => {
    const forget = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
    try {
      await expect(keepBooks({ action: 'list', bucket: 'payroll', fresh: true, forget })).rejects.toThrow(
        'CredentialsProviderError',
      );
    } finally {
      // That process is of no use to anybody else.
      app.emulator.replaceEnvironments();
    }
  });
});
