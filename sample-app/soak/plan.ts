/** What is done to the connections, code and tunnel while callers call. `stop` and `kill`: and another tunnel is started. */
export type Disturbance = 'save' | 'cut' | 'half-open' | 'stop' | 'kill';

/** Callers call for a while, then nothing happens for a while, and all processes are looked at. */
export interface Round {
  readonly workMs: number;
  readonly restMs: number;
  readonly disturbances: readonly { readonly atMs: number; readonly what: Disturbance }[];
}

const shortWorkMs = 7_000;
const longWorkMs = 44_000;
/** What a round takes besides its work: its end, its rest, and looking at the processes. */
const overheadMs = 4_000;
/** HTTP connections that nobody uses are closed after five seconds (Node's `server.keepAliveTimeout`). */
const restMs = 7_000;
const fewestRounds = 9;
/** From here on rounds are long, and some things happen that take longer than a short round. */
const longMinutes = 10;
/** A stub tests its socket after 15 s of standing still, and opens another one after a minute. */
const longRestsMs = [17_000, 65_000];

export function planRounds(minutes: number, random: () => number): readonly Round[] {
  const long = minutes >= longMinutes;
  const workMs = long ? longWorkMs : shortWorkMs;
  const count = Math.max(fewestRounds, Math.floor((minutes * 60_000) / (workMs + restMs + overheadMs)));
  const at = () => Math.round(random() * workMs * 0.8);
  return Array.from({ length: count }, (_, index) => {
    const disturbances: { atMs: number; what: Disturbance }[] = [{ atMs: at(), what: 'save' }];
    if (index % 2 === 1) disturbances.push({ atMs: at(), what: 'cut' });
    if (long && index % 10 === 4) disturbances.push({ atMs: 0, what: 'half-open' });
    // Early and late, so that one tunnel lives long enough for its memory to say something.
    if (index === 1) disturbances.push({ atMs: at(), what: 'stop' });
    if (index === count - 1) disturbances.push({ atMs: at(), what: 'kill' });
    const lasting = long && index % 5 === 3 ? longRestsMs[Math.floor(index / 5) % longRestsMs.length] : undefined;
    return {
      workMs,
      restMs: lasting ?? restMs,
      disturbances: disturbances.sort((a, b) => a.atMs - b.atMs),
    };
  });
}
