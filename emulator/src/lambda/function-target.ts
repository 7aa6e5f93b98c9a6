import type { EmulatorListener } from '../events.ts';
import { type ApiAnswer, apiError } from './api-answer.ts';
import type { FunctionConfiguration } from './function-configuration.ts';
import { qualifiedArn } from './function-name.ts';
import type { InvokeRequest } from './invoke-request.ts';
import { UnsupportedRuntimeError } from './lambda-service.ts';
import type { PendingInvocation } from './pooled-environment.ts';

/** Which version of a function a request is for, and how it named it. */
export interface FunctionTarget {
  readonly configuration: FunctionConfiguration;
  readonly qualifier: string | undefined;
}

/** One attempt to run an event. */
export interface Attempt {
  readonly target: FunctionTarget;
  readonly request: InvokeRequest;
  readonly requestId: string;
}

/** What came of an attempt, or the reason why the function was not run. */
export type AttemptEnd<Result> =
  | { readonly type: 'run'; readonly result: Result }
  | { readonly type: 'not-run'; readonly error: unknown };

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Runs an event by `invoke`, whose failures are told. */
export const attemptInvocation = async <Result>(
  { target, request, requestId }: Attempt,
  options: {
    readonly invoke: (configuration: FunctionConfiguration, invocation: PendingInvocation) => Promise<Result>;
    readonly onEvent: EmulatorListener;
  },
): Promise<AttemptEnd<Result>> => {
  const { functionName, functionArn } = target.configuration;
  const { traceId, clientContext, event } = request;
  const invokedArn = qualifiedArn(functionArn, target.qualifier);
  try {
    const invocation = { requestId, invokedArn, traceId, clientContext, event };
    return { type: 'run', result: await options.invoke(target.configuration, invocation) };
  } catch (error) {
    options.onEvent({ type: 'invocation-failed', functionName, requestId, reason: messageOf(error) });
    return { type: 'not-run', error };
  }
};

export const notRunReason = ({ error }: { readonly error: unknown }): string => messageOf(error);

export const notRunAnswer = ({ error }: { readonly error: unknown }): ApiAnswer =>
  error instanceof UnsupportedRuntimeError
    ? apiError({ status: 502, errorType: 'InvalidRuntimeException', message: messageOf(error) })
    : apiError({ status: 500, errorType: 'ServiceException', message: messageOf(error) });

/** The headers that every answer about an invocation has. */
export const invocationHeaders = ({ target, request, requestId }: Attempt): Readonly<Record<string, string>> => ({
  'x-amzn-requestid': requestId,
  'x-amz-executed-version': target.configuration.version,
  'x-amzn-trace-id': request.traceId,
});

/** The answer where nothing is to be returned. */
export const withoutBody = (status: number, requestId: string): ApiAnswer => ({
  status,
  headers: { 'x-amzn-requestid': requestId },
  body: '',
});
