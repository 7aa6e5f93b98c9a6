import { keepAliveClock } from '../clock.ts';
import type { StartLimiter } from '../process/start-limiter.ts';
import type { Sandbox } from './sandbox.ts';

/**
 * How long a process that initialises counts against the limit of those that may. Starting takes a processor for a few
 * hundred milliseconds; what takes longer than this waits for something else, and must not keep others waiting.
 */
const MAX_START_SLOT_MS = 3_000;

/** Resolves when something has settled, or after so many milliseconds, or with a signal; gives its value in the first case. */
export async function settledWithin<T>(work: Promise<T>, limitMs: number, signal: AbortSignal): Promise<T | undefined> {
  let stop: () => void = () => undefined;
  const limit = new Promise<undefined>((resolve) => {
    const give = (): void => resolve(undefined);
    const cancel = keepAliveClock.after(limitMs, give);
    signal.addEventListener('abort', give, { once: true });
    if (signal.aborted) give();
    stop = () => {
      cancel();
      signal.removeEventListener('abort', give);
    };
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    stop();
  }
}

/** Starts a process when its turn has come; one that is held has had its turn. Resolves when it is ready or has failed. */
export function startInTurn(sandbox: Sandbox, limiter: StartLimiter): Promise<void> {
  const { environment } = sandbox;
  return environment.isHeld ? sandbox.start() : inTurn(limiter, sandbox.start);
}

/** Starts a process that waits without code when its turn has come. Resolves when it waits, or never will. */
export function holdInTurn({ environment }: Sandbox, limiter: StartLimiter): Promise<void> {
  return inTurn(limiter, () => environment.hold().catch(() => undefined));
}

function inTurn(limiter: StartLimiter, begin: () => Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    void limiter.run(async () => {
      const begun = begin();
      void begun.then(resolve);
      await settledWithin(begun, MAX_START_SLOT_MS, new AbortController().signal);
    });
  });
}
