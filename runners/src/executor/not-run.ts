import type { ErrorOutcome } from '../invocation.ts';

/** The error types of what is no failure of the function's code as Lambda knows them. */
export type NotRunType =
  /** The function's sources cannot be built. */
  | 'LiveLambda.BuildFailed'
  /** There is no process to be had for the function. */
  | 'LiveLambda.NotRunnable'
  /** The process was ended before it took the event. */
  | 'LiveLambda.ProcessEnded'
  /** The function's time was over before its process could take the event. */
  | 'LiveLambda.OutOfTime'
  /** The process does not do what a runner's process has to. */
  | 'LiveLambda.RunnerFailed';

/** The outcome of an invocation that no process took, in the form in which Lambda's callers see errors. */
export function notRun(errorType: NotRunType, errorMessage: string): ErrorOutcome {
  return {
    type: 'error',
    origin: 'launch',
    headers: { 'content-type': 'application/json', 'lambda-runtime-function-error-type': errorType },
    body: new TextEncoder().encode(JSON.stringify({ errorType, errorMessage, trace: [] })),
  };
}
