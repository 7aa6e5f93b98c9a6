import type { LiveFunction } from '@live-lambda/protocol/manifest';
import { awsClientOptions, type CloudAccess } from '../aws/client-options.ts';
import { type DeployedStacks, deployedStacks } from '../aws/stack-resources.ts';
import { awsError } from '../functions/deployment.ts';
import { UserError } from '../user-error.ts';

/**
 * A function of the manifest as it is deployed. `live`: its stub calls this app's session; `other-session`: that of
 * another; `not-live`: its own code runs; `not-deployed`: its stack has no such function; `unknown`: AWS does not say.
 */
export type DeployedState =
  | { readonly state: 'live'; readonly functionName: string }
  | { readonly state: 'other-session'; readonly functionName: string; readonly app: string; readonly session: string }
  | { readonly state: 'not-live'; readonly functionName: string }
  | { readonly state: 'not-deployed' }
  | { readonly state: 'unknown'; readonly reason: string; readonly hint: string };

/** Which session a function belongs to. */
export interface SessionName {
  readonly app: string;
  readonly session: string;
}

/** The variable by which the construct tells the stub where it is. */
const stubVariable = 'LIVE_LAMBDA';

const requestTimeoutMs = 15_000;

/** How functions of one region are deployed. */
export function deployedStates(access: CloudAccess) {
  const byRegion = new Map<string | null, DeployedStacks>();
  return async (fn: LiveFunction, session: SessionName): Promise<DeployedState> => {
    const stacks = byRegion.get(fn.region) ?? deployedStacks(access, fn.region);
    byRegion.set(fn.region, stacks);
    try {
      const place = { stack: fn.stack.name, nested: fn.stack.nested, logicalId: fn.logicalId };
      const functionName = await stacks.physicalId(place);
      if (functionName === undefined) return { state: 'not-deployed' };
      return stateOf(await stubSettings(functionName, { access, region: fn.region }), { functionName, session });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { state: 'unknown', reason: error.message, hint: error.hint };
    }
  };
}

/** @param settings value of the stub's variable; undefined where the function has none */
export function stateOf(
  settings: string | undefined,
  { functionName, session: wanted }: { readonly functionName: string; readonly session: SessionName },
): DeployedState {
  const found = sessionOf(settings);
  if (!found) return { state: 'not-live', functionName };
  const isOurs = found.app === wanted.app && found.session === wanted.session;
  return isOurs ? { state: 'live', functionName } : { state: 'other-session', functionName, ...found };
}

function sessionOf(settings: string | undefined): SessionName | undefined {
  if (settings === undefined) return undefined;
  try {
    const { app, session } = Object(JSON.parse(settings));
    return typeof app === 'string' && typeof session === 'string' ? { app, session } : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined where the function is gone, too. @throws UserError */
async function stubSettings(
  functionName: string,
  given: { readonly access: CloudAccess; readonly region: string | null },
): Promise<string | undefined> {
  const { LambdaClient, GetFunctionConfigurationCommand } = await import('../aws/lambda.ts');
  const client = new LambdaClient(await awsClientOptions({ ...given, requestTimeoutMs }));
  try {
    const { Environment } = await client.send(new GetFunctionConfigurationCommand({ FunctionName: functionName }));
    return Environment?.Variables?.[stubVariable];
  } catch (error) {
    throw awsError(error, `Function ${functionName} could not be read`);
  } finally {
    client.destroy();
  }
}
