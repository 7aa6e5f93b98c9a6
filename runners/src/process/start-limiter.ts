/** Lets a number of tasks run at a time; the others wait for their turn, in order. */
export interface StartLimiter {
  run<T>(task: () => Promise<T>): Promise<T>;
}

export function createStartLimiter(limit: number): StartLimiter {
  const waiting: (() => void)[] = [];
  let running = 0;

  const enter = (): Promise<void> => {
    if (running < limit) {
      running += 1;
      return Promise.resolve();
    }
    // Whoever leaves hands its place over, so that `running` stays as it is.
    return new Promise((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };

  return {
    run: async (task) => {
      await enter();
      try {
        return await task();
      } finally {
        leave();
      }
    },
  };
}
