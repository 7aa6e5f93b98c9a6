import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { type AppCopy, copyApp } from '../demo/app-copy.ts';
import { startTunnel, type TunnelEvent, type TunnelProcess } from '../demo/programs.ts';
import { programsOf } from '../python/virtual-environment.ts';
import { type AwsCli, createAwsCli } from './aws-cli.ts';
import { type Deployment, type DeploymentOptions, deployApp } from './deployment.ts';
import { type MiniStack, startMiniStack } from './ministack.ts';

/** Where MiniStack and the AWS CLI are, once they are installed. */
export const programs = programsOf('ministack');

/** MiniStack passes on the message of what a handler of Node.js threw, but not its name. */
export const errorTypeOfMiniStack = 'Runtime.HandlerError';

export interface Answer {
  readonly failed: boolean;
  readonly answer: unknown;
}

export interface OpenTunnel extends TunnelProcess, AsyncDisposable {}

/** The order service on a MiniStack of its own. */
export interface OrderService extends Deployment, AsyncDisposable {
  /** For files of tests. */
  readonly folder: string;
  /** The app's files, which may be changed. */
  readonly app: AppCopy;
  /** As the account's root. */
  readonly aws: AwsCli;
  /** @param path construct path of the function */
  invoke(path: string, event: unknown): Promise<Answer>;
  /** Starts the developer's tunnel as a process of its own. Resolves when it is ready. */
  openTunnel(flags?: readonly string[]): Promise<OpenTunnel>;
}

export interface OrderServiceOptions extends Pick<DeploymentOptions, 'stacks' | 'context'> {
  /** Whether MiniStack checks signatures and policies. */
  readonly auth: boolean;
}

/** Starts MiniStack and deploys the order service to it. @throws Error with what failed, and nothing left behind */
export async function deployOrderService(options: OrderServiceOptions): Promise<OrderService> {
  const folder = await mkdtemp(join(tmpdir(), 'live-lambda-ministack-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const ministack = await startMiniStack({ programs, folder, auth: options.auth });
    try {
      const service = await deployTo(ministack, { ...options, folder });
      const dispose = async () => {
        await ministack[Symbol.asyncDispose]();
        await removeFolder();
      };
      return { ...service, [Symbol.asyncDispose]: dispose };
    } catch (error) {
      await ministack[Symbol.asyncDispose]();
      throw error;
    }
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

async function deployTo(
  ministack: MiniStack,
  { stacks, context, folder }: OrderServiceOptions & { readonly folder: string },
): Promise<Omit<OrderService, typeof Symbol.asyncDispose>> {
  const { endpoint, region, rootVariables } = ministack;
  const aws = createAwsCli({ programs, endpoint, region, variables: rootVariables, folder });
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = rootVariables;
  const lambda = new LambdaClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 });
  const app = await copyApp(folder);
  const deployment = await deployApp({ ministack, aws, appFolder: app.folder, stacks, context, folder });
  return {
    ...deployment,
    folder,
    app,
    aws,
    async invoke(path, event) {
      const command = new InvokeCommand({ FunctionName: deployment.nameOf(path), Payload: JSON.stringify(event) });
      const { FunctionError, Payload } = await lambda.send(command);
      return { failed: FunctionError !== undefined, answer: JSON.parse(Buffer.from(Payload ?? []).toString()) };
    },
    async openTunnel(flags = []) {
      const tunnel = startTunnel({
        folder: app.folder,
        assemblyFolder: deployment.assemblyFolder,
        endpoint,
        variables: { ...deployment.developerVariables, LIVE_LAMBDA_CONFIG_DIR: deployment.configFolder },
        flags,
      });
      await tunnel.waitFor(({ type }) => type === 'ready');
      return { ...tunnel, [Symbol.asyncDispose]: async () => void (await tunnel.stop()) };
    },
  };
}

/** Whether a function wrote this on the developer's machine. */
export const wrote = (path: string, text: string) => (event: TunnelEvent) =>
  event.type === 'output' && event.function === path && String(event.text).includes(text);
