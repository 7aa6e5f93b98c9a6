import type { Stretch } from '../chaos/stalls.ts';
import type { Call } from './calls.ts';

/** When something was done that callers may be told of. */
export interface Trouble extends Stretch {
  readonly what: string;
}

export interface CallsVerdict {
  readonly calls: number;
  readonly right: number;
  readonly told: Readonly<Record<string, number>>;
  /** Errors of live-lambda's own where nothing had been done that would explain them. */
  readonly toldWithoutReason: Readonly<Record<string, number>>;
  readonly asynchronous: number;
  readonly handlerRuns: number;
  readonly broken: readonly string[];
}

export interface Save {
  readonly at: number;
  readonly version: number;
}

/** An event that nobody waits for. */
export interface AsynchronousCall {
  readonly requestId: string;
  readonly sentAt: number;
}

export interface CallsFacts {
  readonly calls: readonly Call[];
  readonly asynchronous: readonly AsynchronousCall[];
  /** Of each request id how often a handler noted that it ran. */
  readonly runs: ReadonlyMap<string, number>;
  readonly troubles: readonly Trouble[];
  readonly saves: Readonly<Record<string, readonly Save[]>>;
}

/** An event that is sent so long after a save is run by what was saved, also on a machine with much else to do. */
const savedForMs = 10_000;
/** Of the calls that nothing was done to, the share that may be told an error: of a machine that is out of time. */
const unexplainedShare = 0.001;
/** How long the emulator is at an asynchronous event at most, retries included. */
const retriesMs = 10_000;

const meets = (call: Pick<Call, 'startedAt' | 'endedAt'>, troubles: readonly Stretch[]): boolean =>
  troubles.some(({ from, to }) => call.startedAt <= to && call.endedAt >= from);

/** What is wrong with one call, by what was noted where its handler ran. */
function problemOf(call: Call, { runs, saves }: CallsFacts): string | undefined {
  const ran = runs.get(call.requestId) ?? 0;
  const name = `call ${call.call} of ${call.fn} (${call.requestId})`;
  if (call.outcome === 'wrong' || call.outcome === 'hung') return `${name} was ${call.outcome}: ${call.detail}`;
  if (ran > 1) return `${name} was run ${ran} times`;
  if (call.outcome === 'right' && ran !== 1) return `${name} was answered, and no handler ran`;
  if (call.saysNotRun && ran !== 0) return `${name} was told that its handler did not run, and it did (${call.detail})`;
  const newest = (saves[call.fn] ?? []).filter(({ at }) => at + savedForMs <= call.startedAt).at(-1)?.version ?? 1;
  if (call.version !== undefined && call.version < newest)
    return `${name} was answered by version ${call.version} of its code, long after ${newest} was saved`;
  return undefined;
}

function countByDetail(calls: readonly Call[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { detail } of calls) counts[detail] = (counts[detail] ?? 0) + 1;
  return counts;
}

/** Every call has its own answer or a truthful error, and no handler runs twice for an event. */
export function judgeCalls(facts: CallsFacts): CallsVerdict {
  const { calls, runs, troubles } = facts;
  const broken = calls.flatMap((call) => problemOf(call, facts) ?? []);
  const told = calls.filter(({ outcome }) => outcome === 'told');
  const unexplained = told.filter((call) => !meets(call, troubles));
  if (unexplained.length > calls.length * unexplainedShare) {
    const first = unexplained[0];
    broken.push(
      `${unexplained.length} calls were told an error where nothing had been done, the first is ${first?.requestId}: ${first?.detail}`,
    );
  }
  for (const { requestId, sentAt } of facts.asynchronous) {
    // What failed is tried twice more under the same request id, and given up after that.
    if (meets({ startedAt: sentAt, endedAt: sentAt + retriesMs }, troubles)) continue;
    const ran = runs.get(requestId) ?? 0;
    if (ran !== 1) broken.push(`the asynchronous event ${requestId} was run ${ran} times`);
  }
  return {
    calls: calls.length,
    right: calls.filter(({ outcome }) => outcome === 'right').length,
    told: countByDetail(told),
    toldWithoutReason: countByDetail(unexplained),
    asynchronous: facts.asynchronous.length,
    handlerRuns: [...runs.values()].reduce((sum, times) => sum + times, 0),
    broken,
  };
}
