import type { SocketFate } from './decisions.ts';

/** The longest delay that `setTimeout` takes (32-bit signed milliseconds). */
const maxTimerMs = 2_147_483_647;

export interface SocketTimersOptions {
  readonly decide: () => SocketFate;
  readonly onDisconnect: () => void;
  readonly onHalfOpen: () => void;
}

/** When one WebSocket comes to harm. */
export interface SocketTimers {
  /** Decides anew, from now on: at the start, and when the settings change. */
  arm(): void;
  stop(): void;
}

export const createSocketTimers = (options: SocketTimersOptions): SocketTimers => {
  let timers: readonly (NodeJS.Timeout | undefined)[] = [];
  const after = (delayMs: number | undefined, task: () => void): NodeJS.Timeout | undefined =>
    delayMs === undefined || delayMs > maxTimerMs ? undefined : setTimeout(task, delayMs);
  const stop = (): void => {
    for (const timer of timers) clearTimeout(timer);
  };
  return {
    arm: () => {
      stop();
      const { disconnectMs, halfOpenMs } = options.decide();
      timers = [after(disconnectMs, options.onDisconnect), after(halfOpenMs, options.onHalfOpen)];
    },
    stop,
  };
};
