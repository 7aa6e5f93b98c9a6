import type { Attach, Headers, Invoke, Message, Result } from '../messages.ts';
import type { SealedSession } from '../sealed-session.ts';
import { hex, same } from './identifiers.ts';
import { createKnownInvocations } from './known-invocations.ts';
import {
  type ArrivedInvoke,
  type Checked,
  type Claim,
  dropped,
  type PeerEffect,
  type RemoteEnvironment,
} from './remote-environment.ts';
import { acceptAfterMs, longestRemainingMs } from './timing.ts';
import { createTunnelAnswers } from './tunnel-answers.ts';

/**
 * An Invoke with a larger event is not held until its Attach comes: whoever says Hello could have any number of them
 * held, and they are small on the wire.
 */
const maxEarlyBytes = 65_536;

/** A message as it was opened. */
export interface OpenedMessage {
  readonly message: Message;
  /** Its number among those sealed with its key. */
  readonly number: number;
  /** When the first segment of it arrived. */
  readonly firstMs: number;
}

/** What a Goodbye says besides what was taken. */
export interface Parting {
  /** For people. */
  readonly reason: string;
  /** Instance of the tunnel that takes the session over; empty where there is none. */
  readonly successor: Uint8Array;
}

/** The tunnel's side of the conversation with one environment, under the keys that are in force. */
export interface TunnelPeer {
  readonly environment: RemoteEnvironment;
  readonly attached: boolean;
  /** Whether a handler runs for it, or its result may still be asked for. */
  readonly busy: boolean;
  /** Whether this tunnel has said Goodbye to it. */
  readonly left: boolean;
  /** Takes a message that was opened with a session of this environment. */
  heard(session: SealedSession, opened: OpenedMessage, nowMs: number): readonly PeerEffect[];
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
  /** Whether a message shows that the environment has what it waited for, and would begin something new. */
  beginsAnew(message: Message, nowMs: number): boolean;
  /** For how long those have run of which a result is still to come, in milliseconds. */
  unfinished(nowMs: number): readonly number[];
  /** From when on no result is on its way any more, at the latest. */
  quietFromMs(): number;
  /**
   * Says Goodbye with what was taken, and starts nothing more: from now on that is its answer to whatever comes.
   * @param others keys that the environment may have besides those in force
   */
  leave(parting: Parting, nowMs: number, others?: readonly SealedSession[]): readonly PeerEffect[];
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
  const invocations = createKnownInvocations();
  let session = options.session;
  const answers = createTunnelAnswers({ environment, invocations, session: () => session });
  let attach: Attach | undefined;
  let parting: Parting | undefined;
  /** Those being checked, one for each key. */
  const claims = new Map<SealedSession, Claim>();
  /** Keys that were in force, or could have been before later ones were: what was claimed under them is too late. */
  const replaced = new WeakSet<SealedSession>();
  /**
   * What was refused last under each key. The answer that said so was sealed, by which the stub knows that its Attach, or
   * its new credentials, arrived: its next Invoke comes without, and what stood against them may be gone by then.
   */
  const refused = new WeakMap<SealedSession, Attach>();
  /** An Invoke that overtook its Attach. */
  let early: (ArrivedInvoke & { readonly session: SealedSession }) | undefined;
  /** What was withdrawn under keys that are not in force, the latest for each: in force they may be later. */
  const takenBack = new WeakMap<SealedSession, string>();

  const publish = (events: readonly Uint8Array[]): PeerEffect => ({ type: 'publish', environment, events });
  const say = (message: Message) => publish(session.seal(message).events);
  const acceptedBy = (by: SealedSession, invocationId: Uint8Array) =>
    publish(by.seal({ kind: 'accepted', invocationId }).events);

  function claimed(by: SealedSession, message: Attach): readonly PeerEffect[] {
    const repeated = claims.get(by)?.attach ?? (by === session ? attach : undefined);
    if (repeated && sameCredentials(repeated, message)) {
      // Sent again, since the answer was lost or is still to come.
      return claims.has(by) ? [] : [acceptedBy(session, new Uint8Array(0))];
    }
    const waiting = early?.session === by ? early : undefined;
    if (waiting) early = undefined;
    return check({ attach: message, session: by, waiting });
  }

  function check(claim: Claim): readonly PeerEffect[] {
    claims.set(claim.session, claim);
    return [{ type: 'check', environment, claim }];
  }

  function invoked(by: SealedSession, arrived: ArrivedInvoke, nowMs: number): readonly PeerEffect[] {
    const { invoke } = arrived;
    if (!same(invoke.tunnelInstance, options.instance)) return [dropped('an Invoke for another tunnel')];
    const claim = claims.get(by);
    if (claim) {
      claim.waiting ??= arrived;
      // The check takes its time: the stub must not take that for silence.
      return [acceptedBy(by, invoke.invocationId)];
    }
    if (by !== session || !attach) {
      const before = refused.get(by);
      if (before) return checkAgain(before, by, arrived);
      // What is larger is asked for again once the Attach is there.
      if (invoke.event.length <= maxEarlyBytes) early = { session: by, ...arrived };
      return [];
    }
    confirm(invoke.confirmed);
    const id = hex(invoke.invocationId);
    const known = invocations.get(id);
    if (known) return answers.standing(id, known, nowMs);
    if (invocations.isOvertaken(by, arrived.number)) return [dropped('an Invoke that a later one has overtaken')];
    // The stub says new ones once: those that could not be checked are checked with its next event.
    const credentials = invoke.credentials ?? refused.get(by)?.credentials;
    if (credentials && !sameCredentials(attach, { credentials }))
      return check({ attach: { ...attach, credentials }, session: by, waiting: arrived });
    return take(by, arrived, attach, nowMs);
  }

  function confirm(ids: readonly Uint8Array[]): void {
    for (const confirmed of ids) {
      const id = hex(confirmed);
      const state = invocations.get(id)?.state;
      if (state === 'answered' || state === 'streaming') invocations.set(id, { state: 'confirmed' });
    }
  }

  function take(
    by: SealedSession,
    { invoke, number, firstMs }: ArrivedInvoke,
    attachedAs: Attach,
    nowMs: number,
  ): readonly PeerEffect[] {
    const id = hex(invoke.invocationId);
    const deadlineMs = firstMs + Math.min(invoke.remainingMs, longestRemainingMs);
    invocations.taken(by, number);
    if (nowMs >= deadlineMs) {
      invocations.set(id, { state: 'withdrawn' });
      return [dropped('an Invoke whose time was over when it had arrived')];
    }
    invocations.set(id, { state: 'running', startedMs: nowMs, deadlineMs, acceptAtMs: nowMs + acceptAfterMs });
    const { headers, event } = invoke;
    const invocation = { environment, invocationId: id, attach: attachedAs, headers, event, deadlineMs };
    return [{ type: 'invoke', invocation }];
  }

  function checkAgain(before: Attach, by: SealedSession, arrived: ArrivedInvoke): readonly PeerEffect[] {
    const credentials = arrived.invoke.credentials ?? before.credentials;
    return [
      ...check({ attach: { ...before, credentials }, session: by, waiting: arrived }),
      acceptedBy(by, arrived.invoke.invocationId),
    ];
  }

  function withdrawn(by: SealedSession, id: string): readonly PeerEffect[] {
    if (by !== session || !attach) {
      takenBack.set(by, id);
      return [];
    }
    const state = invocations.get(id)?.state;
    if (state === 'answered' || state === 'confirmed') return [];
    invocations.set(id, { state: 'withdrawn' });
    return [
      { type: 'withdrawn', environment, invocationId: id },
      ...(state === 'streaming' ? [{ type: 'stream-ready' as const, invocationId: id }] : []),
    ];
  }

  function asked(
    by: SealedSession,
    progress: Extract<Message, { kind: 'progress' }>,
    nowMs: number,
  ): readonly PeerEffect[] {
    const { invocationId, aboutMessage } = progress;
    const id = hex(invocationId);
    const known = invocations.get(id);
    if (known) return answers.standing(id, known, nowMs, progress);
    if (!progress.ask || early?.session === by || invocations.isOvertaken(by, aboutMessage)) return [];
    const waiting = claims.get(by)?.waiting;
    if (waiting && same(waiting.invoke.invocationId, invocationId)) return [acceptedBy(by, invocationId)];
    // What is there of the Invoke, if anything.
    const missing = by.incomplete().find(({ message }) => message === aboutMessage)?.missing ?? [];
    const none = { ask: false, remainingMs: 0, aboutMessage: 0 };
    return [publish(by.seal({ kind: 'progress', message: aboutMessage, missing, invocationId, ...none }).events)];
  }

  function goodbye(by: SealedSession, { reason, successor }: Parting): readonly Uint8Array[] {
    return by.seal({ kind: 'goodbye', reason, final: invocations.account(successor) }).events;
  }

  /** Before the Goodbye goes what older stubs understand: that what runs was taken over, which nobody else may take. */
  function farewell(given: Parting, nowMs: number): readonly Uint8Array[] {
    const running = invocations.timed().flatMap(([id, { state }]) => (state === 'answered' ? [] : [id]));
    const taken = running.map((id): Message => ({ kind: 'accepted', invocationId: Buffer.from(id, 'hex') }));
    return [
      ...answers.lastWords(nowMs),
      ...taken.flatMap((message) => session.seal(message).events),
      ...goodbye(session, given),
    ];
  }

  function heard(by: SealedSession, opened: OpenedMessage, nowMs: number): readonly PeerEffect[] {
    const { message } = opened;
    // It may not have arrived. Whoever withdraws or leaves need not know.
    if (parting) {
      const needsNothing = ['withdraw', 'goodbye', 'pong', 'stream-credit'].includes(message.kind);
      return needsNothing ? [] : [publish(goodbye(by, parting))];
    }
    switch (message.kind) {
      case 'attach':
        return claimed(by, message);
      case 'invoke':
        return invoked(by, { invoke: message, number: opened.number, firstMs: opened.firstMs }, nowMs);
      case 'progress':
        return asked(by, message, nowMs);
      case 'withdraw':
        return withdrawn(by, hex(message.invocationId));
      case 'stream-credit':
        return answers.credited(message, nowMs);
      case 'ping':
        return [publish(by.seal({ kind: 'pong', nonce: message.nonce }).events)];
      default:
        return [];
    }
  }

  function putInForce(by: SealedSession): void {
    if (by === session) return;
    replaced.add(session);
    // What was claimed earlier may be over and forgotten by the time that its check is done.
    for (const earlier of claims.keys()) {
      if (earlier === by) break;
      replaced.add(earlier);
    }
    session = by;
    options.onSession(by);
  }

  function believe({ attach: believed, waiting }: Claim, isFirst: boolean, nowMs: number): readonly PeerEffect[] {
    attach = believed;
    const withdrawnId = takenBack.get(session);
    if (withdrawnId !== undefined && !invocations.get(withdrawnId))
      invocations.set(withdrawnId, { state: 'withdrawn' });
    return [
      // Hearing this, the stub need not attach again before its first Invoke.
      acceptedBy(session, new Uint8Array(0)),
      ...(isFirst ? [{ type: 'attached' as const, environment, attach }] : []),
      ...(waiting
        ? invoked(session, { ...waiting, invoke: { ...waiting.invoke, credentials: undefined } }, nowMs)
        : []),
    ];
  }

  return {
    environment,
    get attached() {
      return attach !== undefined;
    },
    get busy() {
      return invocations.busy;
    },
    get left() {
      return parting !== undefined;
    },
    heard,
    checked(claim, outcome, nowMs) {
      if (claims.get(claim.session) !== claim) return [];
      const isLate = parting !== undefined || replaced.has(claim.session);
      const isFirst = attach === undefined || claim.session !== session;
      if (outcome.believed && !isLate) putInForce(claim.session);
      claims.delete(claim.session);
      if (isLate) return [];
      if (outcome.believed) {
        refused.delete(claim.session);
        return believe(claim, isFirst, nowMs);
      }
      refused.set(claim.session, claim.attach);
      const { waiting } = claim;
      return waiting ? [publish(claim.session.seal(refusal(waiting.invoke, outcome)).events)] : [];
    },
    answer: (result, nowMs) => (parting ? [] : answers.answer(result, nowMs)),
    streamStart: answers.streamStart,
    streamWrite: (id, data, nowMs) => (parting ? [] : answers.streamWrite(id, data, nowMs)),
    streamEnd: (id, error, nowMs) => (parting ? [] : answers.streamEnd(id, error, nowMs)),
    streamState: (id) => (parting ? 'gone' : answers.streamState(id)),
    tick: (nowMs) => (parting ? [] : answers.tick(nowMs)),
    nextTickMs: () => (parting ? undefined : answers.nextTickMs()),
    say,
    beginsAnew(message, nowMs) {
      if (message.kind === 'invoke') return invocations.get(hex(message.invocationId)) === undefined;
      return message.kind === 'ping' && invocations.unfinished(nowMs).length === 0;
    },
    unfinished: (nowMs) => invocations.unfinished(nowMs).map(({ startedMs }) => nowMs - startedMs),
    quietFromMs: invocations.quietFromMs,
    leave(given, nowMs, others = []) {
      const streams = invocations.timed().flatMap(([id, { state }]) => (state === 'streaming' ? [id] : []));
      const said = [...farewell(given, nowMs), ...others.flatMap((other) => goodbye(other, given))];
      parting = given;
      return [publish(said), ...streams.map((invocationId): PeerEffect => ({ type: 'stream-ready', invocationId }))];
    },
  };
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
