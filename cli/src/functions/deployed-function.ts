import type { LiveFunction } from '@live-lambda/protocol/manifest';
import { ProxyError } from '../proxy-error.ts';
import { UserError } from '../user-error.ts';
import type { AwsAccess } from './deployment.ts';

/** A function as it is deployed, by the developer's own access to AWS. */
export interface DeployedFunction {
  /** Physical name. */
  readonly name: string;
  readonly roleArn: string;
  /** Fingerprints of the keys whose tunnels its stub believes; undefined where it believes whoever IAM lets publish. */
  readonly trustedKeys: readonly string[] | undefined;
}

export interface DeployedFunctions {
  /**
   * Looks a function up by its stack and logical id. What is known already is not asked for again, unless it is older
   * than `maxAgeMs`.
   * @throws UserError when it is not in its stack, or AWS does not say.
   */
  find(fn: LiveFunction, options?: { readonly maxAgeMs?: number }): Promise<DeployedFunction>;
}

export interface DeployedFunctionsOptions {
  readonly access: AwsAccess;
  /** Region of the stacks. */
  readonly region: string;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
}

/** For connecting to AWS, and for an answer, in milliseconds; AWS's client tries three times. An invocation waits. */
const connectionTimeoutMs = 2000;
const requestTimeoutMs = 5000;

/** What a stack's listing does not have is looked for once more where the listing is older: it may be deployed by now. */
const freshListingMs = 1000;

/** The variable by which the construct tells the stub where it is and whom it trusts. */
const stubVariable = 'LIVE_LAMBDA';

/** Physical ids of a stack's resources, by logical id. */
type Resources = ReadonlyMap<string, string>;

/** Finds the functions of one region, from their stacks. */
export function createDeployedFunctions(options: DeployedFunctionsOptions): DeployedFunctions {
  const listings = createCache<Resources>(options.nowMs);
  const lookups = createCache<DeployedFunction>(options.nowMs);

  async function lookUp(fn: LiveFunction, maxAgeMs: number): Promise<DeployedFunction> {
    let stack = fn.stack.name;
    for (const logicalId of fn.stack.nested) stack = await physicalId(stack, logicalId);
    const name = await physicalId(stack, fn.logicalId);
    return { name, ...(await configurationOf(name, options)) };

    async function physicalId(of: string, logicalId: string): Promise<string> {
      for (const oldestMs of [maxAgeMs, Math.min(maxAgeMs, freshListingMs)]) {
        const resources = await listings(of, { maxAgeMs: oldestMs, ask: () => listResources(of, options) });
        const found = resources.get(logicalId);
        if (found) return found;
      }
      throw new UserError(
        `Stack ${of} has no resource ${logicalId}, which is ${fn.id} or holds it: another state of the app is deployed.`,
        'Deploy the app again in live mode, then invoke it again.',
      );
    }
  }

  return {
    find: (fn, { maxAgeMs = Number.POSITIVE_INFINITY } = {}) =>
      lookups(fn.id, {
        maxAgeMs,
        ask: () =>
          lookUp(fn, maxAgeMs).catch((error: unknown) => {
            throw error instanceof UserError ? error : lookUpError(error, fn);
          }),
      }),
  };
}

/** Keeps what was asked for, and gives one answer to all who ask at once; a failure is not kept. */
function createCache<Value>(nowMs: () => number) {
  const entries = new Map<string, { readonly askedAtMs: number; readonly value: Promise<Value> }>();
  return (key: string, { maxAgeMs, ask }: { readonly maxAgeMs: number; readonly ask: () => Promise<Value> }) => {
    const known = entries.get(key);
    if (known && nowMs() - known.askedAtMs <= maxAgeMs) return known.value;
    const entry = { askedAtMs: nowMs(), value: ask() };
    entries.set(key, entry);
    entry.value.catch(() => {
      if (entries.get(key) === entry) entries.delete(key);
    });
    return entry.value;
  };
}

async function listResources(stack: string, options: DeployedFunctionsOptions): Promise<Resources> {
  const { CloudFormationClient, paginateListStackResources } = await import('../aws/cloudformation.ts');
  const client = new CloudFormationClient(await clientOptions(options));
  const resources = new Map<string, string>();
  try {
    for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName: stack })) {
      for (const { LogicalResourceId, PhysicalResourceId } of StackResourceSummaries) {
        if (LogicalResourceId && PhysicalResourceId) resources.set(LogicalResourceId, PhysicalResourceId);
      }
    }
    return resources;
  } finally {
    client.destroy();
  }
}

async function configurationOf(
  functionName: string,
  options: DeployedFunctionsOptions,
): Promise<Pick<DeployedFunction, 'roleArn' | 'trustedKeys'>> {
  const { LambdaClient, GetFunctionConfigurationCommand } = await import('../aws/lambda.ts');
  const client = new LambdaClient(await clientOptions(options));
  try {
    const { Role, Environment } = await client.send(
      new GetFunctionConfigurationCommand({ FunctionName: functionName }),
    );
    return { roleArn: Role ?? '', trustedKeys: trustedKeysIn(Environment?.Variables?.[stubVariable]) };
  } finally {
    client.destroy();
  }
}

/** Of a variable that cannot be read no key is trusted: whoever says to have one is not believed. */
function trustedKeysIn(text: string | undefined): readonly string[] | undefined {
  try {
    const settings: unknown = JSON.parse(text ?? '');
    if (typeof settings !== 'object' || settings === null) return [];
    if ('trust' in settings && settings.trust === 'iam') return undefined;
    const keys: unknown = 'keys' in settings ? settings.keys : undefined;
    return Array.isArray(keys) ? keys.filter((key): key is string => typeof key === 'string') : [];
  } catch {
    return [];
  }
}

async function clientOptions({ access: { endpointUrl }, region }: DeployedFunctionsOptions) {
  const { loadAwsAgents } = await import('../proxy.ts');
  return {
    region,
    requestHandler: {
      ...(await loadAwsAgents()),
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
  };
}

function lookUpError(error: unknown, fn: LiveFunction): UserError {
  const attempted = `${fn.id} of stack ${fn.stack.name} could not be looked up`;
  if (error instanceof ProxyError)
    return new UserError(`${attempted}: ${error.message}.`, error.hint, { cause: error });
  const cause = error instanceof Error ? error : new Error(String(error));
  const denied = cause.name.startsWith('AccessDenied');
  // Only that message is worth its words: that of a wrong signature, for one, quotes the request with its token.
  const reason = denied ? `${cause.name}: ${cause.message}` : 'code' in cause ? String(cause.code) : cause.name;
  return new UserError(
    `${attempted}: ${reason.replace(/\.?$/, '.')}`,
    denied
      ? 'Your identity needs cloudformation:ListStackResources on the stack, and lambda:GetFunctionConfiguration on its live functions.'
      : 'Check your AWS credentials and the network; deploy the app if it is not deployed.',
    { cause },
  );
}
