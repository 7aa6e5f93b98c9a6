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

/** Another tunnel of the session. */
export interface Rival {
  /** What it said first. */
  readonly here: TunnelHere;
  /** Since when it is on the session at the latest, on the clock of this core's `nowMs`: what it said may have come late. */
  readonly sinceMs: number;
}

/** What another one that said that it is here has come to. */
export interface RivalHeard {
  /** Whether it was not known before. */
  readonly isNew: boolean;
  /** Whether it is answered now; it may be answered a little later instead. */
  readonly isAnswered: boolean;
  /** Since when it is on the session, as was known before and as is known now. */
  readonly formerlySinceMs: number;
  readonly sinceMs: number;
}

/** The other tunnels of a session, as one of them knows them, and when it has to say that it is here. */
export interface Rivals {
  /** One said that it is here. */
  heard(here: TunnelHere, nowMs: number): RivalHeard;
  /** One said that it starts nothing any more. */
  left(instance: Uint8Array, nowMs: number): void;
  /** This tunnel says that it is here. */
  announced(nowMs: number): void;
  /** When it has to say so next, or undefined. */
  nextMs(): number | undefined;
  /** Since when no other one can have taken an invocation, or undefined where none was ever heard of. */
  aloneSinceMs(): number | undefined;
  /** Those that are known, were heard of within the time after which one counts as gone, and have not left. */
  present(nowMs: number): readonly Rival[];
}

export function createRivals(): Rivals {
  const known = new Map<
    string,
    Omit<Rival, 'sinceMs'> & { sinceMs: number; heardMs: number; leftMs: number | undefined }
  >();
  /** When any of those was heard that are too many to be known. */
  let othersHeardMs: number | undefined;
  let announcedMs = Number.NEGATIVE_INFINITY;
  let announcements = 0;
  /** When one that has just come is answered, if it was not at once. */
  let answerMs: number | undefined;

  const presentOnes = () => [...known.values()].filter(({ leftMs }) => leftMs === undefined);

  function lastHeardMs(): number | undefined {
    const heard = [...presentOnes().map(({ heardMs }) => heardMs), othersHeardMs ?? []].flat();
    return heard.length === 0 ? undefined : Math.max(...heard);
  }

  return {
    heard(here, nowMs) {
      const id = hex(here.tunnelInstance);
      const rival = known.get(id);
      const formerlySinceMs = rival?.sinceMs ?? nowMs - here.ageMs;
      const sinceMs = Math.min(formerlySinceMs, nowMs - here.ageMs);
      // What it said before it left may come after.
      if (rival?.leftMs !== undefined)
        return { isNew: false, isAnswered: false, formerlySinceMs, sinceMs: formerlySinceMs };
      const isNew = rival === undefined && known.size < maxRivals;
      if (isNew) known.set(id, { here, sinceMs, heardMs: nowMs, leftMs: undefined });
      else if (rival) Object.assign(rival, { heardMs: nowMs, sinceMs });
      else othersHeardMs = nowMs;
      // Whoever has just come has to know soon who is here, and may not have heard it.
      const hasJustCome = isNew || here.ageMs < firstAnnouncements * announceFirstEveryMs;
      const dueMs = announcedMs + (hasJustCome ? answerRivalAfterMs : announceEveryMs / 4);
      if (hasJustCome && nowMs < dueMs) answerMs = dueMs;
      return { isNew, isAnswered: nowMs >= dueMs, formerlySinceMs, sinceMs };
    },
    left(instance, nowMs) {
      const rival = known.get(hex(instance));
      if (rival) rival.leftMs ??= nowMs;
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
      const heardMs = lastHeardMs();
      if (heardMs === undefined || announcedMs > heardMs + rivalGoneMs) return undefined;
      return announcedMs + announceEveryMs;
    },
    aloneSinceMs() {
      const gone = [...known.values()].map(({ heardMs, leftMs }) => leftMs ?? heardMs + rivalGoneMs);
      const all = [...gone, othersHeardMs === undefined ? [] : othersHeardMs + rivalGoneMs].flat();
      return all.length === 0 ? undefined : Math.max(...all);
    },
    present: (nowMs) => presentOnes().filter(({ heardMs }) => nowMs < heardMs + rivalGoneMs),
  };
}
