import { randomBytes } from 'node:crypto';
import { createEventApiRegistry } from './appsync/registry.ts';
import { createStackStore } from './cloudformation/stack-store.ts';
import { createDeployer, type Deployment } from './deploy/deployer.ts';
import type { ResourceProvider } from './deploy/resource-provider.ts';
import { channelNamespaceProvider, eventApiProvider } from './deploy/resources/event-api.ts';
import { inlinePolicyProvider, managedPolicyProvider, roleProvider } from './deploy/resources/iam.ts';
import { aliasProvider, functionProvider, layerVersionProvider, versionProvider } from './deploy/resources/lambda.ts';
import { inertProvider, logGroupProvider } from './deploy/resources/stored.ts';
import { startEndpoint } from './endpoint.ts';
import { describeEvent, type EmulatorEvent, type EmulatorListener } from './events.ts';
import { createPolicyStore } from './iam/policy-store.ts';
import { createCodeStore } from './lambda/code-store.ts';
import { createLambdaApi } from './lambda/lambda-api.ts';
import { createLambdaService, type LambdaService } from './lambda/lambda-service.ts';
import { createScratchFolder } from './scratch-folder.ts';
import { type CredentialStore, type Credentials, createCredentialStore } from './signature/credentials.ts';

export interface EmulatorOptions {
  /** The one region of this cloud; `us-east-1` if not given. */
  readonly region?: string;
  /** The one account of this cloud, twelve digits. */
  readonly account?: string;
  /** The port of the Lambda, STS and CloudFormation endpoint; an ephemeral one if not given. */
  readonly port?: number;
  /** Told everything that happens. */
  readonly onEvent?: EmulatorListener;
  /** The same as readable lines. */
  readonly log?: (line: string) => void;
  /** The clock in epoch milliseconds, for signatures and deadlines. */
  readonly now?: () => number;
  /**
   * Whether a signed WebSocket operation is hashed with markup characters escaped, as AppSync does it, so that events
   * with `<`, `>` or `&` are refused (aws-appsync-community issue 400). True if not given.
   */
  readonly escapesMarkup?: boolean;
}

/** A cloud on loopback: AppSync Events, Lambda, STS and what is read of CloudFormation. */
export interface Emulator extends AsyncDisposable {
  readonly region: string;
  readonly account: string;
  /** `http://127.0.0.1:PORT`, of Lambda, STS and CloudFormation. Event APIs have ports of their own, in stack outputs. */
  readonly endpoint: string;
  /** Keys of an IAM user that may do everything. They are good for nothing but this emulator. */
  readonly developerCredentials: Credentials;
  /** Deploys a synthesized CDK app, or updates what an earlier deployment made of it. @throws DeploymentError */
  deploy(cdkOutFolder: string): Promise<Deployment>;
  /** Kills every process, closes every port, removes every file. */
  close(): Promise<void>;
}

const defaultRegion = 'us-east-1';
const defaultAccount = '111122223333';

interface ProviderParts {
  readonly region: string;
  readonly accountId: string;
  readonly now: () => number;
  readonly credentials: CredentialStore;
  readonly service: LambdaService;
  readonly registry: ReturnType<typeof createEventApiRegistry>;
  readonly folder: string;
}

const createProviders = (parts: ProviderParts): ReadonlyMap<string, ResourceProvider> => {
  const { region, accountId, now, credentials, service, registry } = parts;
  const iam = { store: createPolicyStore(), accountId, roleId: credentials.roleId };
  const lambda = { service, code: createCodeStore(parts.folder), layers: new Map(), region, accountId, now };
  const appsync = { registry, region, accountId };
  return new Map<string, ResourceProvider>([
    ['AWS::AppSync::Api', eventApiProvider(appsync)],
    ['AWS::AppSync::ChannelNamespace', channelNamespaceProvider(appsync)],
    ['AWS::CDK::Metadata', inertProvider],
    ['AWS::IAM::ManagedPolicy', managedPolicyProvider(iam)],
    ['AWS::IAM::Policy', inlinePolicyProvider(iam)],
    ['AWS::IAM::Role', roleProvider(iam)],
    ['AWS::Lambda::Alias', aliasProvider(lambda)],
    ['AWS::Lambda::Function', functionProvider(lambda)],
    ['AWS::Lambda::LayerVersion', layerVersionProvider(lambda)],
    ['AWS::Lambda::Permission', inertProvider],
    ['AWS::Lambda::Version', versionProvider(lambda)],
    ['AWS::Logs::LogGroup', logGroupProvider({ region, accountId })],
  ]);
};

const start = async (options: EmulatorOptions = {}): Promise<Emulator> => {
  const { region = defaultRegion, account: accountId = defaultAccount, now = Date.now } = options;
  const onEvent = (event: EmulatorEvent): void => {
    options.onEvent?.(event);
    options.log?.(describeEvent(event));
  };
  const credentials = createCredentialStore({ accountId, randomBytes });
  const findCredentials = credentials.find;
  const stacks = createStackStore();
  const service = createLambdaService({ region, credentials, now, onEvent });
  const lambda = createLambdaApi({ service, region, accountId, now, onEvent });
  const registry = createEventApiRegistry({
    findCredentials,
    now,
    escapesMarkup: options.escapesMarkup ?? true,
    onEvent,
  });
  const endpoint = await startEndpoint({ port: options.port ?? 0, region, lambda, stacks, findCredentials, now });
  const scratch = await createScratchFolder().catch(async (error: unknown) => {
    await endpoint.close();
    throw error;
  });
  const providers = createProviders({ region, accountId, now, credentials, service, registry, folder: scratch.path });
  const deployer = createDeployer({ region, accountId, providers, stacks, now, onEvent });

  let closing: Promise<void> | undefined;
  const shutDown = async (): Promise<void> => {
    await service.close();
    await Promise.all([endpoint.close(), registry.close()]);
    await scratch.remove();
  };
  const close = (): Promise<void> => {
    closing ??= shutDown();
    return closing;
  };

  return {
    region,
    account: accountId,
    endpoint: `http://${endpoint.host}`,
    developerCredentials: credentials.developer.credentials,
    deploy: deployer.deploy,
    close,
    [Symbol.asyncDispose]: close,
  };
};

export const Emulator = { start } as const;
