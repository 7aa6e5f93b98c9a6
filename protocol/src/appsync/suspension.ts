/** How often the clock is looked at. */
export const lookEveryMs = 5000;
/** A look that comes this much later than it should means that the machine slept or was frozen meanwhile. */
const jumpMs = 10_000;

/** Notices that time went on without this process: a laptop that slept, an execution environment that was frozen. */
export interface SuspensionWatch {
  /** @returns for how long the process was suspended since the last look, in milliseconds; 0 if it was not. */
  look(wallClockMs: number): number;
}

export function createSuspensionWatch(startMs: number): SuspensionWatch {
  let lastMs = startMs;
  return {
    look(wallClockMs) {
      const passed = wallClockMs - lastMs;
      lastMs = wallClockMs;
      return passed >= lookEveryMs + jumpMs ? passed : 0;
    },
  };
}
