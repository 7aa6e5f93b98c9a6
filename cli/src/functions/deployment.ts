import { type Namespaces, ownNamespaces } from '@live-lambda/protocol';
import type { EventApiEndpoint } from '@live-lambda/protocol/appsync';
import type { ManifestApi } from '@live-lambda/protocol/manifest';
import type { CloudFormationClient } from '../aws/cloudformation.ts';
import { projectCommand } from '../project-command.ts';
import { ProxyError } from '../proxy-error.ts';
import { UserError } from '../user-error.ts';
import type { LocalFunction } from './live-functions.ts';

/** An Events API with its namespaces: that of one live stack, or of several that share one. */
export interface DeployedApi {
  /** Names of the stacks whose functions call over it. */
  readonly stacks: readonly string[];
  readonly endpoint: EventApiEndpoint;
  readonly namespaces: Namespaces;
  readonly functions: readonly LocalFunction[];
}

/** The developer's access to AWS, by the standard chain: environment, profiles, SSO. */
export interface AwsAccess {
  /** Base of all calls instead of AWS's own endpoints. */
  readonly endpointUrl: string | undefined;
}

/** Who the developer is, as STS says it. */
export interface CallerIdentity {
  readonly arn: string;
  readonly account: string;
}

/** For connecting to AWS, and for an answer, in milliseconds. */
const connectionTimeoutMs = 5000;
const requestTimeoutMs = 15_000;

async function clientOptions({ endpointUrl }: AwsAccess, region: string | null) {
  const { loadAwsAgents } = await import('../proxy.ts');
  return {
    requestHandler: {
      ...(await loadAwsAgents()),
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    ...(region === null ? {} : { region }),
  };
}

/** @throws UserError without usable credentials or region. */
export async function callerIdentity(access: AwsAccess): Promise<CallerIdentity> {
  const { STSClient, GetCallerIdentityCommand } = await import('../aws/sts.ts');
  const client = new STSClient(await clientOptions(access, null));
  try {
    const { Arn, Account } = await client.send(new GetCallerIdentityCommand({}));
    return { arn: Arn ?? '', account: Account ?? '' };
  } catch (error) {
    throw awsError(error, 'AWS did not say who you are');
  } finally {
    client.destroy();
  }
}

/** What was found of the APIs of an app. */
export interface FoundApis {
  readonly apis: readonly DeployedApi[];
  readonly faults: readonly ApiFault[];
}

/** The API of a stack was not found: the stack is not deployed, or not in live mode, or cannot be read. */
export interface ApiFault {
  readonly stack: string;
  /** Those that would call over it. */
  readonly functions: readonly LocalFunction[];
  readonly error: UserError;
}

/** Finds the Events API of each live stack in the stack's outputs. */
export async function findApis(functions: readonly LocalFunction[], access: AwsAccess): Promise<FoundApis> {
  const groups = groupBy(functions, ({ described: { api, region } }) => [api.stack, region, api.namespaces]);
  const found = await Promise.all(
    groups.map((group) =>
      findApi(group, access).catch((error: unknown): ApiFault => {
        if (!(error instanceof UserError)) throw error;
        return { stack: group[0].described.api.stack, functions: group, error };
      }),
    ),
  );
  return {
    apis: merged(found.flatMap((each) => ('error' in each ? [] : [each]))),
    faults: found.flatMap((each) => ('error' in each ? [each] : [])),
  };
}

/** Stacks may be given the same namespaces of the same API: one connection hears for all of them, and each event once. */
function merged(apis: readonly DeployedApi[]): readonly DeployedApi[] {
  return groupBy(apis, ({ endpoint, namespaces }) => [endpoint, namespaces]).map(([first, ...others]) => ({
    ...first,
    stacks: [...new Set([first, ...others].flatMap(({ stacks }) => stacks))],
    functions: [first, ...others].flatMap((each) => each.functions),
  }));
}

type AtLeastOne<T> = readonly [T, ...T[]];

/** In the order of the first of each group. */
function groupBy<T>(all: readonly T[], keyOf: (each: T) => unknown): readonly AtLeastOne<T>[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const each of all) {
    const key = JSON.stringify(keyOf(each));
    const group = groups.get(key);
    if (group) group.push(each);
    else groups.set(key, [each]);
  }
  return [...groups.values()];
}

/** @throws UserError */
async function findApi(functions: AtLeastOne<LocalFunction>, access: AwsAccess): Promise<DeployedApi> {
  const { described } = functions[0];
  const { CloudFormationClient } = await import('../aws/cloudformation.ts');
  const client = new CloudFormationClient(await clientOptions(access, described.region));
  try {
    const region = await client.config.region();
    const outputs = await stackOutputs(client, described.api.stack, region);
    const host = (key: keyof ManifestApi['outputs']): string => {
      const value = outputs.get(described.api.outputs[key]);
      if (value) return value;
      throw new UserError(
        `Stack ${described.api.stack} has no output ${described.api.outputs[key]}: it was deployed without live mode.`,
        `Deploy it in live mode (\`${projectCommand('live-lambda deploy')}\`), then start the tunnel again.`,
      );
    };
    const endpoint = { httpHost: host('httpHost'), realtimeHost: host('realtimeHost'), region };
    const { stack, namespaces = ownNamespaces } = described.api;
    return { stacks: [stack], endpoint, namespaces, functions };
  } catch (error) {
    throw awsError(error, `Stack ${described.api.stack} could not be read`);
  } finally {
    client.destroy();
  }
}

async function stackOutputs(
  client: CloudFormationClient,
  stack: string,
  region: string,
): Promise<ReadonlyMap<string, string>> {
  const { DescribeStacksCommand } = await import('../aws/cloudformation.ts');
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack })).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'ValidationError' && error.message.includes('does not exist')) {
      throw new UserError(
        `Stack ${stack} is not deployed in ${region}.`,
        `Deploy it in live mode (\`${projectCommand('live-lambda deploy')}\`), or choose the region and account with AWS_REGION and AWS_PROFILE.`,
      );
    }
    throw error;
  });
  const outputs = Stacks?.[0]?.Outputs ?? [];
  return new Map(
    outputs.flatMap(({ OutputKey, OutputValue }) => (OutputKey && OutputValue ? [[OutputKey, OutputValue]] : [])),
  );
}

/** What an AWS client threw, with what to do about the usual reasons. */
export function awsError(error: unknown, attempted: string): UserError {
  if (error instanceof UserError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  const code = 'code' in cause ? String(cause.code) : '';
  const reason = `${attempted}: ${cause.message || code || cause.name}`.replace(/\.?$/, '.');
  return new UserError(reason, hintFor(cause, code), { cause });
}

function hintFor(cause: Error, code: string): string {
  if (cause instanceof ProxyError) return cause.hint;
  if (/region (is missing|not accepted)/i.test(cause.message))
    return 'Set AWS_REGION, or choose a profile that has a region with AWS_PROFILE.';
  if (cause.name === 'CredentialsProviderError') {
    const profile = process.env.AWS_PROFILE ? `; it is "${process.env.AWS_PROFILE}" now` : ' if you have several';
    return `Sign in (for example \`aws sso login\`), and choose a profile with AWS_PROFILE${profile}.`;
  }
  if (/scoped to a valid region/i.test(cause.message))
    return 'Set AWS_REGION to the region that is asked, or choose a profile that has it with AWS_PROFILE.';
  if (/signature (expired|not yet current)/i.test(cause.message))
    return 'Set the clock of this machine: AWS refuses what is signed more than five minutes before or after its own.';
  if (['ExpiredToken', 'ExpiredTokenException', 'InvalidClientTokenId', 'SignatureDoesNotMatch'].includes(cause.name)) {
    return 'Sign in again: these credentials have expired or are of another account.';
  }
  if (cause.name.startsWith('AccessDenied'))
    return 'Ask for the permission that the message names, or use another profile.';
  if (['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EAI_AGAIN'].includes(code))
    return 'Check the network, and --endpoint if you gave one.';
  return 'Check your AWS credentials, region and network.';
}
