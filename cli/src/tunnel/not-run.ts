import type { Outcome } from '@live-lambda/runner';

/** The outcome of an invocation that no process took, in the form in which Lambda's callers see errors. */
export function notRun(errorType: string, errorMessage: string): Outcome {
  return {
    type: 'error',
    origin: 'launch',
    headers: { 'content-type': 'application/json', 'lambda-runtime-function-error-type': errorType },
    body: Buffer.from(JSON.stringify({ errorType, errorMessage, trace: [] })),
  };
}
