import type { Headers, Message, Result } from '../messages.ts';
import type { SealedSession } from '../sealed-session.ts';
import { hex } from './identifiers.ts';
import { dueMs, type Known, type KnownInvocations, type Streaming } from './known-invocations.ts';
import type { PeerEffect, RemoteEnvironment } from './remote-environment.ts';
import { type Chunk, createStreamSender } from './stream.ts';
import { keepResultMs, largeOnItsWayMs, quickEvents, recentResultMs } from './timing.ts';

/** Chunks that are sent again at one question: what one publish holds. */
const maxResentChunks = 5;

/** What a tunnel says of the invocations of one environment that it has taken: that it has them, and what came of them. */
export interface TunnelAnswers {
  /** What to say when one that is known is asked for again; what is missing of its result alone, where that is said. */
  standing(
    id: string,
    known: Known,
    nowMs: number,
    missing?: { readonly message: number; readonly missing: readonly number[] },
  ): readonly PeerEffect[];
  answer(result: Result, nowMs: number): readonly PeerEffect[];
  streamStart(id: string, headers: Headers, nowMs: number): readonly PeerEffect[];
  streamWrite(id: string, data: Uint8Array, nowMs: number): readonly PeerEffect[];
  streamEnd(id: string, error: Uint8Array | undefined, nowMs: number): readonly PeerEffect[];
  streamState(id: string): 'open' | 'full' | 'gone';
  credited(credit: Extract<Message, { kind: 'stream-credit' }>, nowMs: number): readonly PeerEffect[];
  /** Small results that went out a moment ago, once more: nobody can ask for them any more. */
  lastWords(nowMs: number): readonly Uint8Array[];
  tick(nowMs: number): readonly PeerEffect[];
  nextTickMs(): number | undefined;
}

export function createTunnelAnswers({
  environment,
  invocations,
  session,
}: {
  readonly environment: RemoteEnvironment;
  readonly invocations: KnownInvocations;
  /** Whose keys are in force now. */
  readonly session: () => SealedSession;
}): TunnelAnswers {
  const publish = (events: readonly Uint8Array[]): PeerEffect => ({ type: 'publish', environment, events });
  const accepted = (id: string) =>
    publish(session().seal({ kind: 'accepted', invocationId: Buffer.from(id, 'hex') }).events);

  function chunkEvents(id: string, streaming: Streaming, chunk: Chunk): readonly Uint8Array[] {
    const before = streaming.sealed.get(chunk);
    if (before?.session === session()) return before.sealed.events;
    const headers = chunk.offset === 0 ? streaming.headers : {};
    const sealed = session().seal({ kind: 'stream-chunk', invocationId: Buffer.from(id, 'hex'), headers, ...chunk });
    streaming.sealed.set(chunk, { session: session(), sealed });
    return sealed.events;
  }

  /** What of a stream is due. */
  function flush(id: string, streaming: Streaming, nowMs: number): PeerEffect[] {
    const events = streaming.sender.due(nowMs).flatMap((chunk) => chunkEvents(id, streaming, chunk));
    return events.length > 0 ? [publish(events)] : [];
  }

  function streamingOf(id: string): Streaming | undefined {
    const known = invocations.get(id);
    return known?.state === 'streaming' ? known : undefined;
  }

  return {
    standing(id, known, nowMs, missing) {
      if (known.state === 'running') {
        known.acceptAtMs = undefined;
        return [accepted(id)];
      }
      if (known.state === 'streaming') {
        const chunks = known.sender.unconfirmed().slice(0, maxResentChunks);
        return [
          accepted(id),
          ...(chunks.length > 0 ? [publish(chunks.flatMap((chunk) => chunkEvents(id, known, chunk)))] : []),
        ];
      }
      if (known.state !== 'answered') return [];
      // Under new keys it is sealed anew; what was opened once is not opened again.
      if (known.sent.session !== session())
        known.sent = { session: session(), sealed: session().seal(known.result), atMs: undefined };
      const { atMs, sealed } = known.sent;
      // What is large takes its time: while it may still be on its way, it is not sent a second time.
      const under = atMs !== undefined && sealed.events.length > quickEvents && nowMs - atMs < largeOnItsWayMs;
      if (under) return [accepted(id)];
      known.sent.atMs = nowMs;
      const partly = missing && missing.message === sealed.number && missing.missing.length > 0;
      return [
        publish(partly ? [...new Set(missing.missing)].flatMap((index) => sealed.events[index] ?? []) : sealed.events),
      ];
    },
    answer(result, nowMs) {
      const id = hex(result.invocationId);
      const known = invocations.get(id);
      if (known?.state !== 'running') return [];
      const sealed = session().seal(result);
      const forgetAtMs = Math.max(nowMs, known.deadlineMs) + keepResultMs;
      invocations.set(id, { state: 'answered', result, forgetAtMs, sent: { session: session(), sealed, atMs: nowMs } });
      return [publish(sealed.events)];
    },
    streamStart(id, headers, nowMs) {
      const known = invocations.get(id);
      if (known?.state !== 'running') return [];
      const { startedMs, deadlineMs } = known;
      const forgetAtMs = Math.max(nowMs, deadlineMs) + keepResultMs;
      const kept = { startedMs, deadlineMs, headers, forgetAtMs };
      const fresh = { sender: createStreamSender(), sealed: new WeakMap(), endedMs: undefined };
      invocations.set(id, { state: 'streaming', ...kept, ...fresh });
      return [];
    },
    streamWrite(id, data, nowMs) {
      const streaming = streamingOf(id);
      if (!streaming) return [];
      streaming.sender.write(data, nowMs);
      return flush(id, streaming, nowMs);
    },
    streamEnd(id, error, nowMs) {
      const streaming = streamingOf(id);
      if (!streaming) return [];
      streaming.sender.end(error);
      streaming.endedMs = nowMs;
      return flush(id, streaming, nowMs);
    },
    streamState(id) {
      const streaming = streamingOf(id);
      if (!streaming) return 'gone';
      return streaming.sender.full ? 'full' : 'open';
    },
    credited(credit, nowMs) {
      const id = hex(credit.invocationId);
      const streaming = streamingOf(id);
      if (!streaming) return [];
      streaming.sender.credit(credit.upToOffset, credit.receivedOffset);
      return [...flush(id, streaming, nowMs), { type: 'stream-ready', invocationId: id }];
    },
    lastWords: (nowMs) =>
      invocations.timed().flatMap(([, known]) => {
        if (known.state !== 'answered' || known.sent.session !== session()) return [];
        const { atMs, sealed } = known.sent;
        const isRecent = atMs !== undefined && nowMs - atMs <= recentResultMs;
        return isRecent && sealed.events.length <= quickEvents ? sealed.events : [];
      }),
    tick(nowMs) {
      const effects: PeerEffect[] = [];
      for (const [id, known] of invocations.timed()) {
        if (known.state === 'running') {
          if (known.acceptAtMs === undefined || nowMs < known.acceptAtMs) continue;
          known.acceptAtMs = undefined;
          effects.push(accepted(id));
        } else if (nowMs >= known.forgetAtMs) {
          invocations.set(id, { state: 'confirmed' });
          if (known.state === 'streaming') effects.push({ type: 'stream-ready', invocationId: id });
        } else if (known.state === 'streaming') effects.push(...flush(id, known, nowMs));
      }
      return effects;
    },
    nextTickMs() {
      let next: number | undefined;
      for (const [, known] of invocations.timed()) {
        const at = dueMs(known);
        if (at !== undefined) next = Math.min(next ?? at, at);
      }
      return next;
    },
  };
}
