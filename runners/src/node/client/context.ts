import type { NextInvocation } from './runtime-connection.ts';
import { runtimeError } from './runtime-error.ts';

/** The context of nodejs22.x and older. The order of the members is Lambda's: handlers print the whole context. */
export function callbackContext(own: object, invocation: NextInvocation): object {
  return Object.assign(own, environmentMembers(process.env), headerMembers(invocation));
}

/** Without these the newer runtime refuses to make a context. */
const REQUIRED_VARIABLES = [
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
] as const;

/**
 * The context of nodejs24.x and newer, in Lambda's order too.
 * @throws Runtime.PlatformError, which ends the process.
 */
export function promiseContext(invocation: NextInvocation, trace: string | undefined): object {
  const missing = REQUIRED_VARIABLES.filter((name) => !process.env[name]);
  if (missing.length > 0) throw platformError(`Missing required environment variables: ${missing.join(', ')}`);
  const { getRemainingTimeInMillis, ...headers } = headerMembers(invocation);
  const { functionVersion, functionName, ...rest } = environmentMembers(process.env);
  return {
    ...headers,
    xRayTraceId: trace,
    getRemainingTimeInMillis,
    functionName,
    functionVersion,
    ...rest,
  };
}

/** An error that the newer runtime does not survive. */
function platformError(message: string): Error {
  return runtimeError({ generation: 'promise', name: 'PlatformError', message });
}

/** Sets the trace of this invocation where AWS SDKs look for it, or takes the one before away. */
export function exportTrace({ headers }: NextInvocation, env: NodeJS.ProcessEnv): string | undefined {
  const trace = headers['lambda-runtime-trace-id'];
  if (trace) env._X_AMZN_TRACE_ID = trace;
  else delete env._X_AMZN_TRACE_ID;
  return trace;
}

/** What the variables of the environment say about the function; both generations take it from there. */
function environmentMembers(env: NodeJS.ProcessEnv) {
  return {
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
  };
}

/** What the headers of an invocation say. `getRemainingTimeInMillis` is negative after the deadline. */
function headerMembers({ headers }: NextInvocation) {
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
  return {
    clientContext: parseHeader(headers['lambda-runtime-client-context'], 'ClientContext'),
    identity: parseHeader(headers['lambda-runtime-cognito-identity'], 'CognitoIdentity'),
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    tenantId: headers['lambda-runtime-aws-tenant-id'],
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
}

function parseHeader(json: string | undefined, name: string): unknown {
  if (!json) return undefined;
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Error(`Cannot parse ${name} as json: ${String(error)}`);
  }
}
