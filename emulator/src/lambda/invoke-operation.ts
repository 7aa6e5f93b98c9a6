import { randomBytes, randomUUID } from 'node:crypto';
import type { EmulatorListener } from '../events.ts';
import type { SignedRequest } from '../signature/canonical-request.ts';
import { type ApiAnswer, apiError } from './api-answer.ts';
import type { AsynchronousQueue, AttemptResult } from './asynchronous-queue.ts';
import type { FunctionConfiguration } from './function-configuration.ts';
import { qualifiedArn } from './function-name.ts';
import { errorTypeOf } from './invocation-log.ts';
import { type InvokeRequest, parseInvoke } from './invoke-request.ts';
import { type LambdaService, UnsupportedRuntimeError } from './lambda-service.ts';
import type { FinishedInvocation } from './pooled-environment.ts';

/** Which version of a function a request is for, and how it named it. */
export interface FunctionTarget {
  readonly configuration: FunctionConfiguration;
  readonly qualifier: string | undefined;
}

export interface InvokeOperationOptions {
  readonly service: LambdaService;
  /** Takes the asynchronous invocations. */
  readonly queue: AsynchronousQueue;
  readonly now: () => number;
  readonly onEvent: EmulatorListener;
}

const withoutBody = (status: number, requestId: string): ApiAnswer => ({
  status,
  headers: { 'x-amzn-requestid': requestId },
  body: '',
});

const finishedAnswer = (options: {
  readonly finished: FinishedInvocation;
  readonly request: InvokeRequest;
  readonly version: string;
  readonly requestId: string;
}): ApiAnswer => {
  const { finished, request, version, requestId } = options;
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'x-amzn-requestid': requestId,
      'x-amz-executed-version': version,
      'x-amzn-trace-id': request.traceId,
      ...(finished.outcome.type === 'error' ? { 'x-amz-function-error': 'Unhandled' } : {}),
      ...(request.wantsLogTail ? { 'x-amz-log-result': finished.logTail } : {}),
    },
    body: finished.outcome.body,
  };
};

/** What one attempt came to: an answer of the function, or the reason why there is none. */
type Attempt =
  | { readonly type: 'finished'; readonly version: string; readonly finished: FinishedInvocation }
  | { readonly type: 'not-run'; readonly error: unknown };

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const notRunAnswer = (error: unknown): ApiAnswer =>
  error instanceof UnsupportedRuntimeError
    ? apiError({ status: 502, errorType: 'InvalidRuntimeException', message: messageOf(error) })
    : apiError({ status: 500, errorType: 'ServiceException', message: messageOf(error) });

const attemptResult = (attempt: Attempt): AttemptResult => {
  if (attempt.type === 'not-run') return { type: 'impossible', reason: messageOf(attempt.error) };
  const { outcome } = attempt.finished;
  return outcome.type === 'error' ? { type: 'failed', reason: errorTypeOf(outcome.body) } : { type: 'succeeded' };
};

/** Invoke ("Invoke" in the AWS Lambda API reference). */
export const createInvokeOperation = ({ service, queue, now, onEvent }: InvokeOperationOptions) => {
  const run = async (target: FunctionTarget, request: InvokeRequest, requestId: string): Promise<Attempt> => {
    const { functionName, functionArn, version } = target.configuration;
    const { traceId, clientContext, event } = request;
    const invokedArn = qualifiedArn(functionArn, target.qualifier);
    try {
      const pending = { requestId, invokedArn, traceId, clientContext, event };
      return { type: 'finished', version, finished: await service.invoke(target.configuration, pending) };
    } catch (error) {
      onEvent({ type: 'invocation-failed', functionName, requestId, reason: messageOf(error) });
      return { type: 'not-run', error };
    }
  };

  const answerSynchronously = async (...[target, request, requestId]: Parameters<typeof run>): Promise<ApiAnswer> => {
    const attempt = await run(target, request, requestId);
    if (attempt.type === 'not-run') return notRunAnswer(attempt.error);
    return finishedAnswer({ ...attempt, request, requestId });
  };

  /** Each attempt runs what is deployed by then. */
  const enqueue = (...[target, request, requestId]: Parameters<typeof run>): void => {
    const { functionName } = target.configuration;
    const attempt = async (): Promise<AttemptResult> => {
      const { qualifier } = target;
      const configuration = service.catalog.find({ functionName, qualifier });
      if (!configuration) return { type: 'impossible', reason: 'the function is no longer deployed' };
      return attemptResult(await run({ configuration, qualifier }, request, requestId));
    };
    queue.put({ functionName, requestId, attempt });
  };

  return async (target: FunctionTarget, { headers, payload }: SignedRequest): Promise<ApiAnswer> => {
    const parsed = parseInvoke({ headers, payload, nowMs: now(), randomBytes });
    if (parsed.type === 'refused') return parsed.answer;
    const { request } = parsed;
    const requestId = randomUUID();
    switch (request.invocationType) {
      case 'DryRun':
        return withoutBody(204, requestId);
      case 'RequestResponse':
        return answerSynchronously(target, request, requestId);
      case 'Event':
        enqueue(target, request, requestId);
        return withoutBody(202, requestId);
    }
  };
};
