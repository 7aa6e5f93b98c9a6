import type { ChannelError } from '../channel.ts';
import type { Credentials, Frame, Goodbye, Message, Signed, Welcome } from '../messages.ts';
import type { SealedSession } from '../sealed-session.ts';
import { decodeChannelEvent } from '../wire/channel-event.ts';
import { idBytes, WireError } from '../wire/fields.ts';
import { same } from './identifiers.ts';
import { dropped, failed, publish } from './stub-effects.ts';
import { fateOf, mayTake } from './stub-farewell.ts';
import type { GreeterOptions } from './stub-greeting.ts';
import { createStubPeer, type OpenedFrame } from './stub-peer.ts';
import { creditEvents, questionEvents } from './stub-questions.ts';
import type { Attached, Attachment, Current, Failed, StubEffect, StubInvocation, StubOutcome } from './stub-state.ts';
import { receiveChunk } from './stub-streaming.ts';
import {
  expectAnswer,
  expectNothing,
  heardOf,
  latestAnswerMs,
  nextDueMs,
  remainingMs,
  seeking,
  silenceOverMs,
  takenOver,
} from './stub-waiting.ts';
import { resendAfterMs } from './timing.ts';

export interface StubCoreOptions extends GreeterOptions {
  /** Asked at each Attach: variables and credentials as they are then. */
  readonly attachment: () => Attachment;
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
  const peer = createStubPeer(options);
  let current: Current | undefined;
  let lastCredentials: Credentials | undefined;
  const confirmed: Uint8Array[] = [];

  function settle(outcome: StubOutcome): StubEffect[] {
    current = undefined;
    return [{ type: 'settle', outcome }];
  }

  function fail({ failure, detail }: Pick<Failed, 'failure' | 'detail'>): StubEffect[] {
    if (!current) return [];
    const { tunnel } = peer;
    const withdraw =
      current.published && tunnel.name === 'attached'
        ? [publish(tunnel.session.seal({ kind: 'withdraw', invocationId: current.id }).events)]
        : [];
    return [...withdraw, ...settle({ type: 'failed', failure, detail, mayHaveRun: current.published !== undefined })];
  }

  function gone(why: Failed, nowMs: number, isReplaced = false): StubEffect[] {
    return [...peer.gone(why, nowMs, isReplaced), ...fail(why)];
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
    // Whoever had it before has not started it, or it would not be sent again.
    if (!current.published || !same(current.published.instance, attached.instance))
      current.published = { atMs: nowMs, instance: attached.instance };
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
    const { effects, end } = receiveChunk(current, message);
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
      if (current.stream?.receiver.gap) expectAnswer(current, nowMs);
      else expectNothing(current);
    }
    return [...effects];
  }

  /** The tunnel went silent: is it, or another, still there? */
  function lose(waiting: Current, nowMs: number): readonly StubEffect[] {
    waiting.state = 'lost';
    waiting.awaitingMs = undefined;
    waiting.giveUpMs = peer.patienceMs(waiting.invocation, nowMs);
    return peer.greet(nowMs);
  }

  /**
   * The tunnel said Goodbye. What it has started it has given up, and what it has answered may still arrive; the rest
   * another one may take. One that does not say which is which may have left before the Invoke was there.
   */
  function left(goodbye: Goodbye, { from, attached }: OpenedFrame, nowMs: number): StubEffect[] {
    const why = failed('tunnel-left', goodbye.reason);
    const isReplaced = (goodbye.final?.successor.length ?? 0) > 0;
    if (!current) return attached ? gone(why, nowMs, isReplaced) : [];
    const fate = fateOf(current, goodbye, from);
    // Under keys from before the silence: it is being looked for already.
    if (!attached && (fate === 'untold' || current.state !== 'lost')) return [];
    if (fate === 'started' || (fate === 'untold' && current.state !== 'sent')) return gone(why, nowMs, isReplaced);
    const looking = attached
      ? [...peer.note({ type: isReplaced ? 'replaced' : 'gone' }, nowMs), ...lose(current, nowMs)]
      : [];
    current.left = why;
    current.isBarred = fate === 'answered';
    if (fate === 'not-started') release(current, goodbye.reason);
    return looking;
  }

  /** Nobody has it: it is as if it had never been sent. */
  function release(waiting: Current, reason: string): void {
    waiting.state = 'seeking';
    waiting.published = undefined;
    waiting.outbox = undefined;
    waiting.left = failed('nobody-answered', `the one before has left: ${reason}`);
  }

  function welcomed(welcome: Welcome, signed: Signed, nowMs: number): readonly StubEffect[] {
    const introduction = peer.welcomed(welcome, signed, nowMs);
    if (introduction.type === 'ignored') return introduction.effects;
    if (introduction.type === 'refused') return gone(introduction.why, nowMs);
    const { tunnel, effects } = introduction;
    if (!current) return [publish(attach(tunnel.session)), ...effects];
    const { published } = current;
    const heardMs = published ? peer.heardOfMs(published.instance) : Number.NEGATIVE_INFINITY;
    if (mayTake(current, welcome, { nowMs, heardMs })) return send(tunnel, nowMs);
    // The answer of the one that left may be on its way.
    if (current.isBarred) return [publish(attach(tunnel.session)), ...effects];
    const replaced = failed('tunnel-silent', 'another tunnel has taken its place');
    return [publish(attach(tunnel.session)), ...fail(replaced)];
  }

  function opened(frame: Frame, nowMs: number): StubEffect[] {
    const result = peer.open(frame, nowMs);
    if ('dropped' in result) return [dropped(result.dropped)];
    const { attached, message } = result;
    // Whoever says Goodbye is not there.
    const known = attached && message?.kind !== 'goodbye' ? peer.note({ type: 'heard' }, nowMs) : [];
    if (current && attached) heardOf(current, nowMs, message === undefined);
    return [...known, ...(message ? heard(message, result, nowMs) : [])];
  }

  function heard(message: Message, opened: OpenedFrame, nowMs: number): StubEffect[] {
    const { attached } = opened;
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
        return left(message, opened, nowMs);
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
    const why = peer.unanswered();
    const lost = waiting.state === 'lost' && !peer.channelError;
    const silent = lost ? { ...why, failure: 'tunnel-silent' as const } : why;
    return [...peer.note({ type: 'gone' }, nowMs), ...fail(waiting.left ?? silent)];
  }

  function tickCurrent(waiting: Current, nowMs: number): readonly StubEffect[] {
    if (nowMs >= latestAnswerMs(waiting.invocation))
      return waiting.published ? fail(failed('out-of-time')) : giveUpSeeking(waiting, nowMs);
    if (waiting.state === 'seeking' || waiting.state === 'lost') {
      if (nowMs >= waiting.giveUpMs) return giveUpSeeking(waiting, nowMs);
      return nowMs >= peer.helloMs ? peer.sayHello(nowMs) : [];
    }
    const { tunnel } = peer;
    if (waiting.uploading || tunnel.name !== 'attached') return [];
    if (nowMs >= silenceOverMs(waiting)) return lose(waiting, nowMs);
    if (nowMs < waiting.nextAskMs) return [];
    if (waiting.state === 'accepted' && waiting.awaitingMs === undefined) waiting.asked += 1;
    return ask(tunnel, waiting, nowMs);
  }

  function channelChanged(error: ChannelError | undefined, nowMs: number): StubEffect[] {
    const known = peer.channelChanged(error, nowMs);
    // What will never pass need not be waited for.
    if (error?.kind === 'refused') return [...known, ...fail(failed('api-refused', error.message))];
    return [...known, ...(current ? tickCurrent(current, nowMs) : [])];
  }

  return {
    subscribed: peer.subscribed,
    reconnected(nowMs) {
      if (!peer.hears) return [];
      peer.reconnected(nowMs);
      if (current?.state === 'seeking' || current?.state === 'lost') {
        current.giveUpMs = Math.max(current.giveUpMs, peer.patienceMs(current.invocation, nowMs));
      }
      return [...channelChanged(undefined, nowMs), ...peer.note({ type: 'connected' }, nowMs)];
    },
    disconnected: (error, nowMs) => [...peer.disconnected(nowMs), ...channelChanged(error, nowMs)],
    look: (deadlineMs, nowMs) => peer.look(deadlineMs - nowMs, nowMs),
    invoke(invocation, nowMs) {
      if (current) throw new Error('an execution environment runs one invocation at a time');
      current = seeking(options.random(idBytes), invocation, peer.patienceMs(invocation, nowMs));
      peer.invocationBegins();
      const { tunnel } = peer;
      if (tunnel.name === 'attached') return send(tunnel, nowMs);
      // What was said while the environment started may have been lost in the freeze after it.
      if (tunnel.name === 'greeting') return peer.sayHello(nowMs, true);
      return peer.hears ? peer.greet(nowMs) : [];
    },
    receive(event, nowMs) {
      peer.delivered();
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
      const { tunnel } = peer;
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
    tick: (nowMs) => [...peer.note({ type: 'tick' }, nowMs), ...(current ? tickCurrent(current, nowMs) : [])],
    nextTickMs() {
      const asked = peer.presenceMs;
      return current ? Math.min(nextDueMs(current, peer.helloMs), asked ?? Number.POSITIVE_INFINITY) : asked;
    },
  };
}
