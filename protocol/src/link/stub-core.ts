import type { ChannelError } from '../channel.ts';
import { createEphemeralKey, deriveKeys, hashHello } from '../handshake.ts';
import type { Codec, Credentials, Frame, Message, Signed, Welcome } from '../messages.ts';
import { createSealedSession, type SealedSession } from '../sealed-session.ts';
import { maxVersion, minVersion } from '../versions.ts';
import { decodeChannelEvent, encodeChannelEvent, encodeHello } from '../wire/channel-event.ts';
import { idBytes, keyBytes, WireError } from '../wire/fields.ts';
import { same } from './identifiers.ts';
import { createStreamReceiver } from './stream.ts';
import type {
  Attached,
  Attachment,
  Current,
  StubEffect,
  StubFailure,
  StubIdentity,
  StubInvocation,
  StubOutcome,
  Tunnel,
} from './stub-state.ts';
import {
  answerBeforeDeadlineMs,
  askAfterMs,
  firstResendMs,
  nobodyHomeMs,
  nobodyHomeShare,
  nobodyHomeYoungMs,
  resendAfterMs,
  silenceMs,
  silenceShare,
  youngSubscriptionMs,
} from './timing.ts';
import { judgeWelcome, type TunnelTrust } from './trust.ts';

export interface StubCoreOptions {
  readonly identity: StubIdentity;
  readonly codecs: readonly Codec[];
  /** Asked at each Attach: variables and credentials as they are then. */
  readonly attachment: () => Attachment;
  /** Which tunnels are believed; without it, whoever IAM lets publish. */
  readonly trust: TunnelTrust | undefined;
  /** @returns so many random bytes. */
  readonly random: (bytes: number) => Uint8Array;
}

/** The stub's side of the link: says what to publish and how an invocation ends, given what arrived and what time it is. */
export interface StubCore {
  /** The subscription was confirmed: look for a tunnel before there is anything to run. */
  subscribed(nowMs: number): readonly StubEffect[];
  /** The connection was lost and is back: its subscription is a new one. */
  reconnected(nowMs: number): readonly StubEffect[];
  invoke(invocation: StubInvocation, nowMs: number): readonly StubEffect[];
  receive(event: Uint8Array, nowMs: number): readonly StubEffect[];
  /** So much of a stream's data has been taken by the caller. */
  streamTaken(bytes: number, nowMs: number): readonly StubEffect[];
  /** A publish that was marked as an upload is out, or has failed. */
  uploaded(nowMs: number): readonly StubEffect[];
  /** The channel cannot be used or a publish failed; or, without an error, a publish was accepted. */
  channelChanged(error: ChannelError | undefined, nowMs: number): readonly StubEffect[];
  tick(nowMs: number): readonly StubEffect[];
  /** When `tick` is wanted next. */
  nextTickMs(): number | undefined;
}

/** Events that are sent again unasked: more than one publish holds is asked for first. */
const maxBlindEvents = 3;

/** Keys that the error names when strangers alone answered: whoever may publish could make up any number. */
const maxNamedStrangers = 3;

export function createStubCore(options: StubCoreOptions): StubCore {
  const { identity, random, trust } = options;
  let tunnel: Tunnel = { name: 'unknown' };
  /** Keys from before the tunnel went silent: what it still says under them counts. */
  let former: SealedSession | undefined;
  let current: Current | undefined;
  let subscribedMs: number | undefined;
  /** Whether the subscription has ever delivered anything: before that it may not have been activated yet. */
  let proved = false;
  let lastChannelError: ChannelError | undefined;
  let lastCredentials: Credentials | undefined;
  let strangers = new Set<string>();
  const confirmed: Uint8Array[] = [];

  const publish = (events: readonly Uint8Array[], upload = false): StubEffect => ({ type: 'publish', events, upload });
  const latestAnswer = (invocation: StubInvocation) => invocation.deadlineMs - answerBeforeDeadlineMs;

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
    strangers = new Set();
    return sayHello(nowMs);
  }

  function sayHello(nowMs: number): StubEffect[] {
    if (tunnel.name !== 'greeting') return [];
    tunnel.sent += 1;
    // An answer may have come before the subscription was active: only saying it again brings another.
    tunnel.nextSendMs = nowMs + (proved ? resendAfterMs(tunnel.sent) : firstResendMs);
    return [publish([encodeChannelEvent({ kind: 'hello', bytes: tunnel.greeting.bytes })])];
  }

  function patience(invocation: StubInvocation, nowMs: number): number {
    const young = !proved && (subscribedMs === undefined || nowMs - subscribedMs < youngSubscriptionMs);
    const share = (invocation.deadlineMs - nowMs) * nobodyHomeShare;
    return Math.min(nowMs + Math.min(young ? nobodyHomeYoungMs : nobodyHomeMs, share), latestAnswer(invocation));
  }

  function settle(outcome: StubOutcome): StubEffect[] {
    current = undefined;
    return [{ type: 'settle', outcome }];
  }

  function fail(failure: StubFailure, detail = ''): StubEffect[] {
    if (!current) return [];
    const withdraw =
      current.published && tunnel.name === 'attached'
        ? [publish(tunnel.session.seal({ kind: 'withdraw', invocationId: current.id }).events)]
        : [];
    return [...withdraw, ...settle({ type: 'failed', failure, detail, mayHaveRun: current.published !== undefined })];
  }

  function attach(session: SealedSession): readonly Uint8Array[] {
    const attachment = options.attachment();
    lastCredentials = attachment.credentials;
    return session.seal({ kind: 'attach', ...attachment }).events;
  }

  /** The invocation, anew sealed, and Attach before it where nothing sealed was heard yet. */
  function send(attached: Attached, nowMs: number): StubEffect[] {
    if (!current) return [];
    const { invocation } = current;
    const before = attached.heardSealed ? [] : attach(attached.session);
    const { credentials } = options.attachment();
    const renewed = credentials?.accessKeyId !== lastCredentials?.accessKeyId ? credentials : undefined;
    if (renewed) lastCredentials = renewed;
    current.outbox = attached.session.seal({
      kind: 'invoke',
      invocationId: current.id,
      tunnelInstance: attached.instance,
      remainingMs: remaining(invocation, nowMs),
      headers: invocation.headers,
      event: invocation.event,
      credentials: renewed,
      confirmed: [...confirmed],
    });
    current.state = 'sent';
    current.published ??= { atMs: nowMs, instance: attached.instance };
    current.acceptedMs = undefined;
    current.uploading = true;
    expectAnswer(current, nowMs);
    return [publish([...before, ...current.outbox.events], true)];
  }

  /** Something new went out: from now on a sign of life is waited for. */
  function expectAnswer(waiting: Current, nowMs: number): void {
    waiting.awaitingMs = nowMs;
    waiting.unanswered = 0;
    waiting.nextAskMs = nowMs + resendAfterMs(1);
  }

  function silenceOver(waiting: Current): number {
    if (waiting.awaitingMs === undefined) return Number.POSITIVE_INFINITY;
    const left = (waiting.invocation.deadlineMs - waiting.awaitingMs) * silenceShare;
    return waiting.awaitingMs + Math.min(silenceMs, left);
  }

  function ask(attached: Attached, waiting: Current, nowMs: number): StubEffect[] {
    waiting.unanswered += 1;
    waiting.nextAskMs = nowMs + resendAfterMs(waiting.unanswered);
    waiting.awaitingMs ??= nowMs;
    const { session } = attached;
    const [first, ...others] = session.incomplete();
    const question = (gap: typeof first, asks: boolean): Message => ({
      kind: 'progress',
      message: gap?.message ?? 0,
      missing: gap?.missing ?? [],
      invocationId: waiting.id,
      ask: asks,
      remainingMs: remaining(waiting.invocation, nowMs),
      aboutMessage: waiting.outbox?.number ?? 0,
    });
    const small = waiting.state === 'sent' && (waiting.outbox?.events.length ?? 0) <= maxBlindEvents;
    return [
      publish([
        ...(attached.heardSealed ? [] : attach(session)),
        ...creditEvents(waiting, session, true),
        ...(small ? (waiting.outbox?.events ?? []) : []),
        ...session.seal(question(first, true)).events,
        ...others.flatMap((gap) => session.seal(question(gap, false)).events),
      ]),
    ];
  }

  function creditEvents(waiting: Current, session: SealedSession, asked: boolean): readonly Uint8Array[] {
    const credit = waiting.stream?.receiver.credit(asked);
    return credit ? session.seal({ kind: 'stream-credit', invocationId: waiting.id, ...credit }).events : [];
  }

  function streamed(
    message: Extract<Message, { kind: 'stream-chunk' }>,
    attached: Attached | undefined,
    nowMs: number,
  ): StubEffect[] {
    if (!current || !same(message.invocationId, current.id)) return [dropped('a chunk of another invocation')];
    current.stream ??= { receiver: createStreamReceiver(), headers: undefined, started: false };
    const { stream } = current;
    if (message.offset === 0) stream.headers ??= message.headers;
    const { data, end } = stream.receiver.chunk(message);
    const effects: StubEffect[] = [];
    if (!stream.started && (data.length > 0 || end)) {
      stream.started = true;
      effects.push({ type: 'stream-start', headers: stream.headers ?? {} });
    }
    for (const part of data) effects.push({ type: 'stream-data', data: part });
    if (end) {
      confirmed.splice(0, confirmed.length, current.id);
      const last = attached ? [publish(creditEvents(current, attached.session, true))] : [];
      return [
        ...last,
        ...effects,
        ...settle({ type: 'streamed', error: end.error.length > 0 ? end.error : undefined }),
      ];
    }
    if (attached) {
      current.state = 'accepted';
      current.acceptedMs = nowMs;
      current.asked = 0;
      // Something before it is missing: it is asked for soon; otherwise the next part may take its time.
      if (stream.receiver.gap) expectAnswer(current, nowMs);
      else expectNothing(current);
    }
    return effects;
  }

  /** The tunnel went silent: is it, or another, still there? */
  function lose(waiting: Current, nowMs: number): StubEffect[] {
    if (tunnel.name === 'attached') former = tunnel.session;
    waiting.state = 'lost';
    waiting.awaitingMs = undefined;
    waiting.giveUpMs = patience(waiting.invocation, nowMs);
    return greet(nowMs);
  }

  function welcomed(welcome: Welcome, signed: Signed, nowMs: number): StubEffect[] {
    if (tunnel.name !== 'greeting') return [];
    const { greeting } = tunnel;
    if (!same(welcome.helloHash, greeting.hash)) return [dropped('a Welcome for another Hello')];
    const verdict = judgeWelcome(trust, greeting.bytes, welcome, signed);
    if (verdict === 'unproved') return [dropped('a Welcome whose signature is not by its key')];
    if (verdict === 'stranger') {
      if (trust) noteStranger(welcome.identityKey.length > 0 ? trust.fingerprint(welcome.identityKey) : 'none');
      return [dropped('a Welcome by a key that this function does not trust')];
    }
    if (welcome.refusal) {
      tunnel = { name: 'unknown' };
      return fail('tunnel-refused', welcome.refusal.text);
    }
    if (welcome.version < minVersion || welcome.version > maxVersion)
      return [dropped(`a Welcome with version ${welcome.version}`)];
    const { environmentId } = identity;
    const { version, codec } = welcome;
    const keys = deriveKeys({
      own: greeting.key,
      theirs: welcome.ephemeralKey,
      hello: greeting.bytes,
      welcome: signed.body,
    });
    const session = createSealedSession({ side: 'stub', version, environmentId, codec, keys });
    const attached: Attached = { name: 'attached', session, instance: welcome.tunnelInstance, heardSealed: false };
    tunnel = attached;
    if (!current) return [publish(attach(session))];
    const { published } = current;
    const sameTunnel = published === undefined || same(published.instance, welcome.tunnelInstance);
    // A tunnel that has been alone since before the invocation was published: the one it went to cannot have started it.
    if (sameTunnel || welcome.aloneForMs > nowMs - published.atMs) return send(attached, nowMs);
    return [publish(attach(session)), ...fail('tunnel-silent', 'another tunnel has taken its place')];
  }

  function noteStranger(name: string): void {
    if (strangers.has(name)) return;
    strangers.add(strangers.size < maxNamedStrangers ? name : 'and others');
  }

  function opened(frame: Frame, nowMs: number): StubEffect[] {
    const attached = tunnel.name === 'attached' ? tunnel : undefined;
    const session = [attached?.session, former].find((held) => held && same(held.keyId, frame.header.keyId));
    if (!session) return [dropped('a frame under unknown keys')];
    const result = session.open(frame, nowMs);
    if (result.state === 'dropped') return [dropped(result.reason)];
    const own = attached?.session === session;
    if (own && !(result.state === 'message' && saysNothingOfAttach(result.message))) attached.heardSealed = true;
    if (current && own) heardOf(current, nowMs, result.state === 'partial');
    return result.state === 'message' ? heard(result.message, own ? attached : undefined, nowMs) : [];
  }

  /** Any segment that could be opened is a sign of life: a long result takes long to arrive. */
  function heardOf(waiting: Current, nowMs: number, more: boolean): void {
    waiting.unanswered = 0;
    if (waiting.state === 'sent' || more) expectAnswer(waiting, nowMs);
    else if (waiting.state === 'accepted') expectNothing(waiting);
  }

  function expectNothing(waiting: Current): void {
    waiting.awaitingMs = undefined;
    waiting.nextAskMs = (waiting.acceptedMs ?? 0) + askAfterMs(waiting.asked);
  }

  function heard(message: Message, attached: Attached | undefined, nowMs: number): StubEffect[] {
    switch (message.kind) {
      case 'accepted':
        if (current && attached && same(message.invocationId, current.id)) {
          current.state = 'accepted';
          if (current.acceptedMs === undefined) {
            current.acceptedMs = nowMs;
            current.asked = 0;
          }
          expectNothing(current);
        }
        return [];
      case 'result':
        if (!current || !same(message.invocationId, current.id)) return [dropped('a result of another invocation')];
        confirmed.splice(0, confirmed.length, message.invocationId);
        return settle({ type: 'result', result: message });
      case 'stream-chunk':
        return streamed(message, attached, nowMs);
      case 'progress':
        return attached ? sendMissing(message, attached, nowMs) : [];
      case 'goodbye':
        if (!attached) return [];
        tunnel = { name: 'unknown' };
        return fail('tunnel-left', message.reason);
      case 'ping':
        return attached ? [publish(attached.session.seal({ kind: 'pong', nonce: message.nonce }).events)] : [];
      default:
        return [];
    }
  }

  function sendMissing(
    progress: Extract<Message, { kind: 'progress' }>,
    attached: Attached,
    nowMs: number,
  ): StubEffect[] {
    const outbox = current?.outbox;
    if (!current || !outbox || progress.message !== outbox.number || current.state === 'lost') return [];
    // Nothing of it is there, or no longer: sealed anew, since what was opened once is not opened again.
    if (progress.missing.length === 0) return send(attached, nowMs);
    const events = [...new Set(progress.missing)].flatMap((index) => outbox.events[index] ?? []);
    current.uploading = true;
    expectAnswer(current, nowMs);
    return [publish(events, true)];
  }

  function giveUpSeeking(waiting: Current): StubEffect[] {
    const stranger =
      strangers.size > 0
        ? `a tunnel answered with a key that this function does not trust: ${[...strangers].join(', ')}`
        : '';
    if (lastChannelError)
      return fail(lastChannelError.kind === 'refused' ? 'api-refused' : 'api-unreachable', lastChannelError.message);
    return waiting.state === 'lost' ? fail('tunnel-silent', stranger) : fail('nobody-answered', stranger);
  }

  function tickCurrent(waiting: Current, nowMs: number): StubEffect[] {
    if (nowMs >= latestAnswer(waiting.invocation))
      return waiting.published ? fail('out-of-time') : giveUpSeeking(waiting);
    if (waiting.state === 'seeking' || waiting.state === 'lost') {
      if (nowMs >= waiting.giveUpMs) return giveUpSeeking(waiting);
      return tunnel.name === 'greeting' && nowMs >= tunnel.nextSendMs ? sayHello(nowMs) : [];
    }
    if (waiting.uploading || tunnel.name !== 'attached') return [];
    if (nowMs >= silenceOver(waiting)) return lose(waiting, nowMs);
    if (nowMs < waiting.nextAskMs) return [];
    if (waiting.state === 'accepted' && waiting.awaitingMs === undefined) waiting.asked += 1;
    return ask(tunnel, waiting, nowMs);
  }

  return {
    subscribed(nowMs) {
      subscribedMs ??= nowMs;
      lastChannelError = undefined;
      return tunnel.name === 'unknown' ? greet(nowMs) : [];
    },
    reconnected(nowMs) {
      if (subscribedMs === undefined) return [];
      subscribedMs = nowMs;
      proved = false;
      if (current?.state === 'seeking' || current?.state === 'lost') {
        current.giveUpMs = Math.max(current.giveUpMs, patience(current.invocation, nowMs));
      }
      return this.channelChanged(undefined, nowMs);
    },
    invoke(invocation, nowMs) {
      if (current) throw new Error('an execution environment runs one invocation at a time');
      current = {
        id: random(idBytes),
        invocation,
        state: 'seeking',
        giveUpMs: patience(invocation, nowMs),
        published: undefined,
        outbox: undefined,
        uploading: false,
        awaitingMs: undefined,
        nextAskMs: Number.POSITIVE_INFINITY,
        unanswered: 0,
        acceptedMs: undefined,
        asked: 0,
        stream: undefined,
      };
      former = undefined;
      if (tunnel.name === 'attached') return send(tunnel, nowMs);
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
        if (decoded.kind === 'welcome') return welcomed(decoded.welcome, decoded.signed, nowMs);
        if (decoded.kind === 'frame') return opened(decoded.frame, nowMs);
        return [dropped(`a ${decoded.kind} is not for a stub`)];
      } catch (error) {
        if (error instanceof WireError) return [dropped('what is no message of this protocol')];
        throw error;
      }
    },
    streamTaken(bytes) {
      if (!current?.stream) return [];
      current.stream.receiver.taken(bytes);
      const events = tunnel.name === 'attached' ? creditEvents(current, tunnel.session, false) : [];
      return events.length > 0 ? [publish(events)] : [];
    },
    uploaded(nowMs) {
      if (!current?.uploading) return [];
      current.uploading = false;
      if (current.state === 'sent') expectAnswer(current, nowMs);
      return [];
    },
    channelChanged(error, nowMs) {
      lastChannelError = error;
      // What will never pass need not be waited for.
      if (error?.kind === 'refused' && current) return fail('api-refused', error.message);
      return current ? tickCurrent(current, nowMs) : [];
    },
    tick: (nowMs) => (current ? tickCurrent(current, nowMs) : []),
    nextTickMs() {
      if (!current) return undefined;
      const latest = latestAnswer(current.invocation);
      if (current.state === 'seeking' || current.state === 'lost') {
        const hello = tunnel.name === 'greeting' ? tunnel.nextSendMs : Number.POSITIVE_INFINITY;
        return Math.min(current.giveUpMs, hello, latest);
      }
      return current.uploading ? latest : Math.min(current.nextAskMs, silenceOver(current), latest);
    },
  };
}

/** A tunnel that only says that it is there, or what it lacks, may lack the Attach too. */
function saysNothingOfAttach({ kind }: Message): boolean {
  return kind === 'progress' || kind === 'pong';
}

function remaining(invocation: StubInvocation, nowMs: number): number {
  return Math.max(0, Math.floor(invocation.deadlineMs - nowMs));
}

function dropped(reason: string): StubEffect {
  return { type: 'dropped', reason };
}
