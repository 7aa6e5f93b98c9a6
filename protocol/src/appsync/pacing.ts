/** Publish requests that one WebSocket may send in a second; not adjustable (AppSync quotas). */
const socketPublishesPerSecond = 25;
/** Events in one publish request (AppSync Events Developer Guide). */
const maxEventsPerPublish = 5;
/**
 * Largest publish request that goes over the WebSocket. The 1.2 MB of a publish request are documented for HTTP; what a
 * WebSocket frame may hold is not, so that only what every frame must hold, one event, is sent there.
 */
export const maxSocketPublishBytes = 250_000;

/** Events in groups that one publish request each may carry, in order. */
export function batches<T>(events: readonly T[]): readonly (readonly T[])[] {
  const groups: T[][] = [];
  for (let at = 0; at < events.length; at += maxEventsPerPublish)
    groups.push(events.slice(at, at + maxEventsPerPublish));
  return groups;
}

/** Says whether the WebSocket may send another publish request now. */
export interface Allowance {
  take(nowMs: number): boolean;
}

/**
 * The service counts arrivals, and what was sent a second apart may arrive closer together: the second is taken for
 * longer than it is.
 */
const longSecondMs = 1200;

/** Any second may hold as many requests as allowed: the times of the last ones are remembered. */
export function createAllowance(perSecond: number = socketPublishesPerSecond): Allowance {
  const taken: number[] = [];
  return {
    take(nowMs) {
      while (taken[0] !== undefined && taken[0] <= nowMs - longSecondMs) taken.shift();
      if (taken.length >= perSecond) return false;
      taken.push(nowMs);
      return true;
    },
  };
}
