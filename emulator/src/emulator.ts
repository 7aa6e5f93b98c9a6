import { randomBytes } from 'node:crypto';
import { createEventApis, type EmulatorFaults } from './appsync/event-apis.ts';
import type { EventApiLimits } from './appsync/limits.ts';
import type { Meter } from './appsync/meter.ts';
import type { EventApiRegistry } from './appsync/registry.ts';
import { createStackStore } from './cloudformation/stack-store.ts';
import { createDeployer, type Deployment } from './deploy/deployer.ts';
import type { ResourceProvider } from './deploy/resource-provider.ts';
import { channelNamespaceProvider, eventApiProvider } from './deploy/resources/event-api.ts';
import { inlinePolicyProvider, managedPolicyProvider, roleProvider } from './deploy/resources/iam.ts';
import { aliasProvider, functionProvider, layerVersionProvider, versionProvider } from './deploy/resources/lambda.ts';
import { inertProvider, logGroupProvider } from './deploy/resources/stored.ts';
import { startEndpoint } from './endpoint.ts';
import { describeEvent, type EmulatorListener } from './events.ts';
import type { FaultSettings } from './faults/fault-settings.ts';
import type { ServerCertificate } from './http/loopback-server.ts';
import { createAccessControl } from './iam/access-control.ts';
import { createPolicyStore, type PolicyStore } from './iam/policy-store.ts';
import { createCodeStore } from './lambda/code-store.ts';
import { createLambda } from './lambda/lambda.ts';
import type { LambdaService } from './lambda/lambda-service.ts';
import type { NodeRuntime } from './lambda/launch-command.ts';
import { createScratchFolder } from './scratch-folder.ts';
import {
  type AssumeRole,
  type CredentialStore,
  type Credentials,
  createCredentialStore,
} from './signature/credentials.ts';

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
  /** Limits of Event APIs to be other than those of AppSync. */
  readonly limits?: Partial<EventApiLimits>;
  /** What goes wrong from the start. Nothing if not given. */
  readonly faults?: Partial<FaultSettings>;
  /** All faults follow from this whole number and the order of what happens. Another one each time if not given. */
  readonly seed?: number;
  /**
   * Whether the processes of an environment stand still (SIGSTOP) while it waits for an invocation, as they do in
   * Lambda. True if not given; without effect on Windows.
   */
  readonly freeze?: boolean;
  /** The waits before the retries of an asynchronous invocation that failed. Those of Lambda, one and two minutes, if not given. */
  readonly asynchronousRetryDelaysMs?: readonly number[];
  /**
   * Where the credentials of execution environments come from: of another service, say, that knows them as well. Those
   * of this emulator alone if not given. What it rejects with is told to the caller of the function.
   */
  readonly assumeRole?: AssumeRole;
  /** What runs Node.js functions in the place of our own runtime client: AWS's, say. */
  readonly nodeRuntime?: NodeRuntime;
  /** With it, every port takes TLS as well as plain text, for clients that insist on it. */
  readonly tls?: ServerCertificate;
}

/** A cloud on loopback: AppSync Events, Lambda, STS and what is read of CloudFormation. */
export interface Emulator extends AsyncDisposable {
  readonly region: string;
  readonly account: string;
  /** `http://127.0.0.1:PORT`, of Lambda, STS and CloudFormation. Event APIs have ports of their own, in stack outputs. */
  readonly endpoint: string;
  /** Keys of an IAM user that may do everything. They are good for nothing but this emulator. */
  readonly developerCredentials: Credentials;
  /**
   * Keys of a new IAM user that has nothing but these managed policies of deployed stacks, whatever a later deployment
   * makes of them. With `credentials` these are the keys, which somebody else has made.
   *
   * @throws Error for a policy that does not exist
   */
  credentialsFor(user: { readonly policyArns: readonly string[]; readonly credentials?: Credentials }): Credentials;
  readonly faults: EmulatorFaults;
  /** What all Event APIs together would be billed for. */
  readonly meter: Pick<Meter, 'read' | 'reset'>;
  /** Deploys a synthesized CDK app, or updates what an earlier deployment made of it. @throws DeploymentError */
  deploy(cdkOutFolder: string): Promise<Deployment>;
  /**
   * Ends idle environments now and busy ones when they have answered, as Lambda does every few hours (AWS Lambda developer
   * guide, "Lambda execution environment lifecycle"): what comes next gets new ones, with new credentials.
   */
  replaceEnvironments(): void;
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
  readonly policies: PolicyStore;
  readonly service: LambdaService;
  readonly registry: EventApiRegistry;
  readonly folder: string;
}

const createProviders = (parts: ProviderParts): ReadonlyMap<string, ResourceProvider> => {
  const { region, accountId, now, credentials, service, registry } = parts;
  const iam = { store: parts.policies, accountId, roleId: credentials.roleId };
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

/** One listener for whoever wants to know, as events, as lines or both. */
const createListener =
  (options: EmulatorOptions): EmulatorListener =>
  (event) => {
    options.onEvent?.(event);
    options.log?.(describeEvent(event));
  };

const createUserMint = (policies: PolicyStore, credentials: CredentialStore): Emulator['credentialsFor'] => {
  let users = 0;
  return ({ policyArns, credentials: made }) => {
    const unknown = policyArns.filter((arn) => policies.findManagedPolicy(arn) === undefined);
    if (unknown.length > 0) {
      throw new Error(
        `There is no managed policy ${unknown.join(' and no ')}. Deploy the stack that makes it, and take its ARN from an output.`,
      );
    }
    users += 1;
    return credentials.mintUser({ userName: `user-${users}`, policyArns, credentials: made });
  };
};

/** Runs a task when it is first asked for; whoever asks again waits for the same run. */
const once = (task: () => Promise<void>): (() => Promise<void>) => {
  let running: Promise<void> | undefined;
  return () => {
    running ??= task();
    return running;
  };
};

const start = async (options: EmulatorOptions = {}): Promise<Emulator> => {
  const { region = defaultRegion, account: accountId = defaultAccount, now = Date.now } = options;
  const onEvent = createListener(options);
  const credentials = createCredentialStore({ accountId, randomBytes });
  const { find: findCredentials } = credentials;
  const policies = createPolicyStore();
  const access = createAccessControl({ store: policies, region, now, onEvent });
  const stacks = createStackStore();
  const { freeze: freezes = true, asynchronousRetryDelaysMs: retryDelaysMs, assumeRole, nodeRuntime, tls } = options;
  const endpointUrl = () => `http://${endpoint.host}`;
  const parts = { credentials, assumeRole, nodeRuntime, retryDelaysMs, endpointUrl };
  const lambda = createLambda({ region, accountId, now, onEvent, freezes, ...parts });
  const { escapesMarkup = true, limits = {}, faults = {}, seed } = options;
  const eventApis = createEventApis({
    findCredentials,
    access,
    now,
    onEvent,
    escapesMarkup,
    limits,
    faults,
    seed,
    tls,
  });
  const endpoint = await startEndpoint({
    port: options.port ?? 0,
    tls,
    region,
    accountId,
    access,
    lambda: lambda.api,
    stacks,
    findCredentials,
    now: eventApis.signatureClock,
  });
  const scratch = await createScratchFolder().catch(async (error: unknown) => {
    await endpoint.close();
    throw error;
  });
  const resources = { service: lambda.service, registry: eventApis.registry, folder: scratch.path };
  const providers = createProviders({ region, accountId, now, credentials, policies, ...resources });
  const deployer = createDeployer({ region, accountId, providers, stacks, now, onEvent });

  const close = once(async () => {
    await lambda.close();
    await Promise.all([endpoint.close(), eventApis.registry.close()]);
    await scratch.remove();
  });

  return {
    region,
    account: accountId,
    endpoint: endpointUrl(),
    developerCredentials: credentials.developer.credentials,
    credentialsFor: createUserMint(policies, credentials),
    faults: eventApis.faults,
    meter: eventApis.meter,
    deploy: deployer.deploy,
    replaceEnvironments: lambda.service.replaceEnvironments,
    close,
    [Symbol.asyncDispose]: close,
  };
};

export const Emulator = { start } as const;
