import type { Clock } from '../clock.ts';
import { QUIET_MS } from './source-state.ts';

/** Tells of changed files together that changed together. */
export interface ChangeTeller {
  add(path: string): void;
  /** Tells what was not told. */
  flush(): void;
}

export function createChangeTeller(clock: Clock, onChanged: (paths: readonly string[]) => void): ChangeTeller {
  let untold = new Set<string>();
  let cancel: (() => void) | undefined;
  const flush = (): void => {
    cancel?.();
    cancel = undefined;
    if (untold.size === 0) return;
    const paths = [...untold];
    untold = new Set();
    onChanged(paths);
  };
  return {
    add(path) {
      untold.add(path);
      cancel ??= clock.after(QUIET_MS, flush);
    },
    flush,
  };
}
