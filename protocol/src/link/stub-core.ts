import type { ChannelError } from '../channel.ts';
import { createEphemeralKey, deriveKeys, type EphemeralKey, hashHello } from '../handshake.ts';
import type { Attach, Codec, Credentials, Frame, Headers, Hello, Message, Result, Welcome } from '../messages.ts';
import { createSealedSession, type SealedSession } from '../sealed-session.ts';
import { maxVersion, minVersion } from '../versions.ts';
import { decodeChannelEvent, encodeChannelEvent, encodeHello } from '../wire/channel-event.ts';
import { idBytes, keyBytes, WireError } from '../wire/fields.ts';
import {
  answerBeforeDeadlineMs,
  nobodyHomeMs,
  nobodyHomeShare,
  nobodyHomeYoungMs,
  resendAfterMs,
  silenceMs,
  silenceShare,
  youngSubscriptionMs,
} from './timing.ts';

/** What an execution environment says about itself before anything is sealed. */
export type StubIdentity = Pick<
  Hello,
  'apiHost' | 'region' | 'app' | 'session' | 'functionName' | 'functionPath' | 'environmentId' | 'release'
>;

/** What the stub knows of its environment when it attaches. */
export type Attachment = Omit<Attach, 'kind'>;

/** One event that Lambda gave to the stub. */
export interface StubInvocation {
  readonly headers: Headers;
  readonly event: Uint8Array;
  /** On the clock of this core's `nowMs`. */
  readonly deadlineMs: number;
}

/**
 * Why there is no result: the Events API could not be reached, or refused; nobody answered the Hello; the tunnel said
 * that it does not serve this function; it left; it went silent; the function's time was over.
 */
export type StubFailure =
  | 'api-unreachable'
  | 'api-refused'
  | 'nobody-answered'
  | 'tunnel-refused'
  | 'tunnel-left'
  | 'tunnel-silent'
  | 'out-of-time';

export type StubOutcome =
  | { readonly type: 'result'; readonly result: Result }
  | {
      readonly type: 'failed';
      readonly failure: StubFailure;
      /** What exactly happened, for people. May be empty. */
      readonly detail: string;
      /** Whether the invocation was published, so that the handler may have run. */
      readonly mayHaveRun: boolean;
    };

export type StubEffect =
  | { readonly type: 'publish'; readonly events: readonly Uint8Array[] }
  | { readonly type: 'settle'; readonly outcome: StubOutcome }
  | { readonly type: 'dropped'; readonly reason: string };

/**
 * The tunnel as this stub sees it.
 *
 * | state | on | next |
 * |---|---|---|
 * | unknown | an invocation, or the start | greeting: a Hello goes out, again and again while somebody waits |
 * | greeting | a Welcome for this Hello | attached: Attach goes out, and the waiting invocation |
 * | greeting | a refusal | unknown; the waiting invocation fails |
 * | attached | Goodbye, silence | unknown |
 */
type Tunnel =
  | { readonly name: 'unknown' }
  | { readonly name: 'greeting'; readonly greeting: Greeting; sent: number; nextSendMs: number }
  | { readonly name: 'attached'; readonly session: SealedSession; readonly instance: Uint8Array; heardSealed: boolean };

interface Greeting {
  readonly bytes: Uint8Array;
  readonly hash: Uint8Array;
  readonly key: EphemeralKey;
}

/**
 * The invocation at hand: there is never more than one in an execution environment.
 *
 * | state | on | next |
 * |---|---|---|
 * | seeking | a tunnel is attached | sent |
 * | seeking | its time for that is over | settled: failed, nothing was published |
 * | sent | Accepted | accepted |
 * | sent, accepted | Result | settled |
 * | sent | silence | settled: failed, it may have run |
 * | accepted | the deadline | settled: failed, it may have run |
 */
interface Current {
  readonly id: Uint8Array;
  readonly invocation: StubInvocation;
  state: 'seeking' | 'sent' | 'accepted';
  giveUpMs: number;
}

export interface StubCoreOptions {
  readonly identity: StubIdentity;
  readonly codecs: readonly Codec[];
  /** Asked at each Attach: variables and credentials as they are then. */
  readonly attachment: () => Attachment;
  /** @returns so many random bytes. */
  readonly random: (bytes: number) => Uint8Array;
}

/** The stub's side of the link: says what to publish and how an invocation ends, given what arrived and what time it is. */
export interface StubCore {
  /** The subscription was confirmed: look for a tunnel before there is anything to run. */
  subscribed(nowMs: number): readonly StubEffect[];
  invoke(invocation: StubInvocation, nowMs: number): readonly StubEffect[];
  receive(event: Uint8Array, nowMs: number): readonly StubEffect[];
  /** The channel cannot be used or a publish failed; or, without an error, a publish was accepted. */
  channelChanged(error: ChannelError | undefined, nowMs: number): readonly StubEffect[];
  tick(nowMs: number): readonly StubEffect[];
  /** When `tick` is wanted next. */
  nextTickMs(): number | undefined;
}

export function createStubCore(options: StubCoreOptions): StubCore {
  const { identity, random } = options;
  let tunnel: Tunnel = { name: 'unknown' };
  let current: Current | undefined;
  let subscribedMs: number | undefined;
  /** Whether the subscription has ever delivered anything: before that it may not have been activated yet. */
  let proved = false;
  let lastChannelError: ChannelError | undefined;
  let lastCredentials: Credentials | undefined;
  let confirmed: Uint8Array[] = [];

  function greet(nowMs: number): StubEffect[] {
    const key = createEphemeralKey(random(keyBytes));
    const bytes = encodeHello({
      ...identity,
      minVersion,
      maxVersion,
      codecs: options.codecs,
      ephemeralKey: key.publicKey,
      nonce: random(idBytes),
    });
    tunnel = { name: 'greeting', greeting: { bytes, hash: hashHello(bytes), key }, sent: 0, nextSendMs: nowMs };
    return sayHello(nowMs);
  }

  function sayHello(nowMs: number): StubEffect[] {
    if (tunnel.name !== 'greeting') return [];
    tunnel.sent += 1;
    tunnel.nextSendMs = nowMs + resendAfterMs(tunnel.sent);
    return [{ type: 'publish', events: [encodeChannelEvent({ kind: 'hello', bytes: tunnel.greeting.bytes })] }];
  }

  function settle(outcome: StubOutcome): StubEffect[] {
    if (!current) return [];
    current = undefined;
    return [{ type: 'settle', outcome }];
  }

  function fail(failure: StubFailure, detail = ''): StubEffect[] {
    return settle({
      type: 'failed',
      failure,
      detail,
      mayHaveRun: current !== undefined && current.state !== 'seeking',
    });
  }

  function attach(session: SealedSession): readonly Uint8Array[] {
    const attachment = options.attachment();
    lastCredentials = attachment.credentials;
    return session.seal({ kind: 'attach', ...attachment });
  }

  /** Attach where it is due, and the invocation. */
  function sendInvocation(
    nowMs: number,
    attached: Extract<Tunnel, { name: 'attached' }>,
    withAttach: boolean,
  ): StubEffect[] {
    if (!current) return [];
    const { invocation } = current;
    const remainingMs = Math.max(0, Math.floor(invocation.deadlineMs - nowMs));
    const before = withAttach ? attach(attached.session) : [];
    const credentials = options.attachment().credentials;
    const renewed = credentials?.accessKeyId !== lastCredentials?.accessKeyId ? credentials : undefined;
    if (renewed) lastCredentials = renewed;
    const invoke: Message = {
      kind: 'invoke',
      invocationId: current.id,
      tunnelInstance: attached.instance,
      remainingMs,
      headers: invocation.headers,
      event: invocation.event,
      credentials: renewed,
      confirmed,
    };
    confirmed = [];
    current.state = 'sent';
    current.giveUpMs = Math.min(nowMs + Math.min(silenceMs, remainingMs * silenceShare), latestAnswer(invocation));
    return [{ type: 'publish', events: [...before, ...attached.session.seal(invoke)] }];
  }

  function latestAnswer(invocation: StubInvocation): number {
    return invocation.deadlineMs - answerBeforeDeadlineMs;
  }

  function welcomed(welcome: Welcome, body: Uint8Array, nowMs: number): StubEffect[] {
    if (tunnel.name !== 'greeting') return [];
    const { greeting } = tunnel;
    if (!same(welcome.helloHash, greeting.hash)) return [{ type: 'dropped', reason: 'a Welcome for another Hello' }];
    if (welcome.refusal) {
      tunnel = { name: 'unknown' };
      return fail('tunnel-refused', welcome.refusal.text);
    }
    if (welcome.version < minVersion || welcome.version > maxVersion) {
      return [{ type: 'dropped', reason: `a Welcome with version ${welcome.version}` }];
    }
    const keys = deriveKeys({ own: greeting.key, theirs: welcome.ephemeralKey, hello: greeting.bytes, welcome: body });
    const session = createSealedSession({
      side: 'stub',
      version: welcome.version,
      environmentId: identity.environmentId,
      codec: welcome.codec,
      keys,
    });
    const attached: Tunnel = { name: 'attached', session, instance: welcome.tunnelInstance, heardSealed: false };
    tunnel = attached;
    if (current) return sendInvocation(nowMs, attached, true);
    return [{ type: 'publish', events: attach(session) }];
  }

  function opened(frame: Frame, nowMs: number): StubEffect[] {
    if (tunnel.name !== 'attached') return [{ type: 'dropped', reason: 'a frame while no tunnel is attached' }];
    if (!same(frame.header.keyId, tunnel.session.keyId))
      return [{ type: 'dropped', reason: 'a frame under other keys' }];
    const result = tunnel.session.open(frame, nowMs);
    if (result.state === 'dropped') return [{ type: 'dropped', reason: result.reason }];
    tunnel.heardSealed = true;
    // Any segment that could be opened is a sign of life: a long result takes long to arrive.
    if (current?.state === 'sent') {
      const left = current.invocation.deadlineMs - nowMs;
      current.giveUpMs = Math.min(nowMs + Math.min(silenceMs, left * silenceShare), latestAnswer(current.invocation));
    }
    return result.state === 'message' ? heard(result.message, tunnel.session) : [];
  }

  function heard(message: Message, session: SealedSession): StubEffect[] {
    switch (message.kind) {
      case 'accepted':
        if (current && same(message.invocationId, current.id)) {
          current.state = 'accepted';
          current.giveUpMs = latestAnswer(current.invocation);
        }
        return [];
      case 'result':
        if (!current || !same(message.invocationId, current.id)) {
          return [{ type: 'dropped', reason: 'a result of another invocation' }];
        }
        confirmed.push(message.invocationId);
        return settle({ type: 'result', result: message });
      case 'goodbye':
        tunnel = { name: 'unknown' };
        return fail('tunnel-left', message.reason);
      case 'ping':
        return [{ type: 'publish', events: session.seal({ kind: 'pong', nonce: message.nonce }) }];
      default:
        return [];
    }
  }

  function giveUp(): StubEffect[] {
    if (!current) return [];
    const channelError = current.state === 'accepted' ? undefined : lastChannelError;
    if (channelError)
      return fail(channelError.kind === 'refused' ? 'api-refused' : 'api-unreachable', channelError.message);
    if (current.state === 'seeking') return fail('nobody-answered');
    const withdraw: StubEffect[] =
      tunnel.name === 'attached'
        ? [{ type: 'publish', events: tunnel.session.seal({ kind: 'withdraw', invocationId: current.id }) }]
        : [];
    const silent = current.state === 'sent';
    // A tunnel that went silent is looked for anew, with new keys.
    if (silent) tunnel = { name: 'unknown' };
    return [...withdraw, ...fail(silent ? 'tunnel-silent' : 'out-of-time')];
  }

  return {
    subscribed(nowMs) {
      subscribedMs ??= nowMs;
      lastChannelError = undefined;
      return tunnel.name === 'unknown' ? greet(nowMs) : [];
    },
    invoke(invocation, nowMs) {
      if (current) throw new Error('an execution environment runs one invocation at a time');
      const young = !proved && (subscribedMs === undefined || nowMs - subscribedMs < youngSubscriptionMs);
      const patience = Math.min(
        young ? nobodyHomeYoungMs : nobodyHomeMs,
        (invocation.deadlineMs - nowMs) * nobodyHomeShare,
      );
      current = {
        id: random(idBytes),
        invocation,
        state: 'seeking',
        giveUpMs: Math.min(nowMs + patience, latestAnswer(invocation)),
      };
      if (lastChannelError?.kind === 'refused') current.giveUpMs = nowMs;
      if (tunnel.name === 'attached') return sendInvocation(nowMs, tunnel, !tunnel.heardSealed);
      if (tunnel.name === 'greeting') {
        // What was said while the environment started may have been lost in the freeze after it.
        tunnel.sent = 0;
        return sayHello(nowMs);
      }
      return subscribedMs === undefined ? [] : greet(nowMs);
    },
    receive(event, nowMs) {
      proved = true;
      try {
        const decoded = decodeChannelEvent(event);
        if (decoded.kind === 'welcome') return welcomed(decoded.welcome, decoded.signed.body, nowMs);
        if (decoded.kind === 'frame') return opened(decoded.frame, nowMs);
        return [{ type: 'dropped', reason: `a ${decoded.kind} is not for a stub` }];
      } catch (error) {
        if (error instanceof WireError) return [{ type: 'dropped', reason: error.message }];
        throw error;
      }
    },
    channelChanged(error, nowMs) {
      lastChannelError = error;
      if (!error || !current) return [];
      // What will never pass need not be waited for, and a part of an invocation is of no use.
      if (error.kind === 'refused' || current.state === 'sent') current.giveUpMs = nowMs;
      return nowMs >= current.giveUpMs ? giveUp() : [];
    },
    tick(nowMs) {
      if (current && nowMs >= current.giveUpMs) return giveUp();
      return current && tunnel.name === 'greeting' && nowMs >= tunnel.nextSendMs ? sayHello(nowMs) : [];
    },
    nextTickMs() {
      if (!current) return undefined;
      return tunnel.name === 'greeting' ? Math.min(current.giveUpMs, tunnel.nextSendMs) : current.giveUpMs;
    },
  };
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
