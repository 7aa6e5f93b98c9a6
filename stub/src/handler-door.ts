import { randomUUID } from 'node:crypto';
import { errorBody, type FunctionError, notJson } from './failure.ts';
import type { NextInvocation, RuntimeClient, StreamBody } from './runtime-client.ts';
import type { Settings } from './settings.ts';

/** The longest that a function may take (Lambda Developer Guide, "Lambda quotas"), for hosts that do not say. */
const maxTimeoutMs = 900_000;

/** The largest answer that Lambda takes in one piece: 6 MiB and 100 bytes (Lambda's own refusal names the number). */
const maxAnswerBytes = 6_291_556;

/** A Node.js handler's context (Lambda Developer Guide, "Using the Lambda context object"); hosts give parts of it. */
export interface HostContext {
  readonly awsRequestId?: string;
  readonly invokedFunctionArn?: string;
  readonly clientContext?: unknown;
  readonly identity?: unknown;
  readonly tenantId?: unknown;
  readonly xRayTraceId?: unknown;
  readonly getRemainingTimeInMillis?: () => number;
}

/**
 * Two sides of one thing: an ordinary handler, for a host whose runtime cannot be replaced, and the Runtime API that the
 * stub's core takes events from and answers to. What it cannot pass on as it is: the host parsed the event and serialises
 * the answer, so that both are JSON values here and no bytes.
 */
export interface HandlerDoor {
  readonly handler: (event: unknown, context?: HostContext) => Promise<unknown>;
  readonly runtime: RuntimeClient;
}

export interface HandlerDoorOptions {
  readonly settings: Pick<Settings, 'functionPath'>;
  readonly wallClockMs: () => number;
  /** X-Ray's header of the invocation at hand, where the context does not say it. */
  readonly traceId: () => string | undefined;
}

interface Waiting {
  readonly invocation: NextInvocation;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** An environment takes one event at a time; a host that brings more has them wait. */
export function createHandlerDoor(options: HandlerDoorOptions): HandlerDoor {
  const waiting: Waiting[] = [];
  let running: Waiting | undefined;
  let wake: () => void = () => undefined;

  function respond(body: Uint8Array): void {
    const answer = parse(body);
    if (answer) running?.resolve(answer.value);
    else running?.reject(thrown(errorBody(notJson(options.settings))));
  }

  return {
    handler: (event, context = {}) =>
      new Promise((resolve, reject) => {
        waiting.push({ invocation: invocationOf(event, context, options), resolve, reject });
        wake();
      }),
    runtime: {
      async next() {
        for (;;) {
          running = waiting.shift();
          if (running) return running.invocation;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      },
      async respond(_requestId, body) {
        respond(body);
      },
      async fail(_requestId, body) {
        running?.reject(thrown(body));
      },
      async stream(_requestId, body) {
        const { bytes, error } = await wholeOf(body);
        if (error) running?.reject(thrown(error.body));
        else respond(bytes);
      },
      async failInit(body) {
        running?.reject(thrown(body));
      },
    },
  };
}

/** What Lambda's Runtime API would have said: its headers are rebuilt from what the host's runtime made of them. */
function invocationOf(event: unknown, context: HostContext, options: HandlerDoorOptions): NextInvocation {
  const requestId = context.awsRequestId || randomUUID();
  const deadlineMs = options.wallClockMs() + (context.getRemainingTimeInMillis?.() ?? maxTimeoutMs);
  const given: Readonly<Record<string, string | undefined>> = {
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': requestId,
    'lambda-runtime-deadline-ms': String(deadlineMs),
    'lambda-runtime-invoked-function-arn': text(context.invokedFunctionArn),
    'lambda-runtime-trace-id': text(context.xRayTraceId) ?? options.traceId(),
    'lambda-runtime-client-context': json(context.clientContext),
    'lambda-runtime-cognito-identity': json(context.identity),
    'lambda-runtime-aws-tenant-id': text(context.tenantId),
  };
  const headers = Object.fromEntries(
    Object.entries(given).filter((header): header is [string, string] => header[1] !== undefined),
  );
  // An invocation without a payload has an empty object as its event.
  return { requestId, headers, event: Buffer.from(JSON.stringify(event) ?? '{}'), deadlineMs };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function json(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : undefined;
}

/** All parts of a stream, which the tunnel sends on only while they are taken. What is too large cannot be given back. */
async function wholeOf(body: StreamBody) {
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const part = await body.next();
    if (part.done) return { bytes: size > maxAnswerBytes ? new Uint8Array() : Buffer.concat(parts), error: part.value };
    size += part.value.length;
    if (size <= maxAnswerBytes) parts.push(part.value);
  }
}

/**
 * A function error as what a handler throws: AWS's runtime clients make `errorType`, `errorMessage` and `trace` of an
 * error's name, message and stack.
 */
function thrown(body: Uint8Array): Error {
  const { errorType, errorMessage, trace, stackTrace } = errorOf(body);
  const error = new Error(errorMessage);
  error.name = errorType;
  const lines = trace ?? stackTrace;
  const told = Array.isArray(lines) && lines.length > 0 ? lines.join('\n') : `${errorType}: ${errorMessage}`;
  Object.defineProperty(error, 'stack', { value: told, configurable: true, writable: true });
  return error;
}

/** A runtime may post anything as its error. Node.js's has its stack as `trace`, Python's as `stackTrace`. */
function errorOf(body: Uint8Array): FunctionError & { readonly trace?: unknown; readonly stackTrace?: unknown } {
  const value = parse(body)?.value;
  const given: Readonly<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {};
  const { errorType, errorMessage } = given;
  return {
    ...given,
    errorType: typeof errorType === 'string' ? errorType : 'Runtime.Unknown',
    errorMessage: typeof errorMessage === 'string' ? errorMessage : Buffer.from(body).toString(),
  };
}

function parse(body: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(Buffer.from(body).toString()) };
  } catch {
    return undefined;
  }
}
