import { environmentMembers, exportTrace, headerMembers } from './context.ts';
import type { Handler } from './load-handler.ts';
import type { Log } from './log.ts';
import { warnIfRefused } from './posted-answer.ts';
import type { NextInvocation, RuntimeConnection } from './runtime-connection.ts';
import { promiseEraErrorBody, runtimeError } from './runtime-error.ts';
import { serializeResult, UNSERIALIZABLE } from './serialize-result.ts';

/** A handler with as many parameters takes a callback, which this generation does not have. */
const CALLBACK_PARAMETERS = 3;

/** Without these the runtime refuses to make a context. */
const REQUIRED_VARIABLES = [
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
] as const;

export interface PromiseGenerationOptions {
  readonly connection: RuntimeConnection;
  readonly handler: Handler;
  readonly log: Log;
}

/** @throws Runtime.CallbackHandlerDeprecated for a handler that nodejs24.x and newer do not run. */
export function refuseCallbackHandler(handler: Handler): void {
  if (handler.length < CALLBACK_PARAMETERS) return;
  throw runtimeError(
    'CallbackHandlerDeprecated',
    'Handlers with a callback are not supported by nodejs24.x and newer: take (event, context) and return a promise.',
  );
}

/**
 * Runs invocations as nodejs24.x and newer do: the handler's return value is awaited, whatever it is; errors that
 * nobody caught end the process, and so does an event loop that runs empty.
 */
export async function servePromiseGeneration({ connection, handler, log }: PromiseGenerationOptions): Promise<never> {
  for (;;) {
    const invocation = await connection.next();
    const { requestId } = invocation;
    log.setInvocation({ requestId, tenantId: invocation.headers['lambda-runtime-aws-tenant-id'] });
    const event: unknown = JSON.parse(invocation.event);
    const context = createContext(invocation);
    const answer = await callHandler({ handler, event, context, log });
    if (answer.type === 'response') warnIfRefused(await connection.respond(requestId, answer.json));
    else warnIfRefused(await connection.reportError(requestId, answer.report));
  }
}

interface HandlerCall {
  readonly handler: Handler;
  readonly event: unknown;
  readonly context: object;
  readonly log: Log;
}

type HandlerAnswer =
  | { readonly type: 'response'; readonly json: string }
  | { readonly type: 'error'; readonly report: { readonly errorType: string | undefined; readonly body: string } };

async function callHandler({ handler, event, context, log }: HandlerCall): Promise<HandlerAnswer> {
  try {
    const result: unknown = await Reflect.apply(handler, SELF, [event, context]);
    return {
      type: 'response',
      json: serializeResult(result, () => runtimeError('JSONStringifyError', UNSERIALIZABLE)),
    };
  } catch (error) {
    log.error('Invoke Error', error);
    const body = promiseEraErrorBody(error);
    return { type: 'error', report: { errorType: body.errorType, body: JSON.stringify(body) } };
  }
}

/** What `this` is in a handler. Its name shows in traces. */
const SELF = new (class BufferedInvokeProcessor {})();

/** The order of the members is that of Lambda: handlers print the whole context. */
function createContext(invocation: NextInvocation): object {
  const missing = REQUIRED_VARIABLES.filter((name) => process.env[name] === undefined);
  if (missing.length > 0) throw new Error(`The environment lacks ${missing.join(', ')}`);
  const { getRemainingTimeInMillis, ...headers } = headerMembers(invocation);
  const { functionVersion, functionName, ...rest } = environmentMembers(process.env);
  return {
    ...headers,
    xRayTraceId: exportTrace(invocation, process.env),
    getRemainingTimeInMillis,
    functionName,
    functionVersion,
    ...rest,
  };
}
