import type { HandOver, TunnelHere, UnfinishedInvocation } from '../messages.ts';
import { hex, same } from './identifiers.ts';
import { askTakeOverEveryMs, resendAfterMs, takeOverSilenceMs } from './timing.ts';

/** How far another tunnel is with handing its session over, or why it does not. */
export type TakeOverNews = { readonly holder: TunnelHere } & (
  | {
      readonly state: 'waiting';
      readonly finished: number;
      readonly unfinishedCount: number;
      /** The first of them. */
      readonly unfinished: readonly UnfinishedInvocation[];
    }
  /** It starts nothing any more, and nothing of it runs. */
  | { readonly state: 'ended'; readonly finished: number }
  /** It said that it would, and has not been heard of since. */
  | { readonly state: 'gone' }
  /** It does not trust who asks, or is of a release that does not know how, or is not there. */
  | { readonly state: 'unanswered' }
);

/**
 * The session, as asked of those tunnels that were there before.
 *
 * | state of one | on | next |
 * |---|---|---|
 * | (none) | the developer wants it | asking: TakeOver goes out, again and again |
 * | asking | HandOver | waiting |
 * | asking | 5 s without | (none): unanswered |
 * | waiting | HandOver that says that it has ended | (none): ended |
 * | waiting | 5 s without | (none): gone |
 */
export interface TakeOvers {
  /** Asks a tunnel, unless that is being asked. */
  ask(holder: TunnelHere, nowMs: number): void;
  /** @returns undefined for what answers nothing that was asked */
  heard(said: HandOver, nowMs: number): TakeOverNews | undefined;
  /** Who is asked now, and what has become of those that said nothing. */
  tick(nowMs: number): { readonly ask: readonly TunnelHere[]; readonly news: readonly TakeOverNews[] };
  nextTickMs(): number | undefined;
}

interface Asked {
  readonly name: 'asking' | 'waiting';
  readonly holder: TunnelHere;
  readonly sent: number;
  readonly nextAskMs: number;
  readonly silentAtMs: number;
}

export function createTakeOvers(): TakeOvers {
  const asked = new Map<string, Asked>();

  return {
    ask(holder, nowMs) {
      const id = hex(holder.tunnelInstance);
      if (asked.has(id)) return;
      asked.set(id, { name: 'asking', holder, sent: 0, nextAskMs: nowMs, silentAtMs: nowMs + takeOverSilenceMs });
    },
    heard(said, nowMs) {
      const id = hex(said.tunnelInstance);
      const known = asked.get(id);
      // Another key, though trusted, cannot speak for the tunnel that was asked.
      if (!known || !same(known.holder.identityKey, said.identityKey)) return undefined;
      const { holder } = known;
      const { finished, unfinishedCount, unfinished } = said;
      if (said.ended) {
        asked.delete(id);
        return { holder, state: 'ended', finished };
      }
      asked.set(id, { ...known, name: 'waiting', silentAtMs: nowMs + takeOverSilenceMs });
      return { holder, state: 'waiting', finished, unfinishedCount, unfinished };
    },
    tick(nowMs) {
      const ask: TunnelHere[] = [];
      const news: TakeOverNews[] = [];
      for (const [id, each] of asked) {
        const { name, holder, sent } = each;
        if (nowMs >= each.silentAtMs) {
          asked.delete(id);
          news.push({ holder, state: name === 'waiting' ? 'gone' : 'unanswered' });
        } else if (nowMs >= each.nextAskMs) {
          const afterMs = name === 'waiting' ? askTakeOverEveryMs : resendAfterMs(sent + 1);
          asked.set(id, { ...each, sent: sent + 1, nextAskMs: nowMs + afterMs });
          ask.push(holder);
        }
      }
      return { ask, news };
    },
    nextTickMs() {
      const due = [...asked.values()].map(({ nextAskMs, silentAtMs }) => Math.min(nextAskMs, silentAtMs));
      return due.length === 0 ? undefined : Math.min(...due);
    },
  };
}
