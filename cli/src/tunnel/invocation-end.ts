import type { Outcome } from '@live-lambda/runner';
import type { InvocationEnd, InvocationError } from '../host.ts';
import { projectCommand } from '../project-command.ts';

/**
 * A stub gives up shortly before the deadline, so that its caller is answered. What it withdraws with less time than
 * this left ran into its timeout.
 */
const timeoutMarginMs = 1000;

/** What is to be found out where its time went by before there was a process for it. */
const untaken = ` Until then no process on this machine was ready to take it. \`${projectCommand('live-lambda runners test')}\` tries how the function is built and started.`;

/**
 * How an invocation ended, for whoever watches.
 * @param outcome undefined for a stream that is whole
 * @param withdrawnWithMs what remained of its time when its stub gave up on it, if it did.
 */
export function describeEnd(
  outcome: Outcome | undefined,
  withdrawnWithMs: number | undefined,
): { readonly end: InvocationEnd; readonly error: InvocationError | undefined } {
  if (withdrawnWithMs === undefined) return { end: endOf(outcome), error: errorOf(outcome) };
  const isTaken = outcome === undefined || outcome.type === 'response' || outcome.origin !== 'launch';
  const left = `${Math.max(0, Math.round(withdrawnWithMs))} ms of its time left`;
  return {
    end: withdrawnWithMs < timeoutMarginMs ? 'timed-out' : 'withdrawn',
    error: {
      errorType: 'LiveLambda.Withdrawn',
      errorMessage: `The stub in AWS gave up on it with ${left}: its caller was told so.${isTaken ? '' : untaken}`,
    },
  };
}

function endOf(outcome: Outcome | undefined): InvocationEnd {
  if (outcome === undefined || outcome.type === 'response') return 'succeeded';
  if (outcome.origin === 'timeout') return 'timed-out';
  if (outcome.origin === 'exit') return 'crashed';
  return outcome.origin === 'launch' ? 'not-started' : 'failed';
}

function errorOf(outcome: Outcome | undefined): InvocationError | undefined {
  if (outcome === undefined || outcome.type === 'response') return undefined;
  const text = Buffer.from(outcome.body).toString();
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) {
      const { errorType, errorMessage } = parsed as Record<string, unknown>;
      return { errorType: String(errorType ?? 'Error'), errorMessage: String(errorMessage ?? '') };
    }
  } catch {
    // A runtime may post anything as its error.
  }
  return { errorType: 'Error', errorMessage: text };
}
