import { join } from 'node:path';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { AssumeRole, Credentials } from '@live-lambda/emulator';
import { startSupervisedProcess } from '@live-lambda/runner';
import { programsOf } from '../python/virtual-environment.ts';

/** A statement of a policy. */
export type Statement = Readonly<Record<string, unknown>>;

/** S3, IAM and STS by moto, in a process of its own, which at first lets everybody do everything. */
export interface Moto extends AsyncDisposable {
  readonly url: string;
  createBucket(name: string): Promise<void>;
  /** Gives the keys of a user who may do what is stated. */
  createUser(userName: string, statements: readonly Statement[]): Promise<Credentials>;
  /** Makes a role that may do what is stated, and that one user may assume, who needs a right to it as well. */
  createRole(
    roleName: string,
    role: { readonly assumedBy: string; readonly statements: readonly Statement[] },
  ): Promise<void>;
  /** Takes a role in the name of a user. */
  assumeRole(as: Credentials): AssumeRole;
  /** From now on nobody may do anything but what policies allow. */
  enforce(): Promise<void>;
}

/** The account of everything in moto, unless it is told another one. */
export const motoAccount = '123456789012';

const region = 'us-east-1';
const policy = (statements: readonly Statement[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });

/** @throws Error with what it said, where it does not start */
async function startServer() {
  const said: string[] = [];
  let found: (url: string) => void = () => undefined;
  const listening = new Promise<string>((resolve) => {
    found = resolve;
  });
  const server = startSupervisedProcess({
    command: join(programsOf('iam'), 'moto_server'),
    args: ['-H', '127.0.0.1', '-p', '0'],
    cwd: import.meta.dirname,
    env: { PATH: process.env.PATH ?? '', PYTHONUNBUFFERED: '1' },
    onOutput: ({ text }) => {
      said.push(text);
      const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(text) ?? [];
      if (url !== undefined) found(url);
    },
  });
  const ended = server.ended.then((end) => {
    throw new Error(`moto_server ended (${JSON.stringify(end)}): ${said.join('\n')}`);
  });
  const url = await Promise.race([listening, ended]);
  ended.catch(() => undefined);
  return { url, stop: () => server.stop({ graceMs: 1_000 }) };
}

export async function startMoto(): Promise<Moto> {
  const { url, stop } = await startServer();
  const anybody = { accessKeyId: 'AKIAANYBODY', secretAccessKey: 'anything' };
  const iam = new IAMClient({ endpoint: url, region, credentials: anybody });
  return {
    url,
    async createBucket(name) {
      const s3 = new S3Client({ endpoint: url, region, credentials: anybody });
      await s3.send(new CreateBucketCommand({ Bucket: name }));
    },
    async createUser(UserName, statements) {
      await iam.send(new CreateUserCommand({ UserName }));
      await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'rights', PolicyDocument: policy(statements) }));
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
      return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
    },
    async createRole(RoleName, { assumedBy, statements }) {
      const Principal = { AWS: `arn:aws:iam::${motoAccount}:user/${assumedBy}` };
      const trust = policy([{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }]);
      await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'rights', PolicyDocument: policy(statements) }));
    },
    assumeRole: (credentials) => {
      const sts = new STSClient({ endpoint: url, region, credentials });
      return async ({ roleArn, sessionName }) => {
        const command = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: sessionName });
        const {
          AccessKeyId = '',
          SecretAccessKey = '',
          SessionToken = '',
        } = (await sts.send(command)).Credentials ?? {};
        return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
      };
    },
    async enforce() {
      const { ok, status } = await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: '0' });
      if (!ok) throw new Error(`moto does not enforce policies: ${status}`);
    },
    [Symbol.asyncDispose]: async () => {
      iam.destroy();
      await stop();
    },
  };
}
