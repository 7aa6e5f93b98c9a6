import type { ChannelError } from '../channel.ts';
import type { Frame, Message, Signed, Welcome } from '../messages.ts';
import { encodeChannelEvent } from '../wire/channel-event.ts';
import { idBytes } from '../wire/fields.ts';
import { same } from './identifiers.ts';
import { initialPresence, type PresenceInput, type PresenceState, presenceDeadline, stepPresence } from './presence.ts';
import { dropped, failed, publish } from './stub-effects.ts';
import { createGreeter, type GreeterOptions } from './stub-greeting.ts';
import type { Attached, Failed, StubEffect, StubInvocation, Tunnel } from './stub-state.ts';
import { patienceMs } from './stub-waiting.ts';
import { firstResendMs, resendAfterMs } from './timing.ts';

/** What became of a frame that was opened. */
export interface OpenedFrame {
  /** Instance of the tunnel that sent it. */
  readonly from: Uint8Array;
  /** Set where it came under the keys in force, and not those from before the tunnel went silent. */
  readonly attached: Attached | undefined;
  /** Undefined while parts of it are missing. */
  readonly message: Message | undefined;
}

/** What a Welcome has come to. */
export type Introduction =
  | { readonly type: 'ignored'; readonly effects: readonly StubEffect[] }
  | { readonly type: 'refused'; readonly why: Failed }
  | { readonly type: 'attached'; readonly tunnel: Attached; readonly effects: readonly StubEffect[] };

/** Whoever is at the other end, as the stub knows them: the handshake, the keys, and whether anybody is there at all. */
export interface StubPeer {
  readonly tunnel: Tunnel;
  /** Whether a subscription was ever confirmed, so that an answer could be heard. */
  readonly hears: boolean;
  readonly channelError: ChannelError | undefined;
  /** When the next Hello is due. */
  readonly helloMs: number;
  /** When presence wants a tick, or undefined. */
  readonly presenceMs: number | undefined;
  /** Until when a tunnel is looked for. */
  patienceMs(invocation: StubInvocation, nowMs: number): number;
  subscribed(nowMs: number): readonly StubEffect[];
  reconnected(nowMs: number): void;
  disconnected(nowMs: number): readonly StubEffect[];
  channelChanged(error: ChannelError | undefined, nowMs: number): readonly StubEffect[];
  /** Something came through the subscription. */
  delivered(): void;
  note(input: PresenceInput, nowMs: number): readonly StubEffect[];
  look(remainingMs: number, nowMs: number): readonly StubEffect[];
  /** An invocation begins: what was said under earlier keys is not about it. */
  invocationBegins(): void;
  /** A new Hello. */
  greet(nowMs: number): readonly StubEffect[];
  /** The Hello at hand once more; `anew` as if it were the first time. */
  sayHello(nowMs: number, anew?: boolean): readonly StubEffect[];
  welcomed(welcome: Welcome, signed: Signed, nowMs: number): Introduction;
  /** @returns a reason where it was not opened. */
  open(frame: Frame, nowMs: number): OpenedFrame | { readonly dropped: string };
  /** The tunnel is of no use any more; `isReplaced`: it said that another one takes its place. */
  gone(why: Failed, nowMs: number, isReplaced?: boolean): readonly StubEffect[];
  /** When a tunnel was heard of last, as far as it is the one at hand or the one before. */
  heardOfMs(instance: Uint8Array): number;
  /** Why nobody answers. */
  unanswered(): Failed;
}

export function createStubPeer(options: GreeterOptions): StubPeer {
  const greeter = createGreeter(options);
  let tunnel: Tunnel = { name: 'unknown' };
  let presence: PresenceState = initialPresence;
  /** The tunnel before it went silent, and its keys then: what it still says under them counts. */
  let former: Attached | undefined;
  let subscribedMs: number | undefined;
  /** Whether the subscription has ever delivered anything: before that it may not have been activated yet. */
  let proved = false;
  let connected = false;
  let channelError: ChannelError | undefined;
  /** Why the tunnel that answered last does not serve this function, or left. */
  let lastRefusal: Failed | undefined;

  function greet(nowMs: number): readonly StubEffect[] {
    if (tunnel.name === 'attached') former = tunnel;
    tunnel = { name: 'greeting', greeting: greeter.greeting(), sent: 0, nextSendMs: nowMs };
    return sayHello(nowMs);
  }

  function sayHello(nowMs: number, anew = false): readonly StubEffect[] {
    if (tunnel.name !== 'greeting') return [];
    tunnel.sent = anew ? 1 : tunnel.sent + 1;
    // An answer may have come before the subscription was active: only saying it again brings another.
    tunnel.nextSendMs = nowMs + (proved ? resendAfterMs(tunnel.sent) : firstResendMs);
    return [publish([encodeChannelEvent({ kind: 'hello', bytes: tunnel.greeting.bytes })])];
  }

  function note(input: PresenceInput, nowMs: number): readonly StubEffect[] {
    const { state, say, answer } = stepPresence(presence, input, nowMs);
    presence = state;
    if (answer === 'present') return [{ type: 'presence', absence: undefined }];
    const absence = lastRefusal ?? unanswered();
    const said = say === 'nothing' ? [] : askWhoIsThere(say, nowMs);
    return answer === 'absent' ? [...said, { type: 'presence', absence }] : said;
  }

  /** Attached, a Ping is enough; a tunnel that was started anew has not got its keys, and answers a Hello alone. */
  function askWhoIsThere(say: 'question' | 'again', nowMs: number): readonly StubEffect[] {
    lastRefusal = undefined;
    if (tunnel.name === 'attached' && say === 'question')
      return [publish(tunnel.session.seal({ kind: 'ping', nonce: options.random(idBytes) }).events)];
    return tunnel.name === 'greeting' ? sayHello(nowMs) : greet(nowMs);
  }

  function unanswered(): Failed {
    if (!channelError) return failed('nobody-answered', greeter.strangers());
    const { kind, message } = channelError;
    return failed(kind === 'refused' ? 'api-refused' : 'api-unreachable', message);
  }

  return {
    get tunnel() {
      return tunnel;
    },
    get hears() {
      return subscribedMs !== undefined;
    },
    get channelError() {
      return channelError;
    },
    get helloMs() {
      return tunnel.name === 'greeting' ? tunnel.nextSendMs : Number.POSITIVE_INFINITY;
    },
    get presenceMs() {
      return presenceDeadline(presence);
    },
    patienceMs: (invocation, nowMs) => patienceMs(invocation, { subscribedMs, proved }, nowMs),
    subscribed(nowMs) {
      subscribedMs ??= nowMs;
      connected = true;
      channelError = undefined;
      if (presence.name === 'asking') return note({ type: 'connected' }, nowMs);
      return tunnel.name === 'unknown' ? greet(nowMs) : [];
    },
    reconnected(nowMs) {
      subscribedMs = nowMs;
      proved = false;
      connected = true;
    },
    disconnected(nowMs) {
      connected = false;
      return note({ type: 'disconnected' }, nowMs);
    },
    channelChanged(error, nowMs) {
      channelError = error;
      // What will never pass need not be waited for.
      return error?.kind === 'refused' && presence.name === 'asking' ? note({ type: 'gone' }, nowMs) : [];
    },
    delivered() {
      proved = true;
    },
    note,
    look: (remainingMs, nowMs) => note({ type: 'wanted', remainingMs, connected }, nowMs),
    invocationBegins() {
      former = undefined;
    },
    greet,
    sayHello,
    welcomed(welcome, signed, nowMs) {
      if (tunnel.name !== 'greeting') return { type: 'ignored', effects: [] };
      const judged = greeter.judge(tunnel.greeting, welcome, signed, nowMs);
      if (judged.type === 'dropped') return { type: 'ignored', effects: [dropped(judged.reason)] };
      if (judged.type === 'refused') return { type: 'refused', why: failed('tunnel-refused', judged.text) };
      tunnel = judged.tunnel;
      return { type: 'attached', tunnel: judged.tunnel, effects: note({ type: 'heard' }, nowMs) };
    },
    open(frame, nowMs) {
      const attached = tunnel.name === 'attached' ? tunnel : undefined;
      const held = [attached, former].find((each) => each && same(each.session.keyId, frame.header.keyId));
      if (!held) return { dropped: 'a frame under unknown keys' };
      const result = held.session.open(frame, nowMs);
      if (result.state === 'dropped') return { dropped: result.reason };
      held.heardMs = nowMs;
      const own = attached === held ? attached : undefined;
      const message = result.state === 'message' ? result.message : undefined;
      if (own && !(message && saysNothingOfAttach(message))) own.heardSealed = true;
      return { from: held.instance, attached: own, message };
    },
    gone(why, nowMs, isReplaced = false) {
      tunnel = { name: 'unknown' };
      lastRefusal = why;
      return note({ type: isReplaced ? 'replaced' : 'gone' }, nowMs);
    },
    heardOfMs(instance) {
      const attached = tunnel.name === 'attached' ? tunnel : undefined;
      const times = [attached, former].flatMap((each) => (each && same(each.instance, instance) ? each.heardMs : []));
      return Math.max(Number.NEGATIVE_INFINITY, ...times);
    },
    unanswered,
  };
}

/** A tunnel that only says that it is there, or what it lacks, may lack the Attach too. */
function saysNothingOfAttach({ kind }: Message): boolean {
  return kind === 'progress' || kind === 'pong';
}
