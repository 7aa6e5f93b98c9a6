import type { Log } from './log.ts';
import type { RuntimeConnection } from './runtime-connection.ts';
import { callbackEraErrorBody, runtimeError } from './runtime-error.ts';

/** Exit codes of Lambda's runtime for nodejs22.x and older. */
const EXIT_AFTER_EXCEPTION = 129;
const EXIT_AFTER_REJECTION = 128;
const EXIT_WITHOUT_RUNTIME_API = 1;

/** What the callback generation does about errors that no handler caught: report them, then end the process. */
export interface Failures {
  /** From here on failures belong to this invocation; before the first one, to the initialisation. */
  belongTo(requestId: string): void;
  /** An error is being reported, and the process will end: nothing new may be asked for. */
  readonly ending: boolean;
  uncaught(error: unknown): void;
  /** The Runtime API cannot be reached: there is nobody to report to. */
  disconnected(error: unknown): void;
}

export interface FailuresOptions {
  readonly connection: RuntimeConnection;
  readonly log: Log;
}

/** Listens for uncaught exceptions and unhandled rejections, as nodejs22.x and older do, from the start on. */
export function reportFailures({ connection, log }: FailuresOptions): Failures {
  let requestId: string | undefined;
  let ending = false;

  const end = async (error: unknown, exitCode: number): Promise<void> => {
    if (ending) return;
    ending = true;
    const body = callbackEraErrorBody(error);
    const report = { errorType: body.errorType, body: JSON.stringify(body) };
    try {
      await (requestId === undefined ? connection.reportInitError(report) : connection.reportError(requestId, report));
    } finally {
      process.exit(exitCode);
    }
  };
  const uncaught = (error: unknown): void => {
    log.error('Uncaught Exception', error);
    void end(error, EXIT_AFTER_EXCEPTION);
  };
  const unhandled = (reason: unknown, promise: unknown): void => {
    const error = runtimeError('UnhandledPromiseRejection', String(reason));
    Object.assign(error, { reason, promise });
    log.error('Unhandled Promise Rejection', error);
    void end(error, EXIT_AFTER_REJECTION);
  };
  process.on('uncaughtException', uncaught);
  process.on('unhandledRejection', unhandled);
  return {
    belongTo(id) {
      requestId = id;
    },
    get ending() {
      return ending;
    },
    uncaught,
    disconnected(error) {
      if (ending) return;
      log.error('Runtime API is out of reach', error);
      process.exit(EXIT_WITHOUT_RUNTIME_API);
    },
  };
}
