import type { Failed, StubEffect, StubFailure } from './stub-state.ts';

/** @param upload whether the core wants to know when it is out. */
export function publish(events: readonly Uint8Array[], upload = false): StubEffect {
  return { type: 'publish', events, upload };
}

export function dropped(reason: string): StubEffect {
  return { type: 'dropped', reason };
}

/** There will be no result, of something that nobody can have run. */
export function failed(failure: StubFailure, detail = ''): Failed {
  return { type: 'failed', failure, detail, mayHaveRun: false };
}
