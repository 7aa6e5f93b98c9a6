import type { HostileOptions } from './hostile-messages.ts';

/** What is fed with frames. */
export interface Target {
  readonly name: string;
  /** Makes the next frame, and says how to feed it. Feeding throws where the target does what it must not. */
  next(): Frame;
}

export interface Frame {
  /** For the report of a failure. */
  readonly bytes: Uint8Array;
  feed(): void;
}

export interface TargetOptions extends HostileOptions {
  /** Genuine channel events to make bad ones of. */
  readonly events: readonly Uint8Array[];
}

export function demand(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new Error(rule);
}
