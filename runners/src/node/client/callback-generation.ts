import { callbackContext, exportTrace } from './context.ts';
import { invocationReport } from './error-report.ts';
import type { Failures } from './failures.ts';
import type { Handler } from './load-handler.ts';
import type { Log } from './log.ts';
import { warnIfRefused } from './posted-answer.ts';
import { createResponseStream } from './response-stream.ts';
import { globalRequest } from './running-request.ts';
import type { NextInvocation, PostedAnswer, RuntimeConnection } from './runtime-connection.ts';
import { runtimeError } from './runtime-error.ts';
import { serializeResult, UNSERIALIZABLE } from './serialize-result.ts';
import { NO_PROMISE, NOT_FINISHED, type Streaming, VALUE_IGNORED } from './streaming-handler.ts';

/** Lambda's text for an async handler that left nothing to wait for. */
const NEVER_SETTLED =
  'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes';

/** Lambda's text for a handler that newer runtimes refuse. */
const CALLBACKS_END =
  'AWS Lambda plans to remove support for callback-based function handlers starting with Node.js 24. You will need to update this function to use an async handler to use Node.js 24 or later. For more information and to provide feedback on this change, see https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/issues/137. To disable this warning, set the AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING environment variable.';

/** Lambda's text for a second answer where the first one was an error that came up late. */
const ANSWERED_TWICE =
  'Invocation has already been reported as done. Cannot call complete more than once per invocation.';

export interface CallbackGenerationOptions {
  readonly connection: RuntimeConnection;
  readonly handler: Handler;
  readonly streaming: Streaming | undefined;
  readonly log: Log;
  readonly failures: Failures;
}

/**
 * Runs invocations as nodejs22.x and older do: with a callback and `context.done`, an answer that waits for an empty
 * event loop, and a result that is taken from a promise only.
 */
export function serveCallbackGeneration(options: CallbackGenerationOptions): void {
  const { connection, handler, streaming, log, failures } = options;
  const loop = listenForEmptyLoop();
  const isAsync = isAsyncFunction(handler);
  if (streaming === undefined) warnAboutCallback(handler, log);

  const scheduleNext = (): void => {
    if (failures.ending) return;
    setImmediate(() => {
      serveOne().catch(failures.disconnected);
    });
  };
  const serveOne = async (): Promise<void> => {
    const invocation = await connection.next();
    const { requestId } = invocation;
    globalRequest.set({ requestId, tenantId: invocation.headers['lambda-runtime-aws-tenant-id'] });
    failures.belongTo(requestId);
    if (streaming !== undefined) {
      await stream({ connection, handler, streaming, invocation, log, loop, failures });
      scheduleNext();
      return;
    }
    const send = (posted: Promise<PostedAnswer>): void => {
      posted.then(warnIfRefused).then(scheduleNext, failures.disconnected);
    };
    const answer = createAnswer({ connection, requestId, log, loop, send });
    loop.whenEmpty(() => answer.settleUnanswered(isAsync));
    callHandler({ handler, invocation, answer });
  };
  scheduleNext();
}

interface StreamedInvocation {
  readonly connection: RuntimeConnection;
  readonly handler: Handler;
  readonly streaming: Streaming;
  readonly invocation: NextInvocation;
  readonly log: Log;
  readonly loop: EmptyLoop;
  readonly failures: Failures;
}

/** Runs one streaming invocation. Resolves when the next one may be asked for: with its end and an empty event loop. */
function stream(options: StreamedInvocation): Promise<void> {
  const { loop } = options;
  const waiting = waitingForEmptyLoop();
  return new Promise((resolve) => {
    // A handler that waits for nothing any more, with its response ended, does not keep the next one waiting.
    let abandoned = false;
    loop.whenEmpty(() => {
      abandoned = true;
      resolve();
    });
    void callStreamingHandler(options, waiting).then(() => {
      if (abandoned) return;
      loop.whenEmpty(() => undefined);
      if (waiting.callbackWaitsForEmptyEventLoop) loop.whenEmpty(resolve);
      else resolve();
    });
  });
}

async function callStreamingHandler(options: StreamedInvocation, waiting: object): Promise<void> {
  const { connection, handler, streaming, invocation, log } = options;
  const response = createResponseStream(connection.openResponse(invocation.requestId, streaming), 'callback');
  options.failures.belongTo(invocation.requestId, response.giveUpUnsent);
  try {
    exportTrace(invocation, process.env);
    const context = callbackContext(waiting, invocation);
    const result = new Runtime(handler).run(JSON.parse(invocation.event), response.stream, context);
    if (!isThenable(result)) throw NO_PROMISE;
    if ((await result) !== undefined) log.warn(VALUE_IGNORED);
    await response.posted;
    if (!response.stream.writableFinished) throw NOT_FINISHED;
  } catch (error) {
    log.error('Invoke Error', error);
    await response.fail(error);
  }
}

interface HandlerCall {
  readonly handler: Handler;
  readonly invocation: NextInvocation;
  readonly answer: Answer;
}

function callHandler({ handler, invocation, answer }: HandlerCall): void {
  try {
    const event: unknown = JSON.parse(invocation.event);
    exportTrace(invocation, process.env);
    const context = callbackContext(answer.context, invocation);
    const result = new Runtime(handler).run(event, context, answer.callback);
    // Only `then` is asked for, and `catch` taken for granted: what else has a `then` fails here as it does in Lambda.
    if (isThenable(result)) result.then(answer.context.succeed, answer.context.fail).catch(answer.context.fail);
  } catch (error) {
    answer.callback(error);
  }
}

/** What `this` is in a handler. Its name, and that of its member, show in traces: `at Runtime.handler`. */
class Runtime {
  readonly handler: Handler;
  constructor(handler: Handler) {
    this.handler = handler;
  }
  run(...values: readonly [unknown, unknown, unknown]): unknown {
    return this.handler(...values);
  }
}

interface EmptyLoop {
  /** Replaces what happens when nothing is left to run. */
  whenEmpty(run: () => void): void;
}

/** Where nodejs22.x and older keep it, for anybody to see. */
const ON_EMPTY_LOOP = Symbol.for('aws.lambda.beforeExit');

function listenForEmptyLoop(): EmptyLoop {
  const shared = globalThis as unknown as Record<symbol, () => void>;
  shared[ON_EMPTY_LOOP] = () => undefined;
  process.on('beforeExit', () => {
    const run = shared[ON_EMPTY_LOOP];
    shared[ON_EMPTY_LOOP] = () => undefined;
    run?.();
  });
  return {
    whenEmpty(run) {
      shared[ON_EMPTY_LOOP] = run;
    },
  };
}

interface Answer {
  callback(error?: unknown, result?: unknown): void;
  readonly context: {
    callbackWaitsForEmptyEventLoop: boolean;
    succeed(result?: unknown): void;
    fail(error?: unknown): void;
    done(error?: unknown, result?: unknown): void;
  };
  /** Nothing is left to run, and the handler has not answered. */
  settleUnanswered(isAsync: boolean): void;
}

interface AnswerOptions {
  readonly connection: RuntimeConnection;
  readonly requestId: string;
  readonly log: Log;
  readonly loop: EmptyLoop;
  readonly send: (posted: Promise<PostedAnswer>) => void;
}

/** All ways to answer one invocation; the first that is used counts. */
function createAnswer({ connection, requestId, log, loop, send }: AnswerOptions): Answer {
  const waiting = waitingForEmptyLoop();
  /** A way to answer was used. */
  let decided = false;
  /** A result was sent, or is none of the handler's business any more. */
  let completed = false;

  const postError = (error: unknown): void => {
    log.error('Invoke Error', error);
    send(connection.reportError(requestId, invocationReport(error, 'callback')));
  };
  const complete = (result: unknown): void => {
    if (completed) {
      log.plainError(ANSWERED_TWICE);
      return;
    }
    completed = true;
    const json = serializeResult(result, () => new Error(UNSERIALIZABLE));
    send(connection.respond(requestId, json));
  };
  const isGiven = (error: unknown): boolean => error !== undefined && error !== null;
  const done = (error?: unknown, result?: unknown): void => {
    loop.whenEmpty(() => undefined);
    if (isGiven(error)) postError(error);
    else complete(result);
  };
  const callback = (error?: unknown, result?: unknown): void => {
    if (isGiven(error) || !waiting.callbackWaitsForEmptyEventLoop) done(error, result);
    else loop.whenEmpty(() => setImmediate(() => complete(result)));
  };
  // Marked only when it went well: a result that cannot be sent may still be answered with the error of that.
  const once =
    (answer: (...values: readonly unknown[]) => void) =>
    (...values: readonly unknown[]): void => {
      if (decided) return;
      answer(...values);
      decided = true;
    };
  return {
    callback: once(callback),
    context: Object.assign(waiting, {
      succeed: once((result) => done(null, result)),
      fail: once((error) => done(isGiven(error) ? error : 'handled')),
      done: once(done),
    }),
    settleUnanswered(isAsync) {
      completed = true;
      if (isAsync) postError(runtimeError({ generation: 'callback', name: 'NodeJsExit', message: NEVER_SETTLED }));
      else send(connection.respond(requestId, 'null'));
    },
  };
}

/** The first member of every context: whether what is left to run is waited for. */
function waitingForEmptyLoop(): { callbackWaitsForEmptyEventLoop: boolean } {
  let waits = true;
  return {
    get callbackWaitsForEmptyEventLoop() {
      return waits;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      waits = value;
    },
  };
}

function isAsyncFunction(handler: Handler): boolean {
  return handler.constructor.name === 'AsyncFunction';
}

function isThenable(value: unknown): value is Promise<unknown> {
  return Boolean(value) && typeof (value as { readonly then?: unknown }).then === 'function';
}

function warnAboutCallback(handler: Handler, log: Log): void {
  const isAsync = isAsyncFunction(handler);
  if (handler.length !== 3 || isAsync || process.env.AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING !== undefined) return;
  log.warn(CALLBACKS_END);
}
