import { initReport, invocationReport } from './error-report.ts';
import type { Log } from './log.ts';
import { warnIfRefused } from './posted-answer.ts';
import type { RuntimeConnection } from './runtime-connection.ts';
import { runtimeError } from './runtime-error.ts';

/** Exit codes of Lambda's runtime for nodejs22.x and older. */
const EXIT_AFTER_EXCEPTION = 129;
const EXIT_AFTER_REJECTION = 128;
const EXIT_WITHOUT_RUNTIME_API = 1;

/** What the callback generation does about errors that no handler caught: report them, then end the process. */
export interface Failures {
  /**
   * From here on failures belong to this invocation; before the first one, to the initialisation.
   * @param onFailure called before one is reported.
   */
  belongTo(requestId: string, onFailure?: () => void): void;
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
  let beforeReport = (): void => undefined;

  const end = async (error: unknown, exitCode: number): Promise<void> => {
    ending = true;
    beforeReport();
    try {
      if (requestId === undefined) await connection.reportInitError(initReport(error, 'callback'));
      else warnIfRefused(await connection.reportError(requestId, invocationReport(error, 'callback')));
    } finally {
      process.exit(exitCode);
    }
  };
  const uncaught = (error: unknown): void => {
    if (ending) return;
    log.error('Uncaught Exception', error);
    void end(error, EXIT_AFTER_EXCEPTION);
  };
  const unhandled = (reason: unknown, promise: unknown): void => {
    if (ending) return;
    const error = runtimeError({
      generation: 'callback',
      name: 'UnhandledPromiseRejection',
      message: reason === undefined ? '' : String(reason),
    });
    Object.assign(error, { reason, promise });
    log.error('Unhandled Promise Rejection', error);
    void end(error, EXIT_AFTER_REJECTION);
  };
  process.on('uncaughtException', uncaught);
  process.on('unhandledRejection', unhandled);
  return {
    belongTo(id, onFailure = () => undefined) {
      requestId = id;
      beforeReport = onFailure;
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
