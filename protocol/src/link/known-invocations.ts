import type { FinalAccount, Headers, Result } from '../messages.ts';
import type { SealedMessage, SealedSession } from '../sealed-session.ts';
import type { Chunk, StreamSender } from './stream.ts';
import { resultLingersMs, streamTailMs } from './timing.ts';

/**
 * An invocation as the tunnel remembers it: what was started, refused or withdrawn under an id is never started again.
 *
 * | state | on | next |
 * |---|---|---|
 * | (none) | Invoke | running |
 * | (none) | Invoke after its time | withdrawn |
 * | (none), running | Withdraw | withdrawn |
 * | running | a question, or 150 ms | running: Accepted goes out |
 * | running | the handler's outcome | answered: the result goes out |
 * | running | the start of a streamed response | streaming: chunks go out as far as there is credit |
 * | streaming | a question | streaming: Accepted, and what has not arrived goes out again |
 * | streaming | the stub's confirmation, or its time is over | confirmed |
 * | answered | a question | answered: the result, or what is missing of it, goes out again |
 * | answered | the stub's confirmation, or its time is over | confirmed: its bytes are forgotten |
 * | withdrawn, confirmed | a later Invoke of the environment | (none): nothing older than that is started any more |
 */
export type Known = Running | Streaming | Answered | { readonly state: 'withdrawn' | 'confirmed' };

export interface Running {
  readonly state: 'running';
  readonly startedMs: number;
  readonly deadlineMs: number;
  acceptAtMs: number | undefined;
}

export interface Streaming {
  readonly state: 'streaming';
  readonly startedMs: number;
  readonly deadlineMs: number;
  readonly headers: Headers;
  readonly sender: StreamSender;
  readonly forgetAtMs: number;
  readonly sealed: WeakMap<Chunk, Sent>;
  /** When the last of it was written. */
  endedMs: number | undefined;
}

export interface Answered {
  readonly state: 'answered';
  readonly result: Result;
  readonly forgetAtMs: number;
  sent: SentResult;
}

export interface Sent {
  readonly session: SealedSession;
  readonly sealed: SealedMessage;
}

export interface SentResult extends Sent {
  /** When it was last published, in whole or in part; undefined before. */
  atMs: number | undefined;
}

/** Ids that a Goodbye names of each kind: an environment asks about the one that it sent last. */
const maxToldIds = 16;

/** What a tunnel remembers of the invocations of one environment. */
export interface KnownInvocations {
  get(id: string): Known | undefined;
  set(id: string, known: Known): void;
  /**
   * Whether an Invoke with an id that is not known is older than one that was taken: then whoever sent it has had its
   * answer, or given it up, and it may be one that was forgotten since.
   */
  isOvertaken(by: SealedSession, number: number): boolean;
  /** An Invoke is taken: what is over of those before it can be forgotten. An environment has one at a time. */
  taken(by: SealedSession, number: number): void;
  /** Those that want a tick. */
  timed(): readonly (readonly [id: string, known: Running | Streaming | Answered])[];
  /** Whether a handler runs, or a result may still be asked for. */
  readonly busy: boolean;
  /** Those of which a result is still to come. */
  unfinished(nowMs: number): readonly (Running | Streaming)[];
  /** From when on nothing of them is on its way any more, at the latest. */
  quietFromMs(): number;
  account(successor: Uint8Array): FinalAccount;
}

export function createKnownInvocations(): KnownInvocations {
  const invocations = new Map<string, Known>();
  const timed = new Set<string>();
  let latest: { readonly session: SealedSession; readonly number: number } | undefined;

  const timedOnes = () =>
    [...timed].flatMap((id) => {
      const known = invocations.get(id);
      return known && isTimed(known) ? [[id, known] as const] : [];
    });
  const idsOf = (states: readonly Known['state'][]) =>
    [...invocations]
      .filter(([, { state }]) => states.includes(state))
      .slice(-maxToldIds)
      .map(([id]) => Buffer.from(id, 'hex'));

  return {
    get: (id) => invocations.get(id),
    set(id, known) {
      invocations.set(id, known);
      if (isTimed(known)) timed.add(id);
      else timed.delete(id);
    },
    isOvertaken: (by, number) => latest?.session === by && number < latest.number,
    taken(session, number) {
      latest = { session, number };
      for (const [id, known] of invocations) if (!isTimed(known)) invocations.delete(id);
    },
    timed: timedOnes,
    get busy() {
      return timed.size > 0;
    },
    unfinished: (nowMs) =>
      timedOnes().flatMap(([, known]) => (isUnfinished(known) && nowMs < known.deadlineMs ? [known] : [])),
    quietFromMs: () => Math.max(Number.NEGATIVE_INFINITY, ...timedOnes().map(([, known]) => quietFromMs(known))),
    // What was withdrawn may have been started before.
    account: (successor) => ({
      started: idsOf(['running', 'streaming', 'withdrawn']),
      answered: idsOf(['answered', 'confirmed']),
      successor,
    }),
  };
}

/** When a known invocation wants a tick. */
export function dueMs(known: Running | Streaming | Answered): number | undefined {
  if (known.state === 'running') return known.acceptAtMs;
  if (known.state === 'answered') return known.forgetAtMs;
  return Math.min(known.sender.nextDueMs() ?? known.forgetAtMs, known.forgetAtMs);
}

function isTimed(known: Known): known is Running | Streaming | Answered {
  return known.state === 'running' || known.state === 'answered' || known.state === 'streaming';
}

function isUnfinished(known: Running | Streaming | Answered): known is Running | Streaming {
  return known.state === 'running' || (known.state === 'streaming' && known.endedMs === undefined);
}

function quietFromMs(known: Running | Streaming | Answered): number {
  if (known.state === 'answered') return (known.sent.atMs ?? Number.NEGATIVE_INFINITY) + resultLingersMs;
  if (known.state === 'running' || known.endedMs === undefined) return known.deadlineMs;
  return known.endedMs + (known.sender.arrived ? resultLingersMs : streamTailMs);
}
