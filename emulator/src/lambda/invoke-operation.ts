import { randomBytes, randomUUID } from 'node:crypto';
import type { EmulatorListener } from '../events.ts';
import type { SignedRequest } from '../signature/canonical-request.ts';
import { type ApiAnswer, apiError } from './api-answer.ts';
import type { FunctionConfiguration } from './function-configuration.ts';
import { qualifiedArn } from './function-name.ts';
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

/** Invoke ("Invoke" in the AWS Lambda API reference). Failed asynchronous invocations are not repeated. */
export const createInvokeOperation = (options: InvokeOperationOptions) => {
  const { service, now, onEvent } = options;

  const failure = (functionName: string, requestId: string, error: unknown): ApiAnswer => {
    const message = error instanceof Error ? error.message : String(error);
    onEvent({ type: 'invocation-failed', functionName, requestId, reason: message });
    return error instanceof UnsupportedRuntimeError
      ? apiError({ status: 502, errorType: 'InvalidRuntimeException', message })
      : apiError({ status: 500, errorType: 'ServiceException', message });
  };

  const run = async (target: FunctionTarget, request: InvokeRequest, requestId: string): Promise<ApiAnswer> => {
    const { configuration, qualifier } = target;
    const { traceId, clientContext, event } = request;
    const invokedArn = qualifiedArn(configuration.functionArn, qualifier);
    try {
      const pending = { requestId, invokedArn, traceId, clientContext, event };
      const finished = await service.invoke(configuration, pending);
      return finishedAnswer({ finished, request, version: configuration.version, requestId });
    } catch (error) {
      return failure(configuration.functionName, requestId, error);
    }
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
        return run(target, request, requestId);
      case 'Event':
        // The caller waits for nothing; what fails is told to the listener.
        void run(target, request, requestId);
        return withoutBody(202, requestId);
    }
  };
};
