import { format } from 'node:util';
import { toLoggedError } from './runtime-error.ts';

/** Source: AWS Lambda Developer Guide, "Configuring advanced logging controls": the levels, lowest first. */
const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
type Level = (typeof LEVELS)[number];

/** Where libraries for Lambda look for the id of the running request, besides us. */
const REQUEST_ID = Symbol.for('aws.lambda.runtime.requestId');
const TENANT_ID = Symbol.for('aws.lambda.runtime.tenantId');
const shared = globalThis as unknown as Record<symbol, string | undefined>;

export interface Log {
  setInvocation(ids: { readonly requestId: string; readonly tenantId: string | undefined }): void;
  warn(text: string): void;
  /** A line of the runtime itself about an error, with everything that the error carries. */
  error(title: string, thrown: unknown): void;
}

export interface LogOptions {
  readonly env: NodeJS.ProcessEnv;
  /** What stands for the request id before the first invocation. */
  readonly requestIdAtInit: string | undefined;
}

/** Gives the global console the format of Lambda's logs: text, or JSON if `AWS_LAMBDA_LOG_FORMAT` says so. */
export function patchConsole({ env, requestIdAtInit }: LogOptions): Log {
  const json = env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON';
  // Lambda's own pipe for logs, which does not exist here and must not be seen by the handler.
  delete env._LAMBDA_TELEMETRY_LOG_FD;
  const wanted = LEVELS.indexOf(env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase() as Level);
  const write = (level: Level, values: readonly unknown[]): void => {
    const requestId = shared[REQUEST_ID] ?? requestIdAtInit;
    const head = { timestamp: new Date().toISOString(), level, requestId };
    const record = json ? jsonRecord(head, values) : `${head.timestamp}\t${requestId}\t${level}\t${format(...values)}`;
    process.stdout.write(`${record.replaceAll('\n', '\r')}\n`);
  };
  const method = (level: Level) =>
    LEVELS.indexOf(level) < wanted && level !== 'FATAL'
      ? () => undefined
      : (...values: readonly unknown[]) => write(level, values);
  const [info, warn, error] = [method('INFO'), method('WARN'), method('ERROR')];
  const trace = method('TRACE');
  Object.assign(console, { trace, debug: method('DEBUG'), info, log: info, warn, error, fatal: method('FATAL') });
  return {
    setInvocation({ requestId, tenantId }) {
      shared[REQUEST_ID] = requestId;
      shared[TENANT_ID] = tenantId;
    },
    warn,
    error(title, thrown) {
      if (json) error(thrown instanceof Error ? thrown : new Error(thrown as string));
      else error(title, toLoggedError(thrown));
    },
  };
}

interface RecordHead {
  readonly timestamp: string;
  readonly level: Level;
  readonly requestId: string | undefined;
}

function jsonRecord(head: RecordHead, values: readonly unknown[]): string {
  const tenantId = shared[TENANT_ID];
  const start = tenantId === undefined ? head : { ...head, tenantId };
  if (values.length === 1) {
    try {
      return JSON.stringify({ ...start, message: values[0] }, (_key, value: unknown) =>
        value instanceof Error ? { ...errorFields(value), ...value } : value,
      );
    } catch {
      return JSON.stringify({ ...start, message: format(values[0]) });
    }
  }
  const error = values.find((value) => value instanceof Error);
  return JSON.stringify({ ...start, message: format(...values), ...(error === undefined ? {} : errorFields(error)) });
}

function errorFields(error: Error) {
  return {
    errorType: error.constructor?.name ?? 'UnknownError',
    errorMessage: error.message,
    stackTrace: typeof error.stack === 'string' ? error.stack.split('\n') : [],
  };
}
