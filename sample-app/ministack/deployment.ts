import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCdk } from '../demo/programs.ts';
import type { AwsCli } from './aws-cli.ts';
import type { MiniStack } from './ministack.ts';

export interface Deployment {
  readonly assemblyFolder: string;
  /** Where the developer's key is kept (`LIVE_LAMBDA_CONFIG_DIR`). */
  readonly configFolder: string;
  /** Value of an output. */
  output(stack: string, name: string): string;
  /** Deployed name of a function, by its construct path. */
  nameOf(path: string): string;
  /** Credentials and region, as variables, of a developer who has the policies of the stacks and no others. */
  readonly developerVariables: Readonly<Record<string, string>>;
}

export interface DeploymentOptions {
  readonly ministack: MiniStack;
  /** As the account's root. */
  readonly aws: AwsCli;
  /** Of the CDK app. */
  readonly appFolder: string;
  /** Names of the stacks to deploy. */
  readonly stacks: readonly string[];
  /** What makes which functions live: `name=value`, as after `cdk -c`. */
  readonly context: readonly string[];
  /** For what is written besides. */
  readonly folder: string;
}

const outputOfPolicy = 'LiveLambdaDeveloperPolicy';
const namespaces = { toTunnelNamespace: 'team-to-tunnel', toStubNamespace: 'team-to-stub' };

type Outputs = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Deploys the order service in live mode with the CDK CLI, into an account in which nothing is.
 * @throws Error with what the CDK CLI or the AWS CLI said
 */
export async function deployApp(options: DeploymentOptions): Promise<Deployment> {
  const { ministack, aws, appFolder, stacks, folder } = options;
  const [assemblyFolder, configFolder] = [join(folder, 'cdk.out'), join(folder, 'config')];
  const outputsFile = join(folder, 'outputs.json');
  const cdk = (...args: readonly string[]) =>
    runCdk(args, {
      folder: appFolder,
      variables: {
        ...ministack.rootVariables,
        AWS_ENDPOINT_URL: ministack.endpoint,
        LIVE_LAMBDA_CONFIG_DIR: configFolder,
      },
    });
  await cdk('bootstrap', `aws://${ministack.account}/${ministack.region}`, '--app', '');
  await allowPlainHttp(options);
  const context = [
    ...options.context,
    'live-lambda-door=handler',
    `events-api=${JSON.stringify(await makeEventsApi(aws))}`,
    'live-lambda-ci=true',
  ];
  const flags = ['--require-approval', 'never', '--output', assemblyFolder, '--outputs-file', outputsFile];
  const app = ['--app', 'node --import tsx bin/ministack.ts'];
  await cdk('deploy', ...stacks, ...app, ...flags, ...context.flatMap((each) => ['-c', each]));

  const outputs = JSON.parse(await readFile(outputsFile, 'utf8')) as Outputs;
  const output = (stack: string, name: string) => outputs[stack]?.[name] ?? '';
  const policies = stacks.map((stack) => output(stack, outputOfPolicy));
  const names = new Map((await Promise.all(stacks.map((stack) => functionNames(aws, stack)))).flat());
  return {
    assemblyFolder,
    configFolder,
    output,
    nameOf: (path) => names.get(path) ?? path,
    developerVariables: await makeDeveloper(aws, { policies, region: ministack.region }),
  };
}

/** The bucket for assets refuses what comes without TLS, which MiniStack does as it is told, and has none here. */
async function allowPlainHttp({ aws, ministack: { account, region } }: DeploymentOptions): Promise<void> {
  await aws('s3api', 'delete-bucket-policy', '--bucket', `cdk-hnb659fds-assets-${account}-${region}`);
}

interface EventsApi {
  readonly api: {
    readonly apiId: string;
    readonly dns: { readonly HTTP: string; readonly REALTIME: string };
  };
}

/** MiniStack's CloudFormation knows neither Events APIs nor their namespaces; its AppSync does. */
async function makeEventsApi(aws: AwsCli) {
  const iam = [{ authType: 'AWS_IAM' }];
  const config = {
    authProviders: iam,
    connectionAuthModes: iam,
    defaultPublishAuthModes: iam,
    defaultSubscribeAuthModes: iam,
  };
  const made = await aws('appsync', 'create-api', '--name', 'team', '--event-config', JSON.stringify(config));
  const { apiId, dns } = (made as EventsApi).api;
  for (const name of Object.values(namespaces))
    await aws('appsync', 'create-channel-namespace', '--api-id', apiId, '--name', name);
  return { apiId, httpHost: dns.HTTP, realtimeHost: dns.REALTIME, ...namespaces };
}

interface StackResources {
  readonly StackResourceSummaries: readonly {
    readonly LogicalResourceId: string;
    readonly PhysicalResourceId: string;
    readonly ResourceType: string;
  }[];
}

/** By construct path. A logical id is the construct id and eight digits of a hash. */
async function functionNames(aws: AwsCli, stack: string): Promise<readonly (readonly [string, string])[]> {
  const resources = await aws('cloudformation', 'list-stack-resources', '--stack-name', stack);
  return (resources as StackResources).StackResourceSummaries.filter(
    ({ ResourceType }) => ResourceType === 'AWS::Lambda::Function',
  ).map((each) => [`${stack}/${each.LogicalResourceId.slice(0, -8)}`, each.PhysicalResourceId] as const);
}

interface AccessKey {
  readonly AccessKey: { readonly AccessKeyId: string; readonly SecretAccessKey: string };
}

async function makeDeveloper(
  aws: AwsCli,
  { policies, region }: { readonly policies: readonly string[]; readonly region: string },
): Promise<Readonly<Record<string, string>>> {
  const name = ['--user-name', 'ada'];
  await aws('iam', 'create-user', ...name);
  for (const policy of policies) await aws('iam', 'attach-user-policy', ...name, '--policy-arn', policy);
  const { AccessKey } = (await aws('iam', 'create-access-key', ...name)) as AccessKey;
  return {
    AWS_ACCESS_KEY_ID: AccessKey.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: AccessKey.SecretAccessKey,
    AWS_REGION: region,
  };
}
