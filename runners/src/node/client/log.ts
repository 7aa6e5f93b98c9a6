import { format } from 'node:util';
import type { Generation } from './generation.ts';
import type { RunningRequest } from './running-request.ts';
import { toError, toLoggedError } from './runtime-error.ts';

/** Source: AWS Lambda Developer Guide, "Configuring advanced logging controls": the levels, lowest first. */
const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
type Level = (typeof LEVELS)[number];

/** What the runtime itself says in the function's log. */
export interface Log {
  warn(text: string): void;
  plainError(text: string): void;
  /** A line about an error, with everything that the error carries. */
  error(title: string, thrown: unknown): void;
}

export interface LogOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly generation: Generation;
  /** Asked for each record. */
  readonly request: RunningRequest;
}

/** Gives the global console the format of Lambda's logs: text, or JSON if `AWS_LAMBDA_LOG_FORMAT` says so. */
export function patchConsole({ env, generation, request }: LogOptions): Log {
  const json = env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON';
  // Lambda's own pipe for logs, which does not exist here and must not be seen by the handler.
  delete env._LAMBDA_TELEMETRY_LOG_FD;
  const wanted = LEVELS.indexOf(env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase() as Level);
  const write = (level: Level, [message, ...values]: LoggedValues): void => {
    const { requestId, tenantId } = request;
    const head = { timestamp: new Date().toISOString(), level, requestId };
    const record = json
      ? jsonRecord({ ...head, ...(tenantId ? { tenantId } : {}) }, [message, ...values], generation)
      : `${head.timestamp}\t${requestId}\t${level}\t${format(message, ...values)}`;
    process.stdout.write(`${record.replaceAll('\n', '\r')}\n`);
  };
  const method = (level: Level) =>
    LEVELS.indexOf(level) < wanted
      ? () => undefined
      : (message?: unknown, ...values: readonly unknown[]) => write(level, [message, ...values]);
  const [info, warn, error] = [method('INFO'), method('WARN'), method('ERROR')];
  const trace = method('TRACE');
  Object.assign(console, { trace, debug: method('DEBUG'), info, log: info, warn, error, fatal: method('FATAL') });
  return {
    warn,
    plainError: error,
    error(title, thrown) {
      const about = toError(thrown, generation);
      if (json) error(about);
      else error(title, toLoggedError(about, generation));
    },
  };
}

/** The first value stands for the message even where nothing was given: `console.log()` prints `undefined`. */
type LoggedValues = readonly [message: unknown, ...values: unknown[]];

function jsonRecord(head: object, values: LoggedValues, generation: Generation): string {
  if (values.length === 1) {
    try {
      return JSON.stringify({ ...head, message: values[0] }, (_key, value: unknown) =>
        value instanceof Error ? { ...errorFields(value, value.stack), ...value } : value,
      );
    } catch {
      return JSON.stringify({ ...head, message: format(values[0]) });
    }
  }
  // The newer generation does not look at the first value.
  const error = values.slice(generation === 'callback' ? 0 : 1).find((value) => value instanceof Error);
  return JSON.stringify({
    ...head,
    message: format(...values),
    ...(error === undefined ? {} : errorFields(error, [])),
  });
}

function errorFields(error: Error, otherTrace: unknown) {
  return {
    errorType: error.constructor?.name ?? 'UnknownError',
    errorMessage: error.message,
    stackTrace: typeof error.stack === 'string' ? error.stack.split('\n') : otherTrace,
  };
}
