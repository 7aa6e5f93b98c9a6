import type { Clock } from '../clock.ts';
import { QUIET_MS } from './source-state.ts';

/** How long a change waits at most that may mend a function after many that did not. */
const MAX_REMEDY_WAIT_MS = 60_000;

/**
 * Changes beside the inputs of a broken function, which may mend it. A build that fails may write there itself, and would
 * be its own next reason: so they wait for its end, and twice as long each time that the one before mended nothing.
 */
export interface Remedies {
  add(path: string): void;
  /** A build has counted. */
  built(isMended: boolean): void;
  /** An input has changed: whatever comes now may be about that. */
  forget(): void;
  close(): void;
}

export interface RemediesOptions {
  readonly clock: Clock;
  readonly isBuilding: () => boolean;
  readonly onChange: (path: string) => void;
}

export function createRemedies({ clock, isBuilding, onChange }: RemediesOptions): Remedies {
  let waitMs = QUIET_MS;
  let waiting = new Set<string>();
  let cancel: (() => void) | undefined;

  const pass = (): void => {
    cancel = undefined;
    if (isBuilding()) return;
    const paths = waiting;
    waiting = new Set();
    waitMs = Math.min(MAX_REMEDY_WAIT_MS, waitMs * 2);
    for (const path of paths) onChange(path);
  };
  const close = (): void => {
    cancel?.();
    cancel = undefined;
    waiting.clear();
  };
  return {
    add(path) {
      waiting.add(path);
      if (!isBuilding()) cancel ??= clock.after(waitMs, pass);
    },
    built(isMended) {
      if (isMended) {
        close();
        waitMs = QUIET_MS;
      } else if (waiting.size > 0) cancel ??= clock.after(waitMs, pass);
    },
    forget() {
      waitMs = QUIET_MS;
    },
    close,
  };
}
