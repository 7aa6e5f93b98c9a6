import type { NextInvocation } from './runtime-connection.ts';

/** What the variables of the environment say about the function; both generations take it from there. */
export function environmentMembers(env: NodeJS.ProcessEnv) {
  return {
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
  };
}

/** What the headers of an invocation say. `getRemainingTimeInMillis` is negative after the deadline. */
export function headerMembers({ headers }: NextInvocation) {
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

/** Sets the trace of this invocation where AWS SDKs look for it, or takes the one before away. */
export function exportTrace({ headers }: NextInvocation, env: NodeJS.ProcessEnv): string | undefined {
  const trace = headers['lambda-runtime-trace-id'];
  if (trace === undefined) delete env._X_AMZN_TRACE_ID;
  else env._X_AMZN_TRACE_ID = trace;
  return trace;
}

function parseHeader(json: string | undefined, name: string): unknown {
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Error(`Cannot parse ${name} as json: ${String(error)}`);
  }
}
