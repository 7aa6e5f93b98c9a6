import type { Execution, Executor } from '@live-lambda/runner';
import { notRun } from './not-run.ts';

/** An executor that can be told to wait. */
export interface PausableExecutor extends Executor {
  readonly isPaused: boolean;
  /** What comes from now on is held: it is not run until {@link resume}, and not at all once its time is over. */
  pause(): void;
  /** @returns how many invocations were held, which run now */
  resume(): number;
}

/** An invocation that waits. */
interface Held {
  readonly release: (why: 'resumed' | 'given-up') => void;
}

export interface PauseClock {
  readonly nowMs: () => number;
  /** Epoch milliseconds, in which deadlines are. */
  readonly wallClockMs: () => number;
}

/** What runs already is not touched by a pause: its process cannot be stopped and go on as if nothing had been. */
export function pausable(inner: Executor, { nowMs, wallClockMs }: PauseClock): PausableExecutor {
  let isPaused = false;
  /** By environment: one has an invocation at a time, and a later one takes the place of one that was given up. */
  const held = new Map<string, Held>();

  function hold(environmentId: string, deadlineMs: number): Promise<'resumed' | 'given-up'> {
    held.get(environmentId)?.release('given-up');
    return new Promise((resolve) => {
      const entry: Held = {
        release(why) {
          clearTimeout(timer);
          if (held.get(environmentId) === entry) held.delete(environmentId);
          resolve(why);
        },
      };
      const timer = setTimeout(() => entry.release('given-up'), deadlineMs - wallClockMs());
      held.set(environmentId, entry);
    });
  }

  return {
    get isPaused() {
      return isPaused;
    },
    pause() {
      isPaused = true;
    },
    resume() {
      isPaused = false;
      const waiting = [...held.values()];
      for (const each of waiting) each.release('resumed');
      return waiting.length;
    },
    async execute(request, invocation): Promise<Execution> {
      if (!isPaused) return inner.execute(request, invocation);
      const sinceMs = nowMs();
      const why = await hold(request.environmentId, invocation.deadlineMs);
      const heldMs = nowMs() - sinceMs;
      if (why === 'given-up') return { answer: neverRun(request.fn.id), pid: undefined, startMs: heldMs, runMs: 0 };
      const execution = await inner.execute(request, invocation);
      return { ...execution, startMs: execution.startMs + heldMs };
    },
    end(environmentId) {
      held.get(environmentId)?.release('given-up');
      inner.end(environmentId);
    },
    prepareAll: (functions) => inner.prepareAll(functions),
    update: (functions) => inner.update(functions),
    restart: (functionId) => inner.restart(functionId),
    warm: (request) => inner.warm(request),
    async [Symbol.asyncDispose]() {
      for (const each of [...held.values()]) each.release('given-up');
      await inner[Symbol.asyncDispose]();
    },
  };
}

function neverRun(functionId: string) {
  const text = `Function ${functionId}: it was not run. The tunnel on the developer's machine was paused until nobody waited for it any more.`;
  return { ...notRun('LiveLambda.Paused', text), origin: 'timeout' as const };
}
