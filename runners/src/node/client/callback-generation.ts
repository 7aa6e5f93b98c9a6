import { environmentMembers, exportTrace, headerMembers } from './context.ts';
import type { Failures } from './failures.ts';
import type { Handler } from './load-handler.ts';
import type { Log } from './log.ts';
import { warnIfRefused } from './posted-answer.ts';
import type { NextInvocation, PostedAnswer, RuntimeConnection } from './runtime-connection.ts';
import { callbackEraErrorBody, runtimeError } from './runtime-error.ts';
import { serializeResult, UNSERIALIZABLE } from './serialize-result.ts';

/** Lambda's text for an async handler that left nothing to wait for. */
const NEVER_SETTLED =
  'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes';

export interface CallbackGenerationOptions {
  readonly connection: RuntimeConnection;
  readonly handler: Handler;
  readonly log: Log;
  readonly failures: Failures;
}

/**
 * Runs invocations as nodejs22.x and older do: with a callback and `context.done`, an answer that waits for an empty
 * event loop, and a result that is taken from a promise only.
 */
export function serveCallbackGeneration({ connection, handler, log, failures }: CallbackGenerationOptions): void {
  const loop = listenForEmptyLoop();
  const isAsync = isAsyncFunction(handler);
  warnAboutCallback(handler, log);

  const scheduleNext = (): void => {
    if (failures.ending) return;
    setImmediate(() => {
      serveOne().catch(failures.disconnected);
    });
  };
  const serveOne = async (): Promise<void> => {
    const invocation = await connection.next();
    const { requestId } = invocation;
    log.setInvocation({ requestId, tenantId: invocation.headers['lambda-runtime-aws-tenant-id'] });
    const send = (posted: Promise<PostedAnswer>): void => {
      posted.then(warnIfRefused).then(scheduleNext, failures.disconnected);
    };
    const answer = createAnswer({ connection, requestId, log, loop, send });
    failures.belongTo(requestId);
    loop.whenEmpty(() => answer.settleUnanswered(isAsync));
    callHandler({ handler, invocation, answer });
  };
  scheduleNext();
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
    const context = Object.assign(answer.context, environmentMembers(process.env), headerMembers(invocation));
    const result = Reflect.apply(handler, SELF, [event, context, answer.callback]);
    // Only `then` is asked for, and `catch` taken for granted: what else has a `then` fails here as it does in Lambda.
    if (isThenable(result)) result.then(answer.context.succeed, answer.context.fail).catch(answer.context.fail);
  } catch (error) {
    answer.callback(error);
  }
}

/** What `this` is in a handler. Its name shows in traces: `at Runtime.handler`. */
const SELF = new (class Runtime {})();

interface EmptyLoop {
  /** Replaces what happens when nothing is left to run. */
  whenEmpty(run: () => void): void;
}

function listenForEmptyLoop(): EmptyLoop {
  let onEmpty = (): void => undefined;
  process.on('beforeExit', () => {
    const run = onEmpty;
    onEmpty = () => undefined;
    run();
  });
  return {
    whenEmpty(run) {
      onEmpty = run;
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
  let waitsForEmptyLoop = true;
  /** A way to answer was used. */
  let decided = false;
  /** A result was sent, or is none of the handler's business any more. */
  let completed = false;

  const postError = (error: unknown): void => {
    log.error('Invoke Error', error);
    const body = callbackEraErrorBody(error);
    send(connection.reportError(requestId, { errorType: body.errorType, body: JSON.stringify(body) }));
  };
  const complete = (result: unknown): void => {
    if (completed) {
      log.warn('This invocation was answered before; a second answer is ignored.');
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
    if (isGiven(error) || !waitsForEmptyLoop) done(error, result);
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
    context: {
      get callbackWaitsForEmptyEventLoop() {
        return waitsForEmptyLoop;
      },
      set callbackWaitsForEmptyEventLoop(value) {
        waitsForEmptyLoop = value;
      },
      succeed: once((result) => done(null, result)),
      fail: once((error) => done(isGiven(error) ? error : 'handled')),
      done: once(done),
    },
    settleUnanswered(isAsync) {
      completed = true;
      if (isAsync) postError(runtimeError('NodeJsExit', NEVER_SETTLED));
      else send(connection.respond(requestId, 'null'));
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
  log.warn(
    'This handler takes a callback, which nodejs24.x and newer refuse: make it async before you upgrade. AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING silences this line.',
  );
}
