import type { ErrorOrigin, ErrorOutcome } from '../invocation.ts';

/** How the process behind a Runtime API ended. */
export type ProcessEnd =
  | { readonly type: 'exited'; readonly code: number }
  /** `signal` is the POSIX name, for example `SIGKILL`. */
  | { readonly type: 'signalled'; readonly signal: string }
  | { readonly type: 'not-started'; readonly reason: string };

/**
 * Largest answer of a buffered invocation: 6 MiB and 100 bytes.
 * Source: the text that Lambda itself returns for a larger one ("maximum allowed payload size (6291556 bytes)").
 */
export const MAX_RESPONSE_BYTES = 6_291_556;

/**
 * Largest answer of an invocation whose caller takes a stream: 200 MB.
 * Source: AWS Lambda Developer Guide, "Response streaming for Lambda functions".
 */
export const MAX_STREAMED_BYTES = 200 * 1_048_576;

/** Go's names for signals, which is what Lambda prints. Source: package `syscall` of Go for Linux. */
const SIGNAL_TEXTS: Readonly<Record<string, string>> = {
  SIGHUP: 'hangup',
  SIGINT: 'interrupt',
  SIGQUIT: 'quit',
  SIGILL: 'illegal instruction',
  SIGTRAP: 'trace/breakpoint trap',
  SIGABRT: 'aborted (core dumped)',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGKILL: 'killed',
  SIGUSR1: 'user defined signal 1',
  SIGSEGV: 'segmentation fault',
  SIGUSR2: 'user defined signal 2',
  SIGPIPE: 'broken pipe',
  SIGALRM: 'alarm clock',
  SIGTERM: 'terminated',
};

/** The outcome of a process that ended before it answered, in Lambda's words (`Runtime.ExitError`). */
export function exitOutcome(requestId: string, end: ProcessEnd): ErrorOutcome {
  switch (end.type) {
    case 'exited':
      return errorOutcome('exit', {
        errorType: 'Runtime.ExitError',
        errorMessage:
          end.code === 0
            ? `RequestId: ${requestId} Error: Runtime exited without providing a reason`
            : `RequestId: ${requestId} Error: Runtime exited with error: exit status ${end.code}`,
      });
    case 'signalled':
      return errorOutcome('exit', {
        errorType: 'Runtime.ExitError',
        errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: signal: ${SIGNAL_TEXTS[end.signal] ?? end.signal}`,
      });
    case 'not-started':
      return errorOutcome('launch', {
        errorType: 'Runtime.InvalidEntrypoint',
        errorMessage: `RequestId: ${requestId} Error: ${end.reason}`,
      });
  }
}

export interface Timeout {
  readonly requestId: string;
  /** The function's configured timeout, printed with two decimals of a second. */
  readonly timeoutMs: number;
  /** The second one stands in the trailers of a stream. Source: the code of AWS's Runtime Interface Emulator. */
  readonly errorType: 'Sandbox.Timedout' | 'Sandbox.Timeout';
}

/** The outcome at the deadline. */
export function timeoutOutcome({ requestId, timeoutMs, errorType }: Timeout): ErrorOutcome {
  return errorOutcome('timeout', {
    errorType,
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
  });
}

/** The outcome of an answer that is too large. The order of the keys is Lambda's. */
export function responseTooLargeOutcome(maxBytes: number): ErrorOutcome {
  return errorOutcome('response-too-large', {
    errorMessage: `Response payload size exceeded maximum allowed payload size (${maxBytes} bytes).`,
    errorType: 'Function.ResponseSizeTooLarge',
  });
}

/** The outcome of an answer whose upload broke off. */
export function truncatedOutcome(requestId: string): ErrorOutcome {
  return errorOutcome('truncated', {
    errorType: 'Runtime.TruncatedResponse',
    errorMessage: `RequestId: ${requestId} Error: Runtime broke off its response before the end`,
  });
}

/** The outcome of an answer with a `Lambda-Runtime-Function-Response-Mode` other than `streaming`. */
export function invalidResponseModeOutcome(requestId: string, mode: string): ErrorOutcome {
  return errorOutcome('handler', {
    errorType: 'Runtime.InvalidResponseModeHeader',
    errorMessage: `RequestId: ${requestId} Error: Invalid function response mode: ${mode}`,
  });
}

interface ErrorBody {
  readonly errorType: string;
  readonly errorMessage: string;
}

function errorOutcome(origin: ErrorOrigin, body: ErrorBody): ErrorOutcome {
  return {
    type: 'error',
    origin,
    headers: { 'content-type': 'application/json', 'lambda-runtime-function-error-type': body.errorType },
    body: new TextEncoder().encode(JSON.stringify(body)),
  };
}
