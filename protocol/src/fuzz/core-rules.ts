import { maxEventBytes, maxSegments } from '../packing.ts';
import { demand } from './target.ts';

/** What one frame may have published: two whole messages of the largest size and some small ones. */
const maxEventsPerFrame = 2 * maxSegments + 32;

/** Node's timers take no more (Node.js, "Timers": a longer delay becomes 1 ms). */
const longestTimerMs = 2 ** 31 - 1;

interface Effect {
  readonly type: string;
  readonly events?: readonly Uint8Array[];
}

/** What a core must not do, whatever it was told. */
export function demandSane(
  effects: readonly Effect[],
  { nextTickMs, nowMs }: { readonly nextTickMs: number | undefined; readonly nowMs: number },
): void {
  const events = effects.flatMap((effect) => effect.events ?? []);
  demand(events.length <= maxEventsPerFrame, `${events.length} events were published for one frame`);
  const longest = events.reduce((most, event) => Math.max(most, event.length), 0);
  // Base64 and two quotes.
  demand(Math.ceil((longest * 4) / 3) + 2 <= maxEventBytes, `an event of ${longest} bytes does not fit`);
  if (nextTickMs === undefined) return;
  demand(!Number.isNaN(nextTickMs), 'the next tick has a time');
  demand(
    nextTickMs - nowMs <= longestTimerMs,
    `the next tick is ${nextTickMs - nowMs} ms away: no timer waits so long`,
  );
}
