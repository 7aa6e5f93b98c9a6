import type { Attach, Headers, Hello, Invoke, Message, Result } from '../messages.ts';
import type { SealedMessage, SealedSession } from '../sealed-session.ts';
import { hex, same } from './identifiers.ts';
import { type Chunk, createStreamSender, type StreamSender } from './stream.ts';
import { acceptAfterMs, keepResultMs, largeOnItsWayMs, longestRemainingMs, quickEvents } from './timing.ts';

/** An execution environment in AWS that said Hello. */
export interface RemoteEnvironment {
  /** Its id in hex. */
  readonly id: string;
  readonly hello: Hello;
}

export interface TunnelInvocation {
  readonly environment: RemoteEnvironment;
  /** In hex. */
  readonly invocationId: string;
  readonly attach: Attach;
  readonly headers: Headers;
  readonly event: Uint8Array;
  /** On the clock of this core's `nowMs`: receipt and what remained. */
  readonly deadlineMs: number;
}

export type PeerEffect =
  | { readonly type: 'publish'; readonly environment: RemoteEnvironment; readonly events: readonly Uint8Array[] }
  /** An Attach arrived: is it by the function that the environment's Hello named? To be answered by `checked`. */
  | { readonly type: 'check'; readonly environment: RemoteEnvironment; readonly claim: Claim }
  | { readonly type: 'attached'; readonly environment: RemoteEnvironment; readonly attach: Attach }
  | { readonly type: 'invoke'; readonly invocation: TunnelInvocation }
  /** More of a streamed response may be written, or none is wanted any more. */
  | { readonly type: 'stream-ready'; readonly invocationId: string }
  | { readonly type: 'withdrawn'; readonly environment: RemoteEnvironment; readonly invocationId: string }
  | { readonly type: 'dropped'; readonly reason: string };

/** An Attach that has not been checked yet: nothing of it is believed, and the keys that it came under are not in force. */
export interface Claim {
  readonly attach: Attach;
  readonly session: SealedSession;
  /** The Invoke that waits for the check. An environment has one at a time. */
  waiting: { readonly invoke: Invoke; readonly firstMs: number } | undefined;
}

/** What became of a claim: `text` tells the caller why its event is not run. */
export type Checked =
  | { readonly believed: true }
  | { readonly believed: false; readonly errorType: string; readonly text: string };

/**
 * An invocation as the tunnel remembers it, for as long as it knows the environment: what was started, refused or
 * withdrawn under an id is never started again.
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
 */
type Known =
  | { readonly state: 'running'; readonly deadlineMs: number; acceptAtMs: number | undefined }
  | Streaming
  | { readonly state: 'answered'; readonly result: Result; readonly forgetAtMs: number; sent: SentResult }
  | { readonly state: 'withdrawn' | 'confirmed' };

interface Streaming {
  readonly state: 'streaming';
  readonly headers: Headers;
  readonly sender: StreamSender;
  readonly forgetAtMs: number;
  readonly sealed: WeakMap<Chunk, Sent>;
}

/**
 * An Invoke with a larger event is not held until its Attach comes: whoever says Hello could have any number of them
 * held, and they are small on the wire.
 */
const maxEarlyBytes = 65_536;

/** Chunks that are sent again at one question: what one publish holds. */
const maxResentChunks = 5;

interface Sent {
  readonly session: SealedSession;
  readonly sealed: SealedMessage;
}

interface SentResult extends Sent {
  /** When it was last published, in whole or in part; undefined before. */
  atMs: number | undefined;
}

/** The tunnel's side of the conversation with one environment, under the keys that are in force. */
export interface TunnelPeer {
  readonly environment: RemoteEnvironment;
  readonly attached: boolean;
  /** Whether a handler runs for it, or its result may still be asked for. */
  readonly busy: boolean;
  /** Takes a message that was opened with a session of this environment. */
  heard(session: SealedSession, message: Message, firstMs: number, nowMs: number): readonly PeerEffect[];
  /** A claim was checked: only now its keys are in force, and what waits for it is run or answered with an error. */
  checked(claim: Claim, outcome: Checked, nowMs: number): readonly PeerEffect[];
  answer(result: Result, nowMs: number): readonly PeerEffect[];
  /** A response that is streamed: its start, its parts, its end. Nothing happens where it is not wanted any more. */
  streamStart(invocationId: string, headers: Headers, nowMs: number): readonly PeerEffect[];
  streamWrite(invocationId: string, data: Uint8Array, nowMs: number): readonly PeerEffect[];
  streamEnd(invocationId: string, error: Uint8Array | undefined, nowMs: number): readonly PeerEffect[];
  /** Whether more may be written now; `gone` when the stream is not wanted any more. */
  streamState(invocationId: string): 'open' | 'full' | 'gone';
  tick(nowMs: number): readonly PeerEffect[];
  nextTickMs(): number | undefined;
  /** Says something that is about no invocation. */
  say(message: Message): PeerEffect;
  /** Says Goodbye, and before it what was taken over: no other tunnel may take that. */
  leave(reason: string): PeerEffect;
}

export function createTunnelPeer(options: {
  readonly environment: RemoteEnvironment;
  /** The tunnel's own instance id. */
  readonly instance: Uint8Array;
  readonly session: SealedSession;
  /** Told that from now on these keys are in force. */
  readonly onSession: (session: SealedSession) => void;
}): TunnelPeer {
  const { environment } = options;
  const invocations = new Map<string, Known>();
  /** Those that want a tick. */
  const timed = new Set<string>();
  let session = options.session;
  let attach: Attach | undefined;
  /** Those being checked, one for each key. */
  const claims = new Map<SealedSession, Claim>();
  /**
   * What was refused last under each key. The answer that said so was sealed, by which the stub knows that its Attach, or
   * its new credentials, arrived: its next Invoke comes without, and what stood against them may be gone by then.
   */
  const refused = new WeakMap<SealedSession, Attach>();
  /** An Invoke that overtook its Attach. */
  let early: { readonly session: SealedSession; readonly invoke: Invoke; readonly firstMs: number } | undefined;
  /** What was withdrawn under keys that are not in force, the latest for each: in force they may be later. */
  const takenBack = new WeakMap<SealedSession, string>();

  const publish = (events: readonly Uint8Array[]): PeerEffect => ({ type: 'publish', environment, events });
  const say = (message: Message) => publish(session.seal(message).events);
  const accepted = (id: string) => say({ kind: 'accepted', invocationId: Buffer.from(id, 'hex') });

  function set(id: string, known: Known): void {
    invocations.set(id, known);
    if (known.state === 'running' || known.state === 'answered' || known.state === 'streaming') timed.add(id);
    else timed.delete(id);
  }

  function claimed(by: SealedSession, message: Attach): PeerEffect[] {
    const repeated = claims.get(by)?.attach ?? (by === session ? attach : undefined);
    if (repeated && sameCredentials(repeated, message)) {
      // Sent again, since the answer was lost or is still to come.
      return claims.has(by) ? [] : [say({ kind: 'accepted', invocationId: new Uint8Array(0) })];
    }
    const waiting = early?.session === by ? early : undefined;
    if (waiting) early = undefined;
    return check({ attach: message, session: by, waiting });
  }

  function check(claim: Claim): PeerEffect[] {
    claims.set(claim.session, claim);
    return [{ type: 'check', environment, claim }];
  }

  function invoked(by: SealedSession, invoke: Invoke, firstMs: number, nowMs: number): PeerEffect[] {
    if (!same(invoke.tunnelInstance, options.instance)) return [dropped('an Invoke for another tunnel')];
    const claim = claims.get(by);
    if (claim) {
      claim.waiting ??= { invoke, firstMs };
      // The check takes its time: the stub must not take that for silence.
      return [publish(by.seal({ kind: 'accepted', invocationId: invoke.invocationId }).events)];
    }
    if (by !== session || !attach) {
      const before = refused.get(by);
      if (before) return checkAgain(before, { by, invoke, firstMs });
      // What is larger is asked for again once the Attach is there.
      if (invoke.event.length <= maxEarlyBytes) early = { session: by, invoke, firstMs };
      return [];
    }
    for (const confirmed of invoke.confirmed) {
      const id = hex(confirmed);
      const state = invocations.get(id)?.state;
      if (state === 'answered' || state === 'streaming') set(id, { state: 'confirmed' });
    }
    const id = hex(invoke.invocationId);
    const known = invocations.get(id);
    if (known) return standing(id, known, nowMs);
    // The stub says new ones once: those that could not be checked are checked with its next event.
    const credentials = invoke.credentials ?? refused.get(by)?.credentials;
    if (credentials && !sameCredentials(attach, { credentials })) {
      return check({ attach: { ...attach, credentials }, session: by, waiting: { invoke, firstMs } });
    }
    const deadlineMs = firstMs + Math.min(invoke.remainingMs, longestRemainingMs);
    if (nowMs >= deadlineMs) {
      set(id, { state: 'withdrawn' });
      return [dropped('an Invoke whose time was over when it had arrived')];
    }
    set(id, { state: 'running', deadlineMs, acceptAtMs: nowMs + acceptAfterMs });
    const { headers, event } = invoke;
    return [{ type: 'invoke', invocation: { environment, invocationId: id, attach, headers, event, deadlineMs } }];
  }

  function checkAgain(
    before: Attach,
    { by, invoke, firstMs }: { readonly by: SealedSession; readonly invoke: Invoke; readonly firstMs: number },
  ): PeerEffect[] {
    const credentials = invoke.credentials ?? before.credentials;
    return [
      ...check({ attach: { ...before, credentials }, session: by, waiting: { invoke, firstMs } }),
      publish(by.seal({ kind: 'accepted', invocationId: invoke.invocationId }).events),
    ];
  }

  function withdrawn(by: SealedSession, id: string): PeerEffect[] {
    if (by !== session || !attach) {
      takenBack.set(by, id);
      return [];
    }
    const state = invocations.get(id)?.state;
    if (state === 'answered' || state === 'confirmed') return [];
    set(id, { state: 'withdrawn' });
    return [
      { type: 'withdrawn', environment, invocationId: id },
      ...(state === 'streaming' ? [{ type: 'stream-ready' as const, invocationId: id }] : []),
    ];
  }

  /** What to say when an invocation that is known is asked for again. */
  function standing(
    id: string,
    known: Known,
    nowMs: number,
    missing?: { readonly message: number; readonly missing: readonly number[] },
  ): PeerEffect[] {
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
    if (known.sent.session !== session) known.sent = { session, sealed: session.seal(known.result), atMs: undefined };
    const { atMs } = known.sent;
    // What is large takes its time: while it may still be on its way, it is not sent a second time.
    const under = atMs !== undefined && known.sent.sealed.events.length > quickEvents && nowMs - atMs < largeOnItsWayMs;
    if (under) return [accepted(id)];
    known.sent.atMs = nowMs;
    const { sealed } = known.sent;
    const partly = missing && missing.message === sealed.number && missing.missing.length > 0;
    return [
      publish(partly ? [...new Set(missing.missing)].flatMap((index) => sealed.events[index] ?? []) : sealed.events),
    ];
  }

  function asked(by: SealedSession, progress: Extract<Message, { kind: 'progress' }>, nowMs: number): PeerEffect[] {
    const id = hex(progress.invocationId);
    const known = invocations.get(id);
    if (known) return standing(id, known, nowMs, progress);
    if (!progress.ask || early?.session === by) return [];
    if (claims.get(by)?.waiting && hex(claims.get(by)?.waiting?.invoke.invocationId ?? new Uint8Array()) === id) {
      return [publish(by.seal({ kind: 'accepted', invocationId: progress.invocationId }).events)];
    }
    // What is there of the Invoke, if anything.
    const gap = by.incomplete().find(({ message }) => message === progress.aboutMessage);
    const { invocationId, aboutMessage } = progress;
    const missing = gap?.missing ?? [];
    return [
      publish(
        by.seal({
          kind: 'progress',
          message: aboutMessage,
          missing,
          invocationId,
          ask: false,
          remainingMs: 0,
          aboutMessage: 0,
        }).events,
      ),
    ];
  }

  function chunkEvents(id: string, streaming: Streaming, chunk: Chunk): readonly Uint8Array[] {
    const before = streaming.sealed.get(chunk);
    if (before?.session === session) return before.sealed.events;
    const headers = chunk.offset === 0 ? streaming.headers : {};
    const sealed = session.seal({ kind: 'stream-chunk', invocationId: Buffer.from(id, 'hex'), headers, ...chunk });
    streaming.sealed.set(chunk, { session, sealed });
    return sealed.events;
  }

  /** What of a stream is due, and whether its producer may go on. */
  function flush(id: string, streaming: Streaming, nowMs: number): PeerEffect[] {
    const events = streaming.sender.due(nowMs).flatMap((chunk) => chunkEvents(id, streaming, chunk));
    return events.length > 0 ? [publish(events)] : [];
  }

  function streamingOf(id: string): Streaming | undefined {
    const known = invocations.get(id);
    return known?.state === 'streaming' ? known : undefined;
  }

  return {
    environment,
    get attached() {
      return attach !== undefined;
    },
    get busy() {
      return timed.size > 0;
    },
    say,
    leave(reason) {
      const started = [...timed].filter((id) => ['running', 'streaming'].includes(invocations.get(id)?.state ?? ''));
      const messages: readonly Message[] = [
        ...started.map((id) => ({ kind: 'accepted' as const, invocationId: Buffer.from(id, 'hex') })),
        { kind: 'goodbye', reason },
      ];
      return publish(messages.flatMap((message) => session.seal(message).events));
    },
    heard(by, message, firstMs, nowMs) {
      switch (message.kind) {
        case 'attach':
          return claimed(by, message);
        case 'invoke':
          return invoked(by, message, firstMs, nowMs);
        case 'progress':
          return asked(by, message, nowMs);
        case 'withdraw':
          return withdrawn(by, hex(message.invocationId));
        case 'stream-credit': {
          const id = hex(message.invocationId);
          const streaming = streamingOf(id);
          if (!streaming) return [];
          streaming.sender.credit(message.upToOffset, message.receivedOffset);
          return [...flush(id, streaming, nowMs), { type: 'stream-ready', invocationId: id }];
        }
        case 'ping':
          return [publish(by.seal({ kind: 'pong', nonce: message.nonce }).events)];
        default:
          return [];
      }
    },
    checked(claim, outcome, nowMs) {
      if (claims.get(claim.session) !== claim) return [];
      claims.delete(claim.session);
      const { waiting } = claim;
      if (!outcome.believed) refused.set(claim.session, claim.attach);
      else refused.delete(claim.session);
      if (!outcome.believed)
        return waiting ? [publish(claim.session.seal(refusal(waiting.invoke, outcome)).events)] : [];
      const first = attach === undefined || claim.session !== session;
      attach = claim.attach;
      session = claim.session;
      options.onSession(session);
      const withdrawnId = takenBack.get(session);
      if (withdrawnId !== undefined && !invocations.has(withdrawnId)) set(withdrawnId, { state: 'withdrawn' });
      return [
        // Hearing this, the stub need not attach again before its first Invoke.
        say({ kind: 'accepted', invocationId: new Uint8Array(0) }),
        ...(first ? [{ type: 'attached' as const, environment, attach }] : []),
        ...(waiting ? invoked(session, { ...waiting.invoke, credentials: undefined }, waiting.firstMs, nowMs) : []),
      ];
    },
    answer(result, nowMs) {
      const id = hex(result.invocationId);
      const known = invocations.get(id);
      if (known?.state !== 'running') return [];
      const sealed = session.seal(result);
      const forgetAtMs = Math.max(nowMs, known.deadlineMs) + keepResultMs;
      set(id, { state: 'answered', result, forgetAtMs, sent: { session, sealed, atMs: nowMs } });
      return [publish(sealed.events)];
    },
    streamStart(id, headers, nowMs) {
      const known = invocations.get(id);
      if (known?.state !== 'running') return [];
      const forgetAtMs = Math.max(nowMs, known.deadlineMs) + keepResultMs;
      set(id, { state: 'streaming', headers, sender: createStreamSender(), forgetAtMs, sealed: new WeakMap() });
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
      return flush(id, streaming, nowMs);
    },
    streamState(id) {
      const streaming = streamingOf(id);
      if (!streaming) return 'gone';
      return streaming.sender.full ? 'full' : 'open';
    },
    tick(nowMs) {
      const effects: PeerEffect[] = [];
      for (const id of timed) {
        const known = invocations.get(id);
        if ((known?.state === 'answered' || known?.state === 'streaming') && nowMs >= known.forgetAtMs) {
          set(id, { state: 'confirmed' });
          if (known.state === 'streaming') effects.push({ type: 'stream-ready', invocationId: id });
        } else if (known?.state === 'streaming') effects.push(...flush(id, known, nowMs));
        if (known?.state === 'running' && known.acceptAtMs !== undefined && nowMs >= known.acceptAtMs) {
          known.acceptAtMs = undefined;
          effects.push(accepted(id));
        }
      }
      return effects;
    },
    nextTickMs() {
      let next: number | undefined;
      for (const id of timed) {
        const known = invocations.get(id);
        const at = known && dueMs(known);
        if (at !== undefined) next = Math.min(next ?? at, at);
      }
      return next;
    },
  };
}

function dueMs(known: Known): number | undefined {
  if (known.state === 'running') return known.acceptAtMs;
  if (known.state === 'answered') return known.forgetAtMs;
  if (known.state === 'streaming') return Math.min(known.sender.nextDueMs() ?? known.forgetAtMs, known.forgetAtMs);
  return undefined;
}

function sameCredentials(a: Pick<Attach, 'credentials'>, b: Pick<Attach, 'credentials'>): boolean {
  return (
    a.credentials?.accessKeyId === b.credentials?.accessKeyId &&
    a.credentials?.secretAccessKey === b.credentials?.secretAccessKey &&
    a.credentials?.sessionToken === b.credentials?.sessionToken
  );
}

/** The answer to an event that is not run, since it is not known on whose behalf. */
function refusal(invoke: Invoke, { errorType, text }: { readonly errorType: string; readonly text: string }): Result {
  const body = Buffer.from(JSON.stringify({ errorType, errorMessage: text, trace: [] }));
  const headers = { 'content-type': 'application/json', 'lambda-runtime-function-error-type': errorType };
  return { kind: 'result', invocationId: invoke.invocationId, headers, outcome: { type: 'error', body } };
}

function dropped(reason: string): PeerEffect {
  return { type: 'dropped', reason };
}
