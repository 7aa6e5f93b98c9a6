import { describe, expect, it, vi } from 'vitest';
import type { EmulatorEvent } from '../events.ts';
import {
  type AttemptResult,
  afterAttempt,
  asynchronousRetryDelaysMs,
  createAsynchronousQueue,
} from './asynchronous-queue.ts';

const failed: AttemptResult = { type: 'failed', reason: 'OrderRejected' };
const impossible: AttemptResult = { type: 'impossible', reason: 'no such runtime' };

/** A queue whose clock moves when the test says so, and a function that answers as the test says. */
const createBench = (results: readonly AttemptResult[]) => {
  const scheduled: { readonly task: () => void; readonly delayMs: number }[] = [];
  const events: EmulatorEvent[] = [];
  const attempt = vi.fn<() => Promise<AttemptResult>>();
  for (const result of results) attempt.mockResolvedValueOnce(result);
  const queue = createAsynchronousQueue({
    retryDelaysMs: asynchronousRetryDelaysMs,
    schedule: (task, delayMs) => {
      const entry = { task, delayMs };
      scheduled.push(entry);
      return () => scheduled.splice(scheduled.indexOf(entry), 1);
    },
    onEvent: (event) => events.push(event),
  });
  return {
    queue,
    events,
    attempt,
    scheduled,
    put: () => queue.put({ functionName: 'orders', requestId: 'r', attempt }),
    /** Runs what comes next and gives how long it waited. */
    next: async (): Promise<number | undefined> => {
      const entry = scheduled.shift();
      entry?.task();
      await new Promise((resolve) => setImmediate(resolve));
      return entry?.delayMs;
    },
  };
};

const retry = { type: 'asynchronous-retry', functionName: 'orders', requestId: 'r', reason: 'OrderRejected' };

describe('an asynchronous event', () => {
  it('is taken before anything is run', async () => {
    const bench = createBench([{ type: 'succeeded' }]);
    bench.put();
    expect(bench.attempt).not.toHaveBeenCalled();
    expect(await bench.next()).toBe(0);
    expect(bench.attempt).toHaveBeenCalledTimes(1);
    expect(bench.scheduled).toEqual([]);
    expect(bench.events).toEqual([]);
  });

  it('is tried again after one minute and after two more, and then given up', async () => {
    const bench = createBench([failed, failed, failed]);
    bench.put();
    expect([await bench.next(), await bench.next(), await bench.next()]).toEqual([0, 60_000, 120_000]);
    expect(bench.attempt).toHaveBeenCalledTimes(3);
    expect(bench.scheduled).toEqual([]);
    expect(bench.events).toEqual([
      { ...retry, attempt: 2, delayMs: 60_000 },
      { ...retry, attempt: 3, delayMs: 120_000 },
      { ...retry, type: 'asynchronous-given-up', attempts: 3 },
    ]);
  });

  it('is done when an attempt succeeds', async () => {
    const bench = createBench([failed, { type: 'succeeded' }]);
    bench.put();
    await bench.next();
    await bench.next();
    expect(bench.scheduled).toEqual([]);
    expect(bench.events).toEqual([{ ...retry, attempt: 2, delayMs: 60_000 }]);
  });

  it('is given up at once when it cannot be run', async () => {
    const bench = createBench([impossible]);
    bench.put();
    await bench.next();
    expect(bench.events).toEqual([
      { type: 'asynchronous-given-up', functionName: 'orders', requestId: 'r', attempts: 1, reason: 'no such runtime' },
    ]);
  });

  it('is forgotten when the queue is closed, whether it waits or runs', async () => {
    const waiting = createBench([failed]);
    waiting.put();
    waiting.queue.close();
    expect(waiting.scheduled).toEqual([]);
    waiting.put();
    expect(waiting.scheduled).toEqual([]);

    const running = createBench([failed]);
    running.put();
    const ran = running.next();
    running.queue.close();
    await ran;
    expect([running.scheduled, running.events]).toEqual([[], []]);
  });
});

describe('the step after an attempt', () => {
  it('follows from its result and from how many there were', () => {
    expect(afterAttempt(1, failed, [])).toEqual({ type: 'give-up', reason: 'OrderRejected' });
    expect(afterAttempt(1, failed, [5])).toEqual({ type: 'retry', delayMs: 5, reason: 'OrderRejected' });
    expect(afterAttempt(2, failed, [5])).toEqual({ type: 'give-up', reason: 'OrderRejected' });
    expect(afterAttempt(1, impossible, [5])).toEqual({ type: 'give-up', reason: 'no such runtime' });
    expect(afterAttempt(1, { type: 'succeeded' }, [5])).toEqual({ type: 'end' });
  });
});
