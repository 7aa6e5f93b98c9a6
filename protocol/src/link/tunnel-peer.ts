import type { Attach, Headers, Hello, Invoke, Message, Result } from '../messages.ts';
import type { SealedMessage, SealedSession } from '../sealed-session.ts';
import { acceptAfterMs, keepResultMs } from './timing.ts';

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
  | { readonly type: 'attached'; readonly environment: RemoteEnvironment; readonly attach: Attach }
  | { readonly type: 'invoke'; readonly invocation: TunnelInvocation }
  | { readonly type: 'withdrawn'; readonly environment: RemoteEnvironment; readonly invocationId: string }
  | { readonly type: 'dropped'; readonly reason: string };

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
 * | answered | a question | answered: the result, or what is missing of it, goes out again |
 * | answered | the stub's confirmation, or its time is over | confirmed: its bytes are forgotten |
 */
type Known =
  | { readonly state: 'running'; readonly deadlineMs: number; acceptAtMs: number | undefined }
  | { readonly state: 'answered'; readonly result: Result; readonly forgetAtMs: number; sent: Sent }
  | { readonly state: 'withdrawn' | 'confirmed' };

interface Sent {
  readonly session: SealedSession;
  readonly sealed: SealedMessage;
}

/** The tunnel's side of the conversation with one environment, under the keys that are in force. */
export interface TunnelPeer {
  readonly environment: RemoteEnvironment;
  readonly attached: boolean;
  /** Whether a handler runs for it. */
  readonly busy: boolean;
  /** Takes a message that was opened with a session of this environment. */
  heard(session: SealedSession, message: Message, firstMs: number, nowMs: number): readonly PeerEffect[];
  answer(result: Result, nowMs: number): readonly PeerEffect[];
  tick(nowMs: number): readonly PeerEffect[];
  nextTickMs(): number | undefined;
  /** Says something that is about no invocation. */
  say(message: Message): PeerEffect;
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
  /** An Invoke that overtook its Attach. An environment has one at a time. */
  let early: { readonly session: SealedSession; readonly invoke: Invoke; readonly firstMs: number } | undefined;

  const publish = (events: readonly Uint8Array[]): PeerEffect => ({ type: 'publish', environment, events });
  const say = (message: Message) => publish(session.seal(message).events);
  const accepted = (id: string) => say({ kind: 'accepted', invocationId: Buffer.from(id, 'hex') });

  function set(id: string, known: Known): void {
    invocations.set(id, known);
    if (known.state === 'running' || known.state === 'answered') timed.add(id);
    else timed.delete(id);
  }

  function attachedWith(by: SealedSession, message: Attach, nowMs: number): PeerEffect[] {
    const first = attach === undefined || by !== session;
    attach = message;
    session = by;
    options.onSession(by);
    const waiting = early;
    early = undefined;
    return [
      // Hearing this, the stub need not attach again before its first Invoke.
      say({ kind: 'accepted', invocationId: new Uint8Array(0) }),
      ...(first ? [{ type: 'attached' as const, environment, attach }] : []),
      ...(waiting?.session === by ? invoked(by, waiting.invoke, waiting.firstMs, nowMs) : []),
    ];
  }

  function invoked(by: SealedSession, invoke: Invoke, firstMs: number, nowMs: number): PeerEffect[] {
    if (Buffer.compare(invoke.tunnelInstance, options.instance) !== 0) return [dropped('an Invoke for another tunnel')];
    if (by !== session || !attach) {
      early = { session: by, invoke, firstMs };
      return [];
    }
    for (const confirmed of invoke.confirmed) {
      const id = hex(confirmed);
      if (invocations.get(id)?.state === 'answered') set(id, { state: 'confirmed' });
    }
    const id = hex(invoke.invocationId);
    const known = invocations.get(id);
    if (known) return standing(id, known);
    if (invoke.credentials) attach = { ...attach, credentials: invoke.credentials };
    const deadlineMs = firstMs + invoke.remainingMs;
    if (nowMs >= deadlineMs) {
      set(id, { state: 'withdrawn' });
      return [dropped('an Invoke whose time was over when it had arrived')];
    }
    set(id, { state: 'running', deadlineMs, acceptAtMs: nowMs + acceptAfterMs });
    const { headers, event } = invoke;
    return [{ type: 'invoke', invocation: { environment, invocationId: id, attach, headers, event, deadlineMs } }];
  }

  /** What to say when an invocation that is known is asked for again. */
  function standing(
    id: string,
    known: Known,
    missing?: { readonly message: number; readonly missing: readonly number[] },
  ): PeerEffect[] {
    if (known.state === 'running') {
      known.acceptAtMs = undefined;
      return [accepted(id)];
    }
    if (known.state !== 'answered') return [];
    // Under new keys it is sealed anew; what was opened once is not opened again.
    if (known.sent.session !== session) known.sent = { session, sealed: session.seal(known.result) };
    const { sealed } = known.sent;
    const partly = missing && missing.message === sealed.number && missing.missing.length > 0;
    return [publish(partly ? missing.missing.flatMap((index) => sealed.events[index] ?? []) : sealed.events)];
  }

  function asked(by: SealedSession, progress: Extract<Message, { kind: 'progress' }>): PeerEffect[] {
    const id = hex(progress.invocationId);
    const known = invocations.get(id);
    if (known) return standing(id, known, progress);
    if (!progress.ask || early?.session === by) return [];
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

  return {
    environment,
    get attached() {
      return attach !== undefined;
    },
    get busy() {
      return [...timed].some((id) => invocations.get(id)?.state === 'running');
    },
    say,
    heard(by, message, firstMs, nowMs) {
      switch (message.kind) {
        case 'attach':
          return attachedWith(by, message, nowMs);
        case 'invoke':
          return invoked(by, message, firstMs, nowMs);
        case 'progress':
          return asked(by, message);
        case 'withdraw': {
          const id = hex(message.invocationId);
          const state = invocations.get(id)?.state;
          if (state === 'answered' || state === 'confirmed') return [];
          set(id, { state: 'withdrawn' });
          return [{ type: 'withdrawn', environment, invocationId: id }];
        }
        case 'ping':
          return [publish(by.seal({ kind: 'pong', nonce: message.nonce }).events)];
        default:
          return [];
      }
    },
    answer(result, nowMs) {
      const id = hex(result.invocationId);
      const known = invocations.get(id);
      if (known?.state !== 'running') return [];
      const sealed = session.seal(result);
      const forgetAtMs = Math.max(nowMs, known.deadlineMs) + keepResultMs;
      set(id, { state: 'answered', result, forgetAtMs, sent: { session, sealed } });
      return [publish(sealed.events)];
    },
    tick(nowMs) {
      const effects: PeerEffect[] = [];
      for (const id of timed) {
        const known = invocations.get(id);
        if (known?.state === 'answered' && nowMs >= known.forgetAtMs) set(id, { state: 'confirmed' });
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
        const at =
          known?.state === 'running' ? known.acceptAtMs : known?.state === 'answered' ? known.forgetAtMs : undefined;
        if (at !== undefined) next = Math.min(next ?? at, at);
      }
      return next;
    },
  };
}

function dropped(reason: string): PeerEffect {
  return { type: 'dropped', reason };
}

function hex(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex');
}
