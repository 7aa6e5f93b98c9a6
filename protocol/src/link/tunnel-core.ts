import { createEphemeralKey, deriveKeys, hashHello } from '../handshake.ts';
import type {
  Attach,
  Codec,
  Frame,
  Headers,
  Hello,
  Invoke,
  Message,
  RefusalReason,
  Result,
  Welcome,
} from '../messages.ts';
import { createSealedSession, type SealedSession } from '../sealed-session.ts';
import { chooseVersion, versionMismatch } from '../versions.ts';
import { decodeChannelEvent, encodeChannelEvent, encodeWelcome } from '../wire/channel-event.ts';
import { keyBytes, WireError } from '../wire/fields.ts';
import { acceptAfterMs, oldKeysMs } from './timing.ts';

/** Environments remembered at once: Lambda's default concurrency of an account and region (Lambda quotas). */
export const maxEnvironments = 1000;

/** Why an environment is not served. */
export interface HelloRefusal {
  readonly reason: RefusalReason;
  readonly text: string;
}

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

export type TunnelEffect =
  | { readonly type: 'publish'; readonly environment: RemoteEnvironment; readonly events: readonly Uint8Array[] }
  | { readonly type: 'attached'; readonly environment: RemoteEnvironment; readonly attach: Attach }
  | { readonly type: 'invoke'; readonly invocation: TunnelInvocation }
  | { readonly type: 'withdrawn'; readonly invocationId: string }
  | { readonly type: 'refused'; readonly hello: Hello; readonly refusal: HelloRefusal }
  | { readonly type: 'probed'; readonly nonce: Uint8Array }
  | { readonly type: 'dropped'; readonly reason: string };

/**
 * An invocation as the tunnel remembers it, for as long as it knows the environment: what was started, refused or
 * withdrawn under an id is never started again.
 *
 * | state | on | next |
 * |---|---|---|
 * | (none) | Invoke | running |
 * | (none), running | Withdraw | withdrawn |
 * | running | the handler's outcome | answered: the result goes out |
 * | answered | the stub's confirmation | confirmed: its bytes are forgotten |
 */
type Known = 'running' | 'answered' | 'withdrawn' | 'confirmed';

interface Keys {
  readonly helloHash: Uint8Array;
  /** The Welcome event as published: the same Hello gets the same one. */
  readonly welcome: Uint8Array;
  readonly session: SealedSession;
}

interface Peer {
  readonly environment: RemoteEnvironment;
  keys: Keys;
  /** Keys of a later Hello, until an Attach arrives under them. */
  offered: { readonly keys: Keys; readonly untilMs: number } | undefined;
  attach: Attach | undefined;
  /** An Invoke that overtook its Attach. An environment has one at a time. */
  early: { readonly keys: Keys; readonly invoke: Invoke; readonly receivedMs: number } | undefined;
  readonly invocations: Map<string, Known>;
  lastHeardMs: number;
}

export interface TunnelCoreOptions {
  /** 16 random bytes, new at each start. */
  readonly instance: Uint8Array;
  readonly release: string;
  readonly codecs: readonly Codec[];
  /** Decides whether this tunnel serves the function that says Hello. */
  readonly admit: (hello: Hello) => HelloRefusal | undefined;
  readonly random: (bytes: number) => Uint8Array;
}

/** The tunnel's side of the link for all environments of one session. */
export interface TunnelCore {
  receive(event: Uint8Array, nowMs: number): readonly TunnelEffect[];
  /** The outcome of an invocation that an `invoke` effect handed out. */
  answer(environmentId: string, result: Result): readonly TunnelEffect[];
  /** Tells every known environment that this tunnel leaves. */
  goodbye(reason: string): readonly TunnelEffect[];
  tick(nowMs: number): readonly TunnelEffect[];
  nextTickMs(): number | undefined;
}

export function createTunnelCore(options: TunnelCoreOptions): TunnelCore {
  const startedWith = options.instance;
  const peers = new Map<string, Peer>();
  /** Running invocations whose Accepted is not out yet, by id, in the order of their times. */
  const acceptances = new Map<string, { readonly peer: Peer; readonly atMs: number }>();
  let startMs: number | undefined;

  function welcome(hello: Hello, bytes: Uint8Array, nowMs: number): readonly TunnelEffect[] {
    const environment: RemoteEnvironment = { id: hex(hello.environmentId), hello };
    const version = chooseVersion(hello);
    const refusal: HelloRefusal | undefined =
      version === undefined ? { reason: 'version', text: versionMismatch(hello) } : options.admit(hello);
    const helloHash = hashHello(bytes);
    if (version === undefined || refusal) return refuse(environment, helloHash, refusal);

    const peer = peers.get(environment.id);
    const known = [peer?.keys, peer?.offered?.keys].find((keys) => keys && same(keys.helloHash, helloHash));
    if (known) return [{ type: 'publish', environment, events: [known.welcome] }];

    const keys = agree(hello, bytes, version, nowMs);
    if (peer) peer.offered = { keys, untilMs: nowMs + oldKeysMs };
    else
      remember({
        environment,
        keys,
        offered: undefined,
        attach: undefined,
        early: undefined,
        invocations: new Map(),
        lastHeardMs: nowMs,
      });
    return [{ type: 'publish', environment, events: [keys.welcome] }];
  }

  function agree(hello: Hello, bytes: Uint8Array, version: number, nowMs: number): Keys {
    const key = createEphemeralKey(options.random(keyBytes));
    const helloHash = hashHello(bytes);
    const codec = hello.codecs.find((offered) => options.codecs.includes(offered)) ?? 'none';
    startMs ??= nowMs;
    const body = encodeWelcome({
      ...blankWelcome(helloHash),
      version,
      codec,
      aloneForMs: Math.floor(nowMs - startMs),
      ephemeralKey: key.publicKey,
    });
    const keys = deriveKeys({ own: key, theirs: hello.ephemeralKey, hello: bytes, welcome: body });
    const session = createSealedSession({ side: 'tunnel', version, environmentId: hello.environmentId, codec, keys });
    return { helloHash, welcome: encodeChannelEvent({ kind: 'welcome', signed: unsigned(body) }), session };
  }

  function blankWelcome(helloHash: Uint8Array): Welcome {
    const none = new Uint8Array(0);
    return {
      version: 0,
      codec: 'none',
      tunnelInstance: startedWith,
      aloneForMs: 0,
      ephemeralKey: none,
      identityKey: none,
      helloHash,
      refusal: undefined,
      release: options.release,
    };
  }

  function refuse(
    environment: RemoteEnvironment,
    helloHash: Uint8Array,
    refusal: HelloRefusal | undefined,
  ): readonly TunnelEffect[] {
    if (!refusal) return [];
    const body = encodeWelcome({ ...blankWelcome(helloHash), refusal });
    return [
      { type: 'publish', environment, events: [encodeChannelEvent({ kind: 'welcome', signed: unsigned(body) })] },
      { type: 'refused', hello: environment.hello, refusal },
    ];
  }

  function remember(peer: Peer): void {
    if (peers.size >= maxEnvironments) {
      const quietest = [...peers.values()].reduce((a, b) => (a.lastHeardMs <= b.lastHeardMs ? a : b));
      peers.delete(quietest.environment.id);
    }
    peers.set(peer.environment.id, peer);
  }

  function opened(frame: Frame, nowMs: number): readonly TunnelEffect[] {
    const peer = peers.get(hex(frame.header.environmentId));
    if (!peer) return [{ type: 'dropped', reason: 'a frame of an unknown environment' }];
    if (peer.offered && nowMs > peer.offered.untilMs) peer.offered = undefined;
    const keys = [peer.keys, peer.offered?.keys].find((held) => held && same(held.session.keyId, frame.header.keyId));
    if (!keys) return [{ type: 'dropped', reason: 'a frame under unknown keys' }];
    const result = keys.session.open(frame, nowMs);
    if (result.state === 'dropped') return [{ type: 'dropped', reason: result.reason }];
    peer.lastHeardMs = nowMs;
    return result.state === 'message' ? heard(peer, keys, result.message, nowMs) : [];
  }

  function heard(peer: Peer, keys: Keys, message: Message, nowMs: number): readonly TunnelEffect[] {
    switch (message.kind) {
      case 'attach':
        return attached(peer, keys, message, nowMs);
      case 'invoke':
        return invoked(peer, keys, message, nowMs, nowMs);
      case 'withdraw': {
        const id = hex(message.invocationId);
        const known = peer.invocations.get(id);
        if (known === 'answered' || known === 'confirmed') return [];
        peer.invocations.set(id, 'withdrawn');
        acceptances.delete(id);
        return [{ type: 'withdrawn', invocationId: id }];
      }
      case 'ping':
        return [
          {
            type: 'publish',
            environment: peer.environment,
            events: keys.session.seal({ kind: 'pong', nonce: message.nonce }),
          },
        ];
      case 'goodbye':
        peers.delete(peer.environment.id);
        return [];
      default:
        return [];
    }
  }

  function attached(peer: Peer, keys: Keys, attach: Attach, nowMs: number): readonly TunnelEffect[] {
    const first = peer.attach === undefined || peer.keys !== keys;
    peer.attach = attach;
    peer.keys = keys;
    if (peer.offered?.keys === keys) peer.offered = undefined;
    const { environment, early } = peer;
    peer.early = undefined;
    // Hearing this, the stub need not attach again before its first Invoke.
    const events = keys.session.seal({ kind: 'accepted', invocationId: new Uint8Array(0) });
    return [
      { type: 'publish', environment, events },
      ...(first ? [{ type: 'attached' as const, environment, attach }] : []),
      ...(early?.keys === keys ? invoked(peer, keys, early.invoke, nowMs, early.receivedMs) : []),
    ];
  }

  function invoked(peer: Peer, keys: Keys, invoke: Invoke, nowMs: number, receivedMs: number): readonly TunnelEffect[] {
    if (!same(invoke.tunnelInstance, startedWith)) return [{ type: 'dropped', reason: 'an Invoke for another tunnel' }];
    if (peer.keys !== keys || !peer.attach) {
      peer.early = { keys, invoke, receivedMs };
      return [];
    }
    for (const confirmed of invoke.confirmed) {
      const id = hex(confirmed);
      if (peer.invocations.get(id) === 'answered') peer.invocations.set(id, 'confirmed');
    }
    const invocationId = hex(invoke.invocationId);
    if (peer.invocations.has(invocationId)) return [];
    if (invoke.credentials) peer.attach = { ...peer.attach, credentials: invoke.credentials };
    peer.invocations.set(invocationId, 'running');
    acceptances.set(invocationId, { peer, atMs: nowMs + acceptAfterMs });
    const { environment, attach } = peer;
    const { headers, event } = invoke;
    const deadlineMs = receivedMs + invoke.remainingMs;
    return [{ type: 'invoke', invocation: { environment, invocationId, attach, headers, event, deadlineMs } }];
  }

  return {
    receive(event, nowMs) {
      startMs ??= nowMs;
      try {
        const decoded = decodeChannelEvent(event);
        switch (decoded.kind) {
          case 'hello':
            return welcome(decoded.hello, decoded.bytes, nowMs);
          case 'frame':
            return opened(decoded.frame, nowMs);
          case 'probe':
            return same(decoded.tunnelInstance, startedWith) ? [{ type: 'probed', nonce: decoded.nonce }] : [];
          case 'tunnel-here':
            return [];
          default:
            return [{ type: 'dropped', reason: `a ${decoded.kind} is not for a tunnel` }];
        }
      } catch (error) {
        if (error instanceof WireError) return [{ type: 'dropped', reason: error.message }];
        throw error;
      }
    },
    answer(environmentId, result) {
      const peer = peers.get(environmentId);
      const id = hex(result.invocationId);
      acceptances.delete(id);
      if (peer?.invocations.get(id) !== 'running') return [];
      peer.invocations.set(id, 'answered');
      return [{ type: 'publish', environment: peer.environment, events: peer.keys.session.seal(result) }];
    },
    goodbye(reason) {
      return [...peers.values()].map((peer) => ({
        type: 'publish' as const,
        environment: peer.environment,
        events: peer.keys.session.seal({ kind: 'goodbye', reason }),
      }));
    },
    tick(nowMs) {
      const effects: TunnelEffect[] = [];
      for (const [id, { peer, atMs }] of acceptances) {
        if (nowMs < atMs) break;
        acceptances.delete(id);
        const events = peer.keys.session.seal({ kind: 'accepted', invocationId: Buffer.from(id, 'hex') });
        effects.push({ type: 'publish', environment: peer.environment, events });
      }
      return effects;
    },
    nextTickMs() {
      for (const { atMs } of acceptances.values()) return atMs;
      return undefined;
    },
  };
}

/** A Welcome without a signature: the stub was deployed to trust whoever IAM lets publish. */
function unsigned(body: Uint8Array) {
  return { body, signature: new Uint8Array(0) };
}

function hex(id: Uint8Array): string {
  return Buffer.from(id).toString('hex');
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
