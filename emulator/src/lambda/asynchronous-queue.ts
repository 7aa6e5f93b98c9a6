import type { EmulatorListener } from '../events.ts';

/**
 * How long Lambda waits before it runs a failed asynchronous event again: one minute before the second attempt and two
 * before the third, which is the last ("How Lambda handles errors and retries with asynchronous invocation", AWS Lambda
 * developer guide).
 */
export const asynchronousRetryDelaysMs: readonly number[] = [60_000, 120_000];

/** How one attempt ended. */
export type AttemptResult =
  | { readonly type: 'succeeded' }
  /** The function failed: that is worth another attempt. */
  | { readonly type: 'failed'; readonly reason: string }
  /** It could not be run, and that will not change. */
  | { readonly type: 'impossible'; readonly reason: string };

export interface AsynchronousEvent {
  readonly functionName: string;
  /** The same in every attempt. */
  readonly requestId: string;
  readonly attempt: () => Promise<AttemptResult>;
}

/** Does something later, and gives what prevents it. */
export type Schedule = (task: () => void, delayMs: number) => () => void;

export interface AsynchronousQueueOptions {
  /** Before the second attempt, the third, and so on; their number is the number of retries. */
  readonly retryDelaysMs: readonly number[];
  readonly schedule: Schedule;
  readonly onEvent: EmulatorListener;
}

/** Events that somebody sent and does not wait for. */
export interface AsynchronousQueue {
  /** Takes an event. Nothing is run before this returned. */
  put(event: AsynchronousEvent): void;
  /** Forgets what waits for its turn. */
  close(): void;
}

export type NextStep =
  | { readonly type: 'end' }
  | { readonly type: 'retry'; readonly delayMs: number; readonly reason: string }
  | { readonly type: 'give-up'; readonly reason: string };

/** What comes after an attempt, the first of which has the number 1. */
export const afterAttempt = (attempt: number, result: AttemptResult, retryDelaysMs: readonly number[]): NextStep => {
  if (result.type === 'succeeded') return { type: 'end' };
  const { reason } = result;
  const delayMs = result.type === 'failed' ? retryDelaysMs[attempt - 1] : undefined;
  return delayMs === undefined ? { type: 'give-up', reason } : { type: 'retry', delayMs, reason };
};

export const createAsynchronousQueue = (options: AsynchronousQueueOptions): AsynchronousQueue => {
  const { retryDelaysMs, schedule, onEvent } = options;
  const scheduled = new Set<() => void>();
  let closed = false;

  const runLater = (event: AsynchronousEvent, attempt: number, delayMs: number): void => {
    const cancel = schedule(() => {
      scheduled.delete(cancel);
      void run(event, attempt);
    }, delayMs);
    scheduled.add(cancel);
  };
  const run = async (event: AsynchronousEvent, attempt: number): Promise<void> => {
    const next = afterAttempt(attempt, await event.attempt(), retryDelaysMs);
    if (closed || next.type === 'end') return;
    const { functionName, requestId } = event;
    const { reason } = next;
    if (next.type === 'give-up') {
      onEvent({ type: 'asynchronous-given-up', functionName, requestId, attempts: attempt, reason });
      return;
    }
    const { delayMs } = next;
    onEvent({ type: 'asynchronous-retry', functionName, requestId, attempt: attempt + 1, delayMs, reason });
    runLater(event, attempt + 1, delayMs);
  };

  return {
    put: (event) => {
      if (!closed) runLater(event, 1, 0);
    },
    close: () => {
      closed = true;
      for (const cancel of scheduled) cancel();
      scheduled.clear();
    },
  };
};

/** The clock of this machine. */
export const scheduleWithTimers: Schedule = (task, delayMs) => {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
};
