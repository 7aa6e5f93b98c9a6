import { createEphemeralKey, deriveKeys, hashHello } from '../handshake.ts';
import type { Codec, Frame, Hello, RefusalReason, Result, Welcome } from '../messages.ts';
import { createSealedSession, type SealedSession } from '../sealed-session.ts';
import { chooseVersion, versionMismatch } from '../versions.ts';
import { decodeChannelEvent, encodeChannelEvent, encodeWelcome } from '../wire/channel-event.ts';
import { keyBytes, WireError } from '../wire/fields.ts';
import { createHandOvers, type HandOverEffect, type Leavable } from './hand-over.ts';
import { hex, same } from './identifiers.ts';
import { type Checked, type Claim, dropped, type RemoteEnvironment } from './remote-environment.ts';
import { createSessionTunnels, type SessionTunnelsOptions } from './session-tunnels.ts';
import { oldKeysMs, recentlyHeardMs, signOfLifeSegments } from './timing.ts';
import { signWelcome } from './trust.ts';
import { createTunnelPeer, type TunnelPeer } from './tunnel-peer.ts';

/** Environments remembered at once: Lambda's default concurrency of an account and region (Lambda quotas). */
export const maxEnvironments = 1000;

/** Why a frame is dropped whose environment has said nothing else here: where there are two tunnels it is the other's. */
export const unknownEnvironmentReason = 'a frame of an unknown environment';

/** Why an environment is not served. */
export interface HelloRefusal {
  readonly reason: RefusalReason;
  readonly text: string;
}

export type TunnelEffect =
  | HandOverEffect
  | { readonly type: 'refused'; readonly hello: Hello; readonly refusal: HelloRefusal }
  | { readonly type: 'probed' };

interface Keys {
  readonly helloHash: Uint8Array;
  /** The Welcome event as published: the same Hello gets the same one. */
  readonly welcome: Uint8Array;
  readonly session: SealedSession;
}

/** An environment and its keys: those in force, and beside them those of a later Hello until an Attach came under them. */
interface Entry {
  readonly peer: TunnelPeer;
  keys: Keys;
  offered: { readonly keys: Keys; readonly untilMs: number } | undefined;
  lastHeardMs: number;
}

/** `identity` also signs Welcomes; without it only stubs that trust IAM alone believe them. */
export interface TunnelCoreOptions extends SessionTunnelsOptions {
  readonly release: string;
  readonly codecs: readonly Codec[];
  /** Decides whether this tunnel serves the function that says Hello. */
  readonly admit: (hello: Hello) => HelloRefusal | undefined;
  readonly random: (bytes: number) => Uint8Array;
}

/** The tunnel's side of the link for all environments of one session. */
export interface TunnelCore {
  /** Says to the session that this tunnel is here. */
  announce(nowMs: number): readonly TunnelEffect[];
  receive(event: Uint8Array, nowMs: number): readonly TunnelEffect[];
  /** The outcome of an invocation that an `invoke` effect handed out. */
  answer(environmentId: string, result: Result, nowMs: number): readonly TunnelEffect[];
  /** A claim was checked that a `check` effect handed out. */
  checked(environmentId: string, claim: Claim, outcome: Checked, nowMs: number): readonly TunnelEffect[];
  /** The conversation with an environment, for a response that is streamed; undefined when it is forgotten. */
  peer(environmentId: string): TunnelPeer | undefined;
  /** This tunnel hears nothing until it announces itself again: the environments are told that it is there. */
  connectionBroke(nowMs: number): readonly TunnelEffect[];
  /** Tells one environment that this tunnel is none for it any more. */
  dismiss(environmentId: string, reason: string): readonly TunnelEffect[];
  /** Tells every known environment that this tunnel leaves, and starts nothing more. */
  goodbye(reason: string, nowMs: number): readonly TunnelEffect[];
  /** Asks the tunnels that were on the session before this one to leave it. */
  takeOver(nowMs: number): readonly TunnelEffect[];
  tick(nowMs: number): readonly TunnelEffect[];
  nextTickMs(): number | undefined;
}

export function createTunnelCore(options: TunnelCoreOptions): TunnelCore {
  const { instance, identity } = options;
  const entries = new Map<string, Entry>();
  const tunnels = createSessionTunnels(options);
  const handOvers = createHandOvers({
    tunnels,
    environments: () => [...entries.values()].map(leavable),
  });

  function welcome(hello: Hello, bytes: Uint8Array, nowMs: number): readonly TunnelEffect[] {
    const environment: RemoteEnvironment = { id: hex(hello.environmentId), hello };
    // Whoever waits for a result of this tunnel is welcome until it has that; everybody else goes to the next one.
    if (handOvers.name !== 'serving' && entries.get(environment.id)?.peer.left !== false) return [];
    const version = chooseVersion(hello);
    const refusal: HelloRefusal | undefined =
      version === undefined ? { reason: 'version', text: versionMismatch(hello) } : options.admit(hello);
    if (version === undefined || refusal) return refuse(environment, bytes, refusal);

    const helloHash = hashHello(bytes);
    const entry = entries.get(environment.id);
    const known = [entry?.keys, entry?.offered?.keys].find((keys) => keys && same(keys.helloHash, helloHash));
    if (known) return [{ type: 'publish', environment, events: [known.welcome] }];
    const keys = agree(hello, bytes, version, nowMs);
    // Until somebody has proved to be the environment, the latest Hello says whose it is.
    const sameFunction = entry?.peer.environment.hello.functionPath === hello.functionPath;
    if (entry && !entry.peer.attached && !sameFunction) remember(environment, keys, nowMs);
    else if (entry) entry.offered = { keys, untilMs: nowMs + oldKeysMs };
    else if (!makeRoom()) return [dropped('a Hello while as many environments as can be served are busy')];
    else remember(environment, keys, nowMs);
    return [{ type: 'publish', environment, events: [keys.welcome] }];
  }

  function agree(hello: Hello, bytes: Uint8Array, version: number, nowMs: number): Keys {
    const key = createEphemeralKey(options.random(keyBytes));
    const helloHash = hashHello(bytes);
    const codec = hello.codecs.find((offered) => options.codecs.includes(offered)) ?? 'none';
    const aloneForMs = Math.max(0, Math.floor(nowMs - (tunnels.aloneSinceMs() ?? nowMs)));
    const body = encodeWelcome({ ...blankWelcome(helloHash), version, codec, aloneForMs, ephemeralKey: key.publicKey });
    const keys = deriveKeys({ own: key, theirs: hello.ephemeralKey, hello: bytes, welcome: body });
    const session = createSealedSession({ side: 'tunnel', version, environmentId: hello.environmentId, codec, keys });
    return {
      helloHash,
      welcome: encodeChannelEvent({ kind: 'welcome', signed: signWelcome(identity, bytes, body) }),
      session,
    };
  }

  function blankWelcome(helloHash: Uint8Array): Welcome {
    const none = new Uint8Array(0);
    return {
      version: 0,
      codec: 'none',
      tunnelInstance: instance,
      aloneForMs: 0,
      ephemeralKey: none,
      identityKey: identity?.publicKey ?? none,
      helloHash,
      refusal: undefined,
      release: options.release,
    };
  }

  function refuse(
    environment: RemoteEnvironment,
    hello: Uint8Array,
    refusal: HelloRefusal | undefined,
  ): readonly TunnelEffect[] {
    if (!refusal) return [];
    const body = encodeWelcome({ ...blankWelcome(hashHello(hello)), refusal });
    return [
      {
        type: 'publish',
        environment,
        events: [encodeChannelEvent({ kind: 'welcome', signed: signWelcome(identity, hello, body) })],
      },
      { type: 'refused', hello: environment.hello, refusal },
    ];
  }

  /**
   * Forgets the environment that was quiet for longest, first of those that have proved nothing; never one whose handler
   * runs or whose result may be asked for, since what it ran must not run again.
   */
  function makeRoom(): boolean {
    if (entries.size < maxEnvironments) return true;
    const idle = [...entries.values()].filter(({ peer }) => !peer.busy);
    if (idle.length === 0) return false;
    const unproved = idle.filter(({ peer }) => !peer.attached);
    const quietest = (unproved.length > 0 ? unproved : idle).reduce((a, b) => (a.lastHeardMs <= b.lastHeardMs ? a : b));
    return entries.delete(quietest.peer.environment.id);
  }

  function remember(environment: RemoteEnvironment, keys: Keys, nowMs: number): void {
    const peer = createTunnelPeer({
      environment,
      instance,
      session: keys.session,
      onSession: (session) => {
        if (entry.offered?.keys.session !== session) return;
        entry.keys = entry.offered.keys;
        entry.offered = undefined;
      },
    });
    const entry: Entry = { peer, keys, offered: undefined, lastHeardMs: nowMs };
    entries.set(environment.id, entry);
  }

  function opened(frame: Frame, nowMs: number): readonly TunnelEffect[] {
    const entry = entries.get(hex(frame.header.environmentId));
    if (!entry) return [dropped(unknownEnvironmentReason)];
    if (entry.offered && nowMs > entry.offered.untilMs) entry.offered = undefined;
    const keys = [entry.keys, entry.offered?.keys].find((held) => held && same(held.session.keyId, frame.header.keyId));
    if (!keys) return [dropped('a frame under unknown keys')];
    const result = keys.session.open(frame, nowMs);
    if (result.state === 'dropped') return [dropped(result.reason)];
    const inForce = keys === entry.keys && entry.peer.attached;
    if (inForce) entry.lastHeardMs = nowMs;
    if (result.state === 'message') {
      // Who only said Hello for an environment cannot make its invocations forgotten.
      if (result.message.kind === 'goodbye' && inForce) {
        entries.delete(entry.peer.environment.id);
        return handOvers.settle(nowMs);
      }
      // Served until the app changed: a stub that asks who is there is to look elsewhere, before it publishes its event.
      const refusal =
        result.message.kind === 'ping' && inForce && !entry.peer.left
          ? options.admit(entry.peer.environment.hello)
          : undefined;
      if (refusal) return [entry.peer.say({ kind: 'goodbye', reason: refusal.text, final: undefined })];
      const { message, firstMs } = result;
      // Nor can they make what runs for it given up: what they begin waits for a check first.
      const mayEnd = inForce || !entry.peer.busy;
      if (mayEnd && handOvers.passesOn(leavable(entry), message, nowMs))
        return handOvers.passOn(leavable(entry), nowMs);
      return entry.peer.heard(keys.session, { message, firstMs, number: frame.header.message }, nowMs);
    }
    const long = result.state === 'partial' && result.count > signOfLifeSegments && !entry.peer.left;
    if (!long || (result.received - 1) % signOfLifeSegments !== 0) return [];
    const events = keys.session.seal({ kind: 'pong', nonce: new Uint8Array(0) }).events;
    return [{ type: 'publish', environment: entry.peer.environment, events }];
  }

  return {
    announce: tunnels.announce,
    receive(event, nowMs) {
      tunnels.listening(nowMs);
      try {
        const decoded = decodeChannelEvent(event);
        switch (decoded.kind) {
          case 'hello':
            return welcome(decoded.hello, decoded.bytes, nowMs);
          case 'frame':
            return opened(decoded.frame, nowMs);
          case 'probe':
            return same(decoded.tunnelInstance, instance) ? [{ type: 'probed' }] : [];
          case 'tunnel-here':
          case 'take-over':
          case 'hand-over':
            return tunnels
              .heard(decoded.kind, decoded.signed, nowMs)
              .flatMap((effect) => (effect.type === 'take-over-asked' ? handOvers.asked(effect.by, nowMs) : [effect]));
          default:
            return [dropped(`a ${decoded.kind} is not for a tunnel`)];
        }
      } catch (error) {
        if (error instanceof WireError) return [dropped('what is no message of this protocol')];
        throw error;
      }
    },
    answer: (environmentId, result, nowMs) => entries.get(environmentId)?.peer.answer(result, nowMs) ?? [],
    checked(environmentId, claim, outcome, nowMs) {
      const entry = entries.get(environmentId);
      if (!entry) return [];
      const begun = outcome.believed ? claim.waiting?.invoke : undefined;
      // What it begins goes to the other tunnel, as if it had come now.
      if (begun && handOvers.passesOn(leavable(entry), begun, nowMs)) return handOvers.passOn(leavable(entry), nowMs);
      return entry.peer.checked(claim, outcome, nowMs);
    },
    peer: (environmentId) => entries.get(environmentId)?.peer,
    connectionBroke(nowMs) {
      tunnels.deaf();
      return [...entries.values()]
        .filter(({ peer, lastHeardMs }) => peer.attached && !peer.left && nowMs - lastHeardMs <= recentlyHeardMs)
        .map(({ peer }) => peer.say({ kind: 'pong', nonce: new Uint8Array(0) }));
    },
    dismiss(environmentId, reason) {
      const peer = entries.get(environmentId)?.peer;
      return peer ? [peer.say({ kind: 'goodbye', reason, final: undefined })] : [];
    },
    goodbye: handOvers.leave,
    takeOver: tunnels.takeOver,
    tick: (nowMs) => [
      ...tunnels.tick(nowMs),
      ...[...entries.values()].flatMap(({ peer }) => peer.tick(nowMs)),
      ...handOvers.settle(nowMs),
    ],
    nextTickMs() {
      const wanted = [tunnels.nextTickMs(), handOvers.nextTickMs()];
      for (const { peer } of entries.values()) wanted.push(peer.nextTickMs());
      const due = wanted.filter((at) => at !== undefined);
      return due.length === 0 ? undefined : Math.min(...due);
    },
  };
}

function leavable({ peer, offered }: Entry): Leavable {
  return { peer, offered: offered ? [offered.keys.session] : [] };
}
