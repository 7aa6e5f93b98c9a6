/** One direction of a connection: what is put in comes out later, in the same order. */
export interface DelayLine {
  /** Has a task done after this time, and after all that were put in before it; at once if that is now. */
  put(task: () => void, delayMs: number): void;
  /** Forgets what has not come out. What is put in later still comes out. */
  clear(): void;
}

interface Waiting {
  readonly task: () => void;
  readonly dueMs: number;
}

export const createDelayLine = (nowMs: () => number): DelayLine => {
  const waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;

  const arm = (): void => {
    const [first] = waiting;
    timer = first && setTimeout(release, Math.max(0, first.dueMs - nowMs()));
  };
  const release = (): void => {
    const now = nowMs();
    // One by one, since a task may put in another one, which then comes after those that wait.
    for (let [first] = waiting; first !== undefined && first.dueMs <= now; [first] = waiting) {
      waiting.shift();
      first.task();
    }
    clearTimeout(timer);
    arm();
  };

  return {
    put: (task, delayMs) => {
      if (delayMs === 0 && waiting.length === 0) {
        task();
        return;
      }
      // Whoever stands before it is waited for, so its own time need not count theirs.
      waiting.push({ task, dueMs: nowMs() + delayMs });
      if (waiting.length === 1) arm();
    },
    clear: () => {
      clearTimeout(timer);
      waiting.length = 0;
    },
  };
};
