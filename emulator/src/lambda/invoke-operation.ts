import { randomBytes, randomUUID } from 'node:crypto';
import type { EmulatorListener } from '../events.ts';
import type { SignedRequest } from '../signature/canonical-request.ts';
import type { ApiAnswer } from './api-answer.ts';
import type { AsynchronousQueue, AttemptResult } from './asynchronous-queue.ts';
import {
  type Attempt,
  type AttemptEnd,
  attemptInvocation,
  type FunctionTarget,
  invocationHeaders,
  notRunAnswer,
  notRunReason,
  withoutBody,
} from './function-target.ts';
import { errorTypeOf } from './invocation-log.ts';
import { type InvocationType, parseInvoke } from './invoke-request.ts';
import type { LambdaService } from './lambda-service.ts';
import type { FinishedInvocation } from './pooled-environment.ts';

export interface InvokeOperationOptions {
  readonly service: LambdaService;
  /** Takes the asynchronous invocations. */
  readonly queue: AsynchronousQueue;
  readonly now: () => number;
  readonly onEvent: EmulatorListener;
}

const invocationTypes: readonly InvocationType[] = ['RequestResponse', 'Event', 'DryRun'];

const finishedAnswer = (attempt: Attempt, { outcome, logTail }: FinishedInvocation): ApiAnswer => ({
  status: 200,
  headers: {
    'content-type': 'application/json',
    ...invocationHeaders(attempt),
    ...(outcome.type === 'error' ? { 'x-amz-function-error': 'Unhandled' } : {}),
    ...(attempt.request.wantsLogTail ? { 'x-amz-log-result': logTail } : {}),
  },
  body: outcome.body,
});

const attemptResult = (end: AttemptEnd<FinishedInvocation>): AttemptResult => {
  if (end.type === 'not-run') return { type: 'impossible', reason: notRunReason(end) };
  const { outcome } = end.result;
  return outcome.type === 'error' ? { type: 'failed', reason: errorTypeOf(outcome.body) } : { type: 'succeeded' };
};

/** Invoke ("Invoke" in the AWS Lambda API reference). */
export const createInvokeOperation = ({ service, queue, now, onEvent }: InvokeOperationOptions) => {
  const run = (attempt: Attempt) => attemptInvocation(attempt, { invoke: service.invoke, onEvent });

  const answerSynchronously = async (attempt: Attempt): Promise<ApiAnswer> => {
    const end = await run(attempt);
    return end.type === 'not-run' ? notRunAnswer(end) : finishedAnswer(attempt, end.result);
  };

  /** Each attempt runs what is deployed by then. */
  const enqueue = ({ target, request, requestId }: Attempt): void => {
    const { functionName } = target.configuration;
    const attempt = async (): Promise<AttemptResult> => {
      const { qualifier } = target;
      const configuration = service.catalog.find({ functionName, qualifier });
      if (!configuration) return { type: 'impossible', reason: 'the function is no longer deployed' };
      return attemptResult(await run({ target: { configuration, qualifier }, request, requestId }));
    };
    queue.put({ functionName, requestId, attempt });
  };

  return async (target: FunctionTarget, { headers, payload }: SignedRequest): Promise<ApiAnswer> => {
    const parsed = parseInvoke({ headers, payload, nowMs: now(), randomBytes, invocationTypes });
    if (parsed.type === 'refused') return parsed.answer;
    const attempt = { target, request: parsed.request, requestId: randomUUID() };
    switch (attempt.request.invocationType) {
      case 'DryRun':
        return withoutBody(204, attempt.requestId);
      case 'RequestResponse':
        return answerSynchronously(attempt);
      case 'Event':
        enqueue(attempt);
        return withoutBody(202, attempt.requestId);
    }
  };
};
