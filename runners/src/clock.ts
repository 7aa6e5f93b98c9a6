/** Time as the drivers see it; cores get it as an argument. */
export interface Clock {
  /** Milliseconds since some start, never going back. */
  nowMs(): number;
  /** Runs once after a delay. @returns a function that cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

/** Node takes a longer delay for 1 ms (`setTimeout`). */
const LONGEST_DELAY_MS = 2_147_483_647;

/**
 * The machine's clock. What has arrived by the time that a delay ends is read before: Node looks at its timers before it
 * looks at its sockets and pipes, so that a process which got no processor would else find its time over while the answer
 * lies there unread (Node.js documentation, "The Node.js Event Loop").
 */
function clockThat({ keepsAlive }: { readonly keepsAlive: boolean }): Clock {
  return {
    nowMs: () => performance.now(),
    after(delayMs, run) {
      let afterReading: NodeJS.Immediate | undefined;
      const due = (): void => {
        afterReading = setImmediate(run);
      };
      const timer = setTimeout(due, Math.min(LONGEST_DELAY_MS, Math.max(0, delayMs)));
      if (!keepsAlive) timer.unref();
      return () => {
        clearTimeout(timer);
        clearImmediate(afterReading);
      };
    },
  };
}

/** The machine's clock. A pending delay does not keep the process alive. */
export const systemClock: Clock = clockThat({ keepsAlive: false });

/** The machine's clock for delays that somebody waits for: a pending one keeps the process alive. */
export const keepAliveClock: Clock = clockThat({ keepsAlive: true });
