/** A stretch of time, in epoch milliseconds. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

const lookEveryMs = 100;

/** A look that comes this much too late: the shortest limit that a call rests on is 1.5 s, and takes several steps. */
const stallMs = 300;

/**
 * Notices when the machine gives this process no time, and with it most likely none of the others: what is promised within
 * a time cannot be kept then.
 */
export function watchForStalls(): { readonly stalls: readonly Stretch[]; stop(): void } {
  const stalls: Stretch[] = [];
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    if (now - last > lookEveryMs + stallMs) stalls.push({ from: last, to: now });
    last = now;
  }, lookEveryMs);
  return { stalls, stop: () => clearInterval(timer) };
}
