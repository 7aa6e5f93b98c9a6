import type { TunnelHere } from '../messages.ts';
import { hex } from './identifiers.ts';
import {
  announceEveryMs,
  announceFirstEveryMs,
  answerRivalAfterMs,
  firstAnnouncements,
  rivalGoneMs,
} from './timing.ts';

/** Other tunnels of a session that are told; whoever may publish could make up any number. */
const maxRivals = 20;

/** The other tunnels of a session, as one of them knows them, and when it has to say that it is here. */
export interface Rivals {
  /**
   * One said that it is here.
   * @returns whether it was not known before, and whether it is answered now; it may be answered a little later instead
   */
  heard(here: TunnelHere, nowMs: number): { readonly isNew: boolean; readonly isAnswered: boolean };
  /** This tunnel says that it is here. */
  announced(nowMs: number): void;
  /** When it has to say so next, or undefined. */
  nextMs(): number | undefined;
  /** Since when no other one can have taken an invocation, or undefined where none was ever heard of. */
  aloneSinceMs(): number | undefined;
}

export function createRivals(): Rivals {
  /** Instances of those that were told. */
  const known = new Set<string>();
  let heardMs: number | undefined;
  let announcedMs = Number.NEGATIVE_INFINITY;
  let announcements = 0;
  /** When one that has just come is answered, if it was not at once. */
  let answerMs: number | undefined;

  return {
    heard(here, nowMs) {
      const isNew = known.size < maxRivals && !known.has(hex(here.tunnelInstance));
      if (isNew) known.add(hex(here.tunnelInstance));
      heardMs = nowMs;
      // Whoever has just come has to know soon who is here, and may not have heard it.
      const hasJustCome = isNew || here.ageMs < firstAnnouncements * announceFirstEveryMs;
      const dueMs = announcedMs + (hasJustCome ? answerRivalAfterMs : announceEveryMs / 4);
      if (hasJustCome && nowMs < dueMs) answerMs = dueMs;
      return { isNew, isAnswered: nowMs >= dueMs };
    },
    announced(nowMs) {
      announcedMs = nowMs;
      announcements += 1;
      answerMs = undefined;
    },
    nextMs() {
      if (answerMs !== undefined) return answerMs;
      if (announcements > 0 && announcements < firstAnnouncements) return announcedMs + announceFirstEveryMs;
      // A tunnel that shares its session says so from time to time, since its silence would mean that it is gone.
      if (heardMs === undefined || announcedMs > heardMs + rivalGoneMs) return undefined;
      return announcedMs + announceEveryMs;
    },
    aloneSinceMs: () => (heardMs === undefined ? undefined : heardMs + rivalGoneMs),
  };
}
