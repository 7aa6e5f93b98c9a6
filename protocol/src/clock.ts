/** Time as the drivers see it; cores get it as an argument. */
export interface Clock {
  /** Milliseconds since some start, never going back. */
  nowMs(): number;
  /** Runs once after a delay. @returns a function that cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

/** Node takes a longer delay for 1 ms (`setTimeout`). */
const longestDelayMs = 2 ** 31 - 1;

/**
 * The machine's clock. What has arrived by the time that a delay ends is read before: Node looks at its timers before it
 * looks at its sockets, so that a process which stood still, or got no processor, would else find its time over while the
 * answer lies there unread (Node.js documentation, "The Node.js Event Loop": timers, poll, check).
 * @param options.keepAlive whether a pending timer keeps the process alive; by default it does.
 */
export function systemClock(options: { readonly keepAlive?: boolean } = {}): Clock {
  return {
    nowMs: () => performance.now(),
    after(delayMs, run) {
      let afterReading: NodeJS.Immediate | undefined;
      const due = () => {
        afterReading = setImmediate(run);
      };
      const timer = setTimeout(due, Math.min(longestDelayMs, Math.max(0, delayMs)));
      if (options.keepAlive === false) timer.unref();
      return () => {
        clearTimeout(timer);
        clearImmediate(afterReading);
      };
    },
  };
}

/**
 * A clock that goes on while this process is frozen, which Node's own, a monotonic one, need not do: what was heard before
 * an execution environment stood still for an hour was not heard just now.
 * @param options.wallClockMs the time of day, which may be set back; this clock then stands until that has passed.
 */
export function wallClock(options: { readonly wallClockMs?: () => number } = {}): Clock {
  const wallClockMs = options.wallClockMs ?? Date.now;
  let latestMs = wallClockMs();
  return {
    after: systemClock().after,
    nowMs() {
      latestMs = Math.max(latestMs, wallClockMs());
      return latestMs;
    },
  };
}
