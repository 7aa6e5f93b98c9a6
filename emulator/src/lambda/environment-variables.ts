import path from 'node:path';
import type { SessionCredentials } from '../signature/credentials.ts';
import { type FunctionConfiguration, maxEnvironmentBytes } from './function-configuration.ts';

/** Names that a function must not set (AWS Lambda developer guide, "Defined runtime environment variables"). */
const reservedNames: readonly string[] = [
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SECRET_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
];

/** What Lambda would say against the variables of a function, or `undefined`. */
export const environmentProblem = (variables: Readonly<Record<string, string>>): string | undefined => {
  const reserved = Object.keys(variables).filter((name) => reservedNames.includes(name));
  if (reserved.length > 0) {
    return `the environment variables contain reserved keys that cannot be set: ${reserved.join(', ')}`;
  }
  const bytes = Object.entries(variables).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  return bytes > maxEnvironmentBytes
    ? `the environment variables take ${bytes} bytes and exceed the 4KB limit (${maxEnvironmentBytes} bytes)`
    : undefined;
};

/** `nodejs22.x` -> `22`; `undefined` for other runtimes. */
const nodeMajorOf = (runtime: string): string | undefined => /^nodejs(\d+)\.x$/.exec(runtime)?.[1];

const nodePath = (configuration: FunctionConfiguration, major: string): string => {
  const opt = (...parts: readonly string[]) => path.join(configuration.optRoot, ...parts);
  return [opt('nodejs', `node${major}`, 'node_modules'), opt('nodejs', 'node_modules'), configuration.taskRoot].join(
    path.delimiter,
  );
};

export interface EnvironmentFacts {
  readonly configuration: FunctionConfiguration;
  readonly region: string;
  readonly logStream: string;
  readonly credentials: SessionCredentials;
  /** Where this machine's AWS is, so that no handler's call leaves for the one that costs money. */
  readonly endpointUrl: string;
  /** Folders in which this machine finds its programs: `/var/lang/bin` and its kind do not exist here. */
  readonly programPath: string;
}

/**
 * The variables of an execution environment. Nothing of this process's own gets in. Names, values and precedence:
 * "Defined runtime environment variables" in the AWS Lambda developer guide.
 */
export const environmentVariables = (facts: EnvironmentFacts): Readonly<Record<string, string>> => {
  const { configuration, region, credentials } = facts;
  const { runtime } = configuration;
  const major = nodeMajorOf(runtime);
  // Lambda takes names that start with an underscore and then leaves them out.
  const own = Object.entries(configuration.environment).filter(([name]) => !name.startsWith('_'));
  return {
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: facts.programPath,
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    // Every SDK takes it for every service (AWS SDKs and Tools Reference Guide, "Service-specific endpoints").
    AWS_ENDPOINT_URL: facts.endpointUrl,
    ...(major === undefined ? {} : { NODE_PATH: nodePath(configuration, major), SHLVL: '0' }),
    ...Object.fromEntries(own),
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    ...(runtime.startsWith('provided') ? {} : { AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}` }),
    AWS_LAMBDA_FUNCTION_NAME: configuration.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: configuration.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: configuration.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: facts.logStream,
    LAMBDA_TASK_ROOT: configuration.taskRoot,
    PWD: configuration.taskRoot,
    _HANDLER: configuration.handler,
  };
};
