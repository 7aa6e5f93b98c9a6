import type { TunnelEvent } from '../demo/programs.ts';
import type { Stretch } from './stalls.ts';

/** What became of one invocation, as its caller saw it. */
export interface Call {
  readonly requestId: string;
  readonly outcome: 'right' | 'told' | 'wrong' | 'hung';
  /** `errorType` of a told failure, or what was wrong. */
  readonly detail: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** The function's timeout, in milliseconds. */
  readonly timeoutMs: number;
}

/** Of calls that no restart and no stall met and that have this much time, the share that must be answered rightly. */
const rightShare = 0.99;
const enoughTimeMs = 30_000;

/** How the calls went, and every promise that was broken. */
export interface Verdict {
  readonly calls: number;
  readonly right: number;
  readonly told: Readonly<Record<string, number>>;
  /** Calls with enough time that met neither a restart nor a stall, and those of them that were answered rightly. */
  readonly unmet: number;
  readonly rightUnmet: number;
  /** How often the machine gave this program no time. */
  readonly stalls: number;
  readonly handlersStarted: number;
  readonly asynchronousRequests: number;
  readonly asynchronousStarts: number;
  readonly broken: readonly string[];
}

/**
 * Holds what callers and tunnels saw against the promises: its own right answer or a truthful error for each call, no
 * handler twice for an invocation id, retries that run.
 */
export function judge(options: {
  readonly calls: readonly Call[];
  readonly asynchronous: ReadonlySet<string>;
  /** When the tunnel was being restarted. */
  readonly restarts: readonly Stretch[];
  readonly stalls: readonly Stretch[];
  readonly starts: readonly TunnelEvent[];
}): Verdict {
  const { calls, asynchronous, restarts, stalls } = options;
  const broken: string[] = [];
  const told: Record<string, number> = {};
  for (const call of calls) {
    if (call.outcome === 'told') told[call.detail] = (told[call.detail] ?? 0) + 1;
    if (call.outcome === 'wrong' || call.outcome === 'hung')
      broken.push(`${call.requestId} was ${call.outcome}: ${call.detail}`);
  }
  const patient = calls.filter(({ timeoutMs }) => timeoutMs >= enoughTimeMs);
  const unmet = patient.filter(
    (call) => ![...restarts, ...stalls].some(({ from, to }) => call.startedAt <= to && call.endedAt >= from),
  );
  const rightUnmet = unmet.filter(({ outcome }) => outcome === 'right').length;
  if (unmet.length > 0 && rightUnmet < unmet.length * rightShare) {
    broken.push(`only ${rightUnmet} of ${unmet.length} calls that nothing met but faults were answered rightly`);
  }
  const byInvocation = count(options.starts, 'invocationId');
  for (const [id, times] of byInvocation)
    if (times > 1) broken.push(`the handler was started ${times} times for invocation ${id}`);
  const byRequest = count(options.starts, 'requestId');
  for (const { requestId } of calls) {
    const times = byRequest.get(requestId) ?? 0;
    if (times > 1) broken.push(`the handler was started ${times} times for the synchronous request ${requestId}`);
  }
  const retried = [...asynchronous].map((id) => byRequest.get(id) ?? 0);
  if (asynchronous.size > 0 && !retried.some((times) => times > 1)) broken.push('no asynchronous retry ran again');
  return {
    calls: calls.length,
    right: calls.filter(({ outcome }) => outcome === 'right').length,
    told,
    unmet: unmet.length,
    rightUnmet,
    stalls: stalls.length,
    handlersStarted: options.starts.length,
    asynchronousRequests: asynchronous.size,
    asynchronousStarts: retried.reduce((sum, times) => sum + times, 0),
    broken,
  };
}

function count(events: readonly TunnelEvent[], key: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const event of events) {
    const value = String(event[key]);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}
