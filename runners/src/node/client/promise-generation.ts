import { exportTrace, promiseContext } from './context.ts';
import { type ErrorReport, invocationReport } from './error-report.ts';
import { type InvokeStore, invokeContext } from './invoke-store.ts';
import type { Handler } from './load-handler.ts';
import type { Log } from './log.ts';
import { warnIfRefused } from './posted-answer.ts';
import { createResponseStream } from './response-stream.ts';
import type { RuntimeConnection } from './runtime-connection.ts';
import { runtimeError } from './runtime-error.ts';
import { serializeResult, UNSERIALIZABLE } from './serialize-result.ts';
import { NO_PROMISE, NOT_FINISHED, type Streaming, VALUE_IGNORED } from './streaming-handler.ts';

/** A handler with as many parameters takes a callback, which this generation does not have. */
const CALLBACK_PARAMETERS = 3;

/** Lambda's text for it, which the caller sees. */
const CALLBACKS_REMOVED =
  'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.';

export interface PromiseGenerationOptions {
  readonly connection: RuntimeConnection;
  readonly handler: Handler;
  readonly streaming: Streaming | undefined;
  readonly log: Log;
  readonly store: InvokeStore;
}

/** @throws Runtime.CallbackHandlerDeprecated for a handler that nodejs24.x and newer do not run. */
export function refuseCallbackHandler(handler: Handler): void {
  if (handler.length < CALLBACK_PARAMETERS) return;
  throw runtimeError({ generation: 'promise', name: 'CallbackHandlerDeprecated', message: CALLBACKS_REMOVED });
}

/**
 * Runs invocations as nodejs24.x and newer do: the handler's return value is awaited, whatever it is; errors that
 * nobody caught end the process, and so does an event loop that runs empty.
 */
export async function servePromiseGeneration(options: PromiseGenerationOptions): Promise<never> {
  const { connection, streaming, store } = options;
  for (;;) {
    const invocation = await connection.next();
    const { requestId } = invocation;
    const trace = exportTrace(invocation, process.env);
    const context = promiseContext(invocation, trace);
    const event: unknown = JSON.parse(invocation.event);
    await store.run(invokeContext(requestId, trace), () =>
      streaming === undefined
        ? answer({ ...options, requestId, event, context })
        : stream({ ...options, streaming, requestId, event, context }),
    );
  }
}

interface StartedInvocation extends PromiseGenerationOptions {
  readonly requestId: string;
  readonly event: unknown;
  readonly context: object;
}

/** What `this` is in a handler. Its name, and that of its member, show in traces. */
class BufferedInvokeProcessor {
  readonly handler: Handler;
  constructor(handler: Handler) {
    this.handler = handler;
  }
  run(event: unknown, context: object): unknown {
    return this.handler(event, context);
  }
}

class StreamingInvokeProcessor {
  readonly handler: Handler;
  constructor(handler: Handler) {
    this.handler = handler;
  }
  run(event: unknown, stream: object, context: object): unknown {
    return this.handler(event, stream, context);
  }
}

async function answer(invocation: StartedInvocation): Promise<void> {
  const { connection, requestId } = invocation;
  const result = await callHandler(invocation);
  const posted =
    result.type === 'response'
      ? connection.respond(requestId, result.json)
      : connection.reportError(requestId, result.report);
  warnIfRefused(await posted);
}

type HandlerAnswer =
  | { readonly type: 'response'; readonly json: string }
  | { readonly type: 'error'; readonly report: ErrorReport };

async function callHandler({ handler, event, context, log }: StartedInvocation): Promise<HandlerAnswer> {
  try {
    const result: unknown = await new BufferedInvokeProcessor(handler).run(event, context);
    await nextTurn();
    return { type: 'response', json: serializeResult(result, unserializable) };
  } catch (error) {
    await nextTurn();
    log.error('Invoke Error', error);
    return { type: 'error', report: invocationReport(error, 'promise') };
  }
}

const unserializable = (): Error =>
  runtimeError({ generation: 'promise', name: 'JSONStringifyError', message: UNSERIALIZABLE });

interface StreamedInvocation extends StartedInvocation {
  readonly streaming: Streaming;
}

async function stream(invocation: StreamedInvocation): Promise<void> {
  const { connection, handler, streaming, requestId, event, context, log } = invocation;
  const response = createResponseStream(connection.openResponse(requestId, streaming), 'promise');
  try {
    const result: unknown = new StreamingInvokeProcessor(handler).run(event, response.stream, context);
    if (!isThenable(result)) throw new Error(NO_PROMISE);
    if ((await result) !== undefined) log.warn(VALUE_IGNORED);
    await response.posted;
    if (!response.stream.writableFinished) throw new Error(NOT_FINISHED);
  } catch (error) {
    await nextTurn();
    log.error('Invoke Error', error);
    await response.fail(error);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** The runtime answers a turn of the event loop later, when rejections that nobody handled have ended the process. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
