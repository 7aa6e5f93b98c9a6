import type { ChannelError } from '../channel.ts';
import type { Codec, Credentials, Frame, Message, Signed, Welcome } from '../messages.ts';
import type { SealedSession } from '../sealed-session.ts';
import { decodeChannelEvent, encodeChannelEvent } from '../wire/channel-event.ts';
import { idBytes, WireError } from '../wire/fields.ts';
import { same } from './identifiers.ts';
import { initialPresence, type PresenceInput, type PresenceState, presenceDeadline, stepPresence } from './presence.ts';
import { createStreamReceiver } from './stream.ts';
import { createGreeter } from './stub-greeting.ts';
import { creditEvents, questionEvents } from './stub-questions.ts';
import type {
  Attached,
  Attachment,
  Current,
  Failed,
  StubEffect,
  StubFailure,
  StubIdentity,
  StubInvocation,
  StubOutcome,
  Tunnel,
} from './stub-state.ts';
import {
  expectAnswer,
  expectNothing,
  heardOf,
  latestAnswerMs,
  nextDueMs,
  patienceMs,
  remainingMs,
  seeking,
  silenceOverMs,
  takenOver,
} from './stub-waiting.ts';
import { firstResendMs, resendAfterMs } from './timing.ts';
import type { TunnelTrust } from './trust.ts';

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
  /** The connection was lost. */
  disconnected(error: ChannelError, nowMs: number): readonly StubEffect[];
  /**
   * Asks whether a tunnel is there, without publishing anything of an invocation: told as the effect `presence`, within
   * the limits that {@link stepPresence} keeps. One question at a time, and none while an invocation runs.
   */
  look(deadlineMs: number, nowMs: number): readonly StubEffect[];
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

export function createStubCore(options: StubCoreOptions): StubCore {
  const { random } = options;
  const greeter = createGreeter(options);
  let tunnel: Tunnel = { name: 'unknown' };
  let presence: PresenceState = initialPresence;
  /** Keys from before the tunnel went silent: what it still says under them counts. */
  let former: SealedSession | undefined;
  let current: Current | undefined;
  let subscribedMs: number | undefined;
  /** Whether the subscription has ever delivered anything: before that it may not have been activated yet. */
  let proved = false;
  let connected = false;
  let lastChannelError: ChannelError | undefined;
  let lastCredentials: Credentials | undefined;
  /** Why the tunnel that answered last does not serve this function, or left. */
  let lastRefusal: Failed | undefined;
  const confirmed: Uint8Array[] = [];

  const patience = (invocation: StubInvocation, nowMs: number) =>
    patienceMs(invocation, { subscribedMs, proved }, nowMs);

  function greet(nowMs: number): StubEffect[] {
    if (tunnel.name === 'attached') former = tunnel.session;
    tunnel = { name: 'greeting', greeting: greeter.greeting(), sent: 0, nextSendMs: nowMs };
    return sayHello(nowMs);
  }

  function sayHello(nowMs: number): StubEffect[] {
    if (tunnel.name !== 'greeting') return [];
    tunnel.sent += 1;
    // An answer may have come before the subscription was active: only saying it again brings another.
    tunnel.nextSendMs = nowMs + (proved ? resendAfterMs(tunnel.sent) : firstResendMs);
    return [publish([encodeChannelEvent({ kind: 'hello', bytes: tunnel.greeting.bytes })])];
  }

  function noted(input: PresenceInput, nowMs: number): StubEffect[] {
    const { state, say, answer } = stepPresence(presence, input, nowMs);
    presence = state;
    if (answer === 'present') return [{ type: 'presence', absence: undefined }];
    const absence = lastRefusal ?? unanswered();
    const said = say === 'nothing' ? [] : askWhoIsThere(say, nowMs);
    return answer === 'absent' ? [...said, { type: 'presence', absence }] : said;
  }

  /** Attached, a Ping is enough; a tunnel that was started anew has not got its keys, and answers a Hello alone. */
  function askWhoIsThere(say: 'question' | 'again', nowMs: number): StubEffect[] {
    lastRefusal = undefined;
    if (tunnel.name === 'attached' && say === 'question')
      return [publish(tunnel.session.seal({ kind: 'ping', nonce: random(idBytes) }).events)];
    return tunnel.name === 'greeting' ? sayHello(nowMs) : greet(nowMs);
  }

  function unanswered(): Failed {
    if (!lastChannelError) return failed('nobody-answered', greeter.strangers());
    const { kind, message } = lastChannelError;
    return failed(kind === 'refused' ? 'api-refused' : 'api-unreachable', message);
  }

  function settle(outcome: StubOutcome): StubEffect[] {
    current = undefined;
    return [{ type: 'settle', outcome }];
  }

  function fail({ failure, detail }: Pick<Failed, 'failure' | 'detail'>): StubEffect[] {
    if (!current) return [];
    const withdraw =
      current.published && tunnel.name === 'attached'
        ? [publish(tunnel.session.seal({ kind: 'withdraw', invocationId: current.id }).events)]
        : [];
    return [...withdraw, ...settle({ type: 'failed', failure, detail, mayHaveRun: current.published !== undefined })];
  }

  /** The tunnel is of no use any more. */
  function gone(why: Failed, nowMs: number): StubEffect[] {
    tunnel = { name: 'unknown' };
    lastRefusal = why;
    return [...noted({ type: 'gone' }, nowMs), ...fail(why)];
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
      remainingMs: remainingMs(invocation, nowMs),
      headers: invocation.headers,
      event: invocation.event,
      credentials: renewed,
      confirmed: [...confirmed],
    });
    current.state = 'sent';
    current.left = undefined;
    current.published ??= { atMs: nowMs, instance: attached.instance };
    current.acceptedMs = undefined;
    current.uploading = true;
    expectAnswer(current, nowMs);
    return [publish([...before, ...current.outbox.events], true)];
  }

  function ask(attached: Attached, waiting: Current, nowMs: number): StubEffect[] {
    waiting.unanswered += 1;
    waiting.nextAskMs = nowMs + resendAfterMs(waiting.unanswered);
    waiting.awaitingMs ??= nowMs;
    const before = attached.heardSealed ? [] : attach(attached.session);
    return [publish([...before, ...questionEvents(waiting, attached.session, nowMs)])];
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
      takenOver(current, nowMs);
      // Something before it is missing: it is asked for soon; otherwise the next part may take its time.
      if (stream.receiver.gap) expectAnswer(current, nowMs);
      else expectNothing(current);
    }
    return effects;
  }

  /** The tunnel went silent: is it, or another, still there? */
  function lose(waiting: Current, nowMs: number): StubEffect[] {
    waiting.state = 'lost';
    waiting.awaitingMs = undefined;
    waiting.giveUpMs = patience(waiting.invocation, nowMs);
    return greet(nowMs);
  }

  /**
   * The tunnel said Goodbye. It may have done so before the Invoke was there, which then another one may take; what it
   * said that it took over it has given up.
   */
  function left(why: Failed, nowMs: number): StubEffect[] {
    if (current?.state !== 'sent') return gone(why, nowMs);
    current.left = why;
    return [...noted({ type: 'gone' }, nowMs), ...lose(current, nowMs)];
  }

  function welcomed(welcome: Welcome, signed: Signed, nowMs: number): StubEffect[] {
    if (tunnel.name !== 'greeting') return [];
    const judged = greeter.judge(tunnel.greeting, welcome, signed);
    if (judged.type === 'dropped') return [dropped(judged.reason)];
    if (judged.type === 'refused') return gone(failed('tunnel-refused', judged.text), nowMs);
    const attached = judged.tunnel;
    tunnel = attached;
    const known = noted({ type: 'heard' }, nowMs);
    if (!current) return [publish(attach(attached.session)), ...known];
    const { published } = current;
    const sameTunnel = published === undefined || same(published.instance, attached.instance);
    // A tunnel that has been alone since before the invocation was published: the one it went to cannot have started it.
    if (sameTunnel || welcome.aloneForMs > nowMs - published.atMs) return send(attached, nowMs);
    const replaced = failed('tunnel-silent', 'another tunnel has taken its place');
    return [publish(attach(attached.session)), ...fail(replaced)];
  }

  function opened(frame: Frame, nowMs: number): StubEffect[] {
    const attached = tunnel.name === 'attached' ? tunnel : undefined;
    const session = [attached?.session, former].find((held) => held && same(held.keyId, frame.header.keyId));
    if (!session) return [dropped('a frame under unknown keys')];
    const result = session.open(frame, nowMs);
    if (result.state === 'dropped') return [dropped(result.reason)];
    const own = attached?.session === session;
    if (own && !(result.state === 'message' && saysNothingOfAttach(result.message))) attached.heardSealed = true;
    const known = own ? noted({ type: 'heard' }, nowMs) : [];
    if (current && own) heardOf(current, nowMs, result.state === 'partial');
    if (result.state !== 'message') return known;
    return [...known, ...heard(result.message, own ? attached : undefined, nowMs)];
  }

  function heard(message: Message, attached: Attached | undefined, nowMs: number): StubEffect[] {
    switch (message.kind) {
      case 'accepted':
        if (current && attached && same(message.invocationId, current.id)) {
          if (current.acceptedMs === undefined) takenOver(current, nowMs);
          current.state = 'accepted';
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
        return attached ? left(failed('tunnel-left', message.reason), nowMs) : [];
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

  function giveUpSeeking(waiting: Current, nowMs: number): StubEffect[] {
    const why = unanswered();
    const lost = waiting.state === 'lost' && !lastChannelError;
    const silent = lost ? { ...why, failure: 'tunnel-silent' as const } : why;
    return [...noted({ type: 'gone' }, nowMs), ...fail(waiting.left ?? silent)];
  }

  function tickCurrent(waiting: Current, nowMs: number): StubEffect[] {
    if (nowMs >= latestAnswerMs(waiting.invocation))
      return waiting.published ? fail(failed('out-of-time')) : giveUpSeeking(waiting, nowMs);
    if (waiting.state === 'seeking' || waiting.state === 'lost') {
      if (nowMs >= waiting.giveUpMs) return giveUpSeeking(waiting, nowMs);
      return tunnel.name === 'greeting' && nowMs >= tunnel.nextSendMs ? sayHello(nowMs) : [];
    }
    if (waiting.uploading || tunnel.name !== 'attached') return [];
    if (nowMs >= silenceOverMs(waiting)) return lose(waiting, nowMs);
    if (nowMs < waiting.nextAskMs) return [];
    if (waiting.state === 'accepted' && waiting.awaitingMs === undefined) waiting.asked += 1;
    return ask(tunnel, waiting, nowMs);
  }

  function channelChanged(error: ChannelError | undefined, nowMs: number): StubEffect[] {
    lastChannelError = error;
    // What will never pass need not be waited for.
    if (error?.kind === 'refused') {
      const known = presence.name === 'asking' ? noted({ type: 'gone' }, nowMs) : [];
      return [...known, ...fail(failed('api-refused', error.message))];
    }
    return current ? tickCurrent(current, nowMs) : [];
  }

  return {
    subscribed(nowMs) {
      subscribedMs ??= nowMs;
      connected = true;
      lastChannelError = undefined;
      if (presence.name === 'asking') return noted({ type: 'connected' }, nowMs);
      return tunnel.name === 'unknown' ? greet(nowMs) : [];
    },
    reconnected(nowMs) {
      if (subscribedMs === undefined) return [];
      subscribedMs = nowMs;
      proved = false;
      connected = true;
      if (current?.state === 'seeking' || current?.state === 'lost') {
        current.giveUpMs = Math.max(current.giveUpMs, patience(current.invocation, nowMs));
      }
      return [...channelChanged(undefined, nowMs), ...noted({ type: 'connected' }, nowMs)];
    },
    disconnected(error, nowMs) {
      connected = false;
      return [...noted({ type: 'disconnected' }, nowMs), ...channelChanged(error, nowMs)];
    },
    look: (deadlineMs, nowMs) => noted({ type: 'wanted', remainingMs: deadlineMs - nowMs, connected }, nowMs),
    invoke(invocation, nowMs) {
      if (current) throw new Error('an execution environment runs one invocation at a time');
      current = seeking(random(idBytes), invocation, patience(invocation, nowMs));
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
    channelChanged,
    tick: (nowMs) => [...noted({ type: 'tick' }, nowMs), ...(current ? tickCurrent(current, nowMs) : [])],
    nextTickMs() {
      const asked = presenceDeadline(presence);
      if (!current) return asked;
      const helloMs = tunnel.name === 'greeting' ? tunnel.nextSendMs : Number.POSITIVE_INFINITY;
      return Math.min(nextDueMs(current, helloMs), asked ?? Number.POSITIVE_INFINITY);
    },
  };
}

/** A tunnel that only says that it is there, or what it lacks, may lack the Attach too. */
function saysNothingOfAttach({ kind }: Message): boolean {
  return kind === 'progress' || kind === 'pong';
}

function publish(events: readonly Uint8Array[], upload = false): StubEffect {
  return { type: 'publish', events, upload };
}

function failed(failure: StubFailure, detail = ''): Failed {
  return { type: 'failed', failure, detail, mayHaveRun: false };
}

function dropped(reason: string): StubEffect {
  return { type: 'dropped', reason };
}
