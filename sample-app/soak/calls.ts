import {
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  type LambdaClient,
  type LambdaServiceException,
} from '@aws-sdk/client-lambda';
import { hashOf, textOf } from './app/functions/content.mjs';

export type SoakFunction = 'Echo' | 'Bundled' | 'Stream';

/** What a caller asks for. */
export interface Order {
  readonly call: number;
  readonly fn: SoakFunction;
  readonly eventBytes: number;
  readonly answerBytes: number;
  readonly ends: 'answers' | 'fails' | 'exits';
  readonly waitMs: number;
}

/** What a caller got. */
export interface Call {
  readonly call: number;
  readonly fn: SoakFunction;
  readonly requestId: string;
  /** `told`: live-lambda's own error, which says what became of the event. */
  readonly outcome: 'right' | 'told' | 'wrong' | 'hung';
  readonly detail: string;
  /** Whether the error says that the handler did not run. */
  readonly saysNotRun: boolean;
  /** The version of the code that answered. */
  readonly version: number | undefined;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** The most that an invocation and its answer may have (Lambda quotas: 6 MB each, synchronously). */
export const largestBytes = 6_291_456;

/** A call that has no answer so long after it began has hung: the timeout of the functions, and that of an init phase. */
const hungMs = 45_000;

const answersOf = (order: Order): string => JSON.stringify({ call: order.call, answerBytes: order.answerBytes });

/** The event of an order, as so many bytes of JSON. An order of none has none. */
function eventOf(order: Order): { readonly event: string; readonly text: string } {
  if (order.eventBytes === 0) return { event: '', text: '' };
  const { call, answerBytes, ends, waitMs } = order;
  const frame = JSON.stringify({ call, answerBytes, ends, waitMs, text: '' });
  const text = textOf(call, Math.max(0, order.eventBytes - frame.length));
  return { event: JSON.stringify({ call, answerBytes, ends, waitMs, text }), text };
}

type Result = Pick<Call, 'requestId' | 'outcome' | 'detail' | 'version'> & { readonly saysNotRun?: boolean };

const excerpt = (text: string): string => text.slice(0, 300);

/** Judges a function error: that which was asked for, live-lambda's own, or a wrong one. */
function judgeError(order: Order, requestId: string, payload: string): Result {
  const { errorType, errorMessage } = JSON.parse(payload) as {
    readonly errorType: string;
    readonly errorMessage: string;
  };
  const version = undefined;
  if (errorType.startsWith('LiveLambda.')) {
    const saysNotRun = errorMessage.includes('The handler did not run.');
    return { requestId, outcome: 'told', detail: errorType, version, saysNotRun };
  }
  const asked =
    order.ends === 'fails'
      ? errorMessage === `call ${order.call} was to fail`
      : order.ends === 'exits' && errorType === 'Runtime.ExitError';
  return { requestId, outcome: asked ? 'right' : 'wrong', detail: excerpt(payload), version };
}

function judgeAnswer(order: Order, sent: string, requestId: string, payload: string): Result {
  const answer = JSON.parse(payload) as Readonly<
    Record<'call' | 'requestId' | 'version' | 'received' | 'text', unknown>
  >;
  const { version } = answer;
  const empty = { ...answer, text: '' };
  const frameBytes = JSON.stringify(empty).length;
  const call = order.eventBytes === 0 ? 0 : order.call;
  const wanted = textOf(call, Math.max(0, (order.eventBytes === 0 ? 0 : order.answerBytes) - frameBytes));
  const right =
    order.ends === 'answers' &&
    answer.call === call &&
    answer.requestId === requestId &&
    answer.received === hashOf(sent) &&
    answer.text === wanted;
  return {
    requestId,
    outcome: right ? 'right' : 'wrong',
    detail: right ? '' : `asked ${answersOf(order)}, got ${excerpt(payload)}`,
    version: typeof version === 'number' ? version : undefined,
  };
}

async function invoke(lambda: LambdaClient, name: string, order: Order, abortSignal: AbortSignal): Promise<Result> {
  const { event, text } = eventOf(order);
  const answer = await lambda.send(new InvokeCommand({ FunctionName: name, Payload: event }), { abortSignal });
  const requestId = answer.$metadata.requestId ?? '';
  const payload = Buffer.from(answer.Payload ?? []).toString();
  return answer.FunctionError ? judgeError(order, requestId, payload) : judgeAnswer(order, text, requestId, payload);
}

async function invokeStreaming(
  lambda: LambdaClient,
  name: string,
  order: Order,
  abortSignal: AbortSignal,
): Promise<Result> {
  const command = new InvokeWithResponseStreamCommand({ FunctionName: name, Payload: eventOf(order).event });
  const answer = await lambda.send(command, { abortSignal });
  const requestId = answer.$metadata.requestId ?? '';
  const parts: Uint8Array[] = [];
  let failure: string | undefined;
  let complete = false;
  for await (const { PayloadChunk, InvokeComplete } of answer.EventStream ?? []) {
    if (PayloadChunk?.Payload) parts.push(PayloadChunk.Payload);
    if (InvokeComplete) complete = true;
    if (InvokeComplete?.ErrorCode) failure = InvokeComplete.ErrorDetails ?? '{}';
  }
  const all = Buffer.concat(parts).toString();
  if (failure !== undefined) return judgeError(order, requestId, failure);
  const version = Number(/^(\d+)\n/.exec(all)?.[1]);
  const wanted = order.answerBytes === 0 ? '' : `${version}\n${textOf(order.call, order.answerBytes)}`;
  const right = complete && order.ends === 'answers' && all === wanted;
  return {
    requestId,
    outcome: right ? 'right' : 'wrong',
    detail: right ? '' : `asked ${answersOf(order)}, got ${all.length} bytes: ${excerpt(all)}`,
    version: order.answerBytes === 0 ? undefined : version,
  };
}

/** Makes one call, and says what became of it. Never rejects. */
export async function makeCall(lambda: LambdaClient, name: string, order: Order): Promise<Call> {
  const { call, fn } = order;
  const startedAt = Date.now();
  const limit = AbortSignal.timeout(hungMs);
  const done = (result: Result): Call => ({ saysNotRun: false, ...result, call, fn, startedAt, endedAt: Date.now() });
  try {
    return done(await (fn === 'Stream' ? invokeStreaming : invoke)(lambda, name, order, limit));
  } catch (error) {
    const { name: kind, message, $metadata } = error as LambdaServiceException;
    const requestId = $metadata?.requestId ?? '';
    return done({
      requestId,
      outcome: limit.aborted ? 'hung' : 'wrong',
      detail: `${kind}: ${message}`,
      version: undefined,
    });
  }
}

/** An event that nobody waits for. @returns its request id */
export async function callAsynchronously(lambda: LambdaClient, name: string, call: number): Promise<string> {
  const answer = await lambda.send(
    new InvokeCommand({ FunctionName: name, InvocationType: 'Event', Payload: JSON.stringify({ call }) }),
  );
  return answer.$metadata.requestId ?? '';
}
