import { randomBytes, randomUUID } from 'node:crypto';
import type { SignedRequest } from '../signature/canonical-request.ts';
import type { ApiAnswer } from './api-answer.ts';
import { eventStreamType, responseEvents } from './event-stream.ts';
import {
  attemptInvocation,
  type FunctionTarget,
  invocationHeaders,
  notRunAnswer,
  withoutBody,
} from './function-target.ts';
import type { InvokeOperationOptions } from './invoke-operation.ts';
import { type InvocationType, parseInvoke } from './invoke-request.ts';

const invocationTypes: readonly InvocationType[] = ['RequestResponse', 'DryRun'];

/** InvokeWithResponseStream ("InvokeWithResponseStream" in the AWS Lambda API reference). */
export const createStreamingInvokeOperation =
  ({ service, now, onEvent }: Omit<InvokeOperationOptions, 'queue'>) =>
  async (target: FunctionTarget, { headers, payload }: SignedRequest): Promise<ApiAnswer> => {
    const parsed = parseInvoke({ headers, payload, nowMs: now(), randomBytes, invocationTypes });
    if (parsed.type === 'refused') return parsed.answer;
    const { request } = parsed;
    const attempt = { target, request, requestId: randomUUID() };
    if (request.invocationType === 'DryRun') return withoutBody(204, attempt.requestId);
    const end = await attemptInvocation(attempt, { invoke: service.invokeStreaming, onEvent });
    if (end.type === 'not-run') return notRunAnswer(end);
    return {
      status: 200,
      headers: { 'content-type': eventStreamType, ...invocationHeaders(attempt) },
      body: responseEvents(end.result, request),
    };
  };
