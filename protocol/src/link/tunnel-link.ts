import { type Channel, ChannelError } from '../channel.ts';
import { type Namespaces, stubChannel, tunnelChannel } from '../channel-names.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Attach, Codec, Headers, Hello, Result, TakeOver, TunnelHere } from '../messages.ts';
import { encodeChannelEvent } from '../wire/channel-event.ts';
import { idBytes } from '../wire/fields.ts';
import { systemRandom } from './random.ts';
import type { Checked, Claim, RemoteEnvironment, TunnelInvocation } from './remote-environment.ts';
import type { TakeOverNews } from './take-over.ts';
import { resendAfterMs } from './timing.ts';
import type { TunnelIdentity, TunnelTrust } from './trust.ts';
import { createTunnelCore, type HelloRefusal, type TunnelEffect } from './tunnel-core.ts';

/** How long the tunnel tries to hear itself before it says that its subscription does not work. */
const probeLimitMs = 10_000;

/** What a function answered: all at once, or as a stream. */
export type TunnelReply =
  | Pick<Result, 'headers' | 'outcome'>
  | {
      readonly headers: Headers;
      /** The body. One that throws a {@link StreamFailure} ends the stream with that error. */
      readonly stream: AsyncIterable<Uint8Array>;
    };

/** A function failed after it had begun to stream its response. */
export class StreamFailure extends Error {
  override readonly name = 'StreamFailure';
  /** The error as JSON, as the caller will see it. */
  readonly body: Uint8Array;
  constructor(body: Uint8Array) {
    super('the function failed while it streamed its response');
    this.body = body;
  }
}

/** What a tunnel is told of the link. */
export interface TunnelLinkEvents {
  /**
   * Whether an Attach is by the function that its environment named; nothing runs on its behalf before. Must not reject.
   * Without this, every Attach is believed.
   */
  check?(environment: RemoteEnvironment, attach: Attach): Promise<Checked>;
  /** An environment attached: its process may be started before the first event. */
  attached?(environment: RemoteEnvironment, attach: Attach): void;
  /** Run this; the promise gives what the function answered, and must not reject. */
  invoked(invocation: TunnelInvocation): Promise<TunnelReply>;
  /** The stub gave up: its invocation need not go on. */
  withdrawn?(environment: RemoteEnvironment, invocationId: string): void;
  refused?(hello: Hello, refusal: HelloRefusal): void;
  /** Another tunnel holds this session too; `isHolder`: it was there before this one. */
  rival?(here: TunnelHere, isHolder: boolean): void;
  /** Another tunnel takes the session over: nothing more is taken here, and so many invocations run on to their end. */
  handingOver?(to: TakeOver, unfinished: number): void;
  /** Nothing of this tunnel runs any more, and nothing will: it can end. `finished`: how many ended since it was asked. */
  handedOver?(to: TakeOver, finished: number): void;
  /** Somebody whose key is not trusted asked for the session: nothing was done about it. */
  takeOverRefused?(by: TakeOver): void;
  /** How far another tunnel is that was asked for the session. */
  takeOver?(news: TakeOverNews): void;
  /** Something was ignored; no payload and no secret in the reason. */
  dropped?(reason: string): void;
  /** Something could not be published; the link goes on. */
  failed?(error: ChannelError): void;
}

export interface TunnelLinkOptions {
  readonly channel: Channel;
  /** Those of the API behind the channel; `to-tunnel` and `to-stub` if not given. */
  readonly namespaces?: Namespaces | undefined;
  readonly app: string;
  readonly session: string;
  readonly release: string;
  /** Who runs this tunnel, for people: user and host. */
  readonly owner: string;
  /** Signs what this tunnel says in clear; without it only stubs that trust IAM alone believe it. */
  readonly identity?: TunnelIdentity | undefined;
  /** Which other tunnels of the session are believed. */
  readonly trust?: TunnelTrust | undefined;
  readonly admit: (hello: Hello) => HelloRefusal | undefined;
  readonly events: TunnelLinkEvents;
  readonly codecs?: readonly Codec[];
  readonly clock?: Clock;
  readonly random?: (bytes: number) => Uint8Array;
}

/** A tunnel's conversations with all environments of one session on one Event API. */
export interface TunnelLink {
  /**
   * Subscribes and proves it by hearing itself: events are not delivered until some time after a subscription was confirmed.
   * @param announceAfter called then, for what is waited for before other tunnels are told, and answer: that their keys are known
   * @throws ChannelError when the API refuses or nothing comes through.
   */
  open(announceAfter?: () => Promise<void>): Promise<void>;
  /** Asks the tunnels that were on the session before this one to finish what runs, and to leave it. */
  takeOver(): Promise<void>;
  /** Tells all known environments that this tunnel leaves. */
  goodbye(reason: string): Promise<void>;
}

export function openTunnelLink(options: TunnelLinkOptions): TunnelLink {
  const { channel, app, session, namespaces, events } = options;
  const clock = options.clock ?? systemClock();
  const random = options.random ?? systemRandom;
  const instance = random(idBytes);
  const core = createTunnelCore({
    instance,
    app,
    session,
    release: options.release,
    owner: options.owner,
    identity: options.identity,
    trust: options.trust,
    codecs: options.codecs ?? ['deflate', 'none'],
    admit: options.admit,
    random,
  });
  const own = tunnelChannel({ app, session, namespaces });
  let cancelTick: (() => void) | undefined;
  let heardItself: (() => void) | undefined;
  let opened = false;
  /** After its Goodbye a tunnel hears nothing, and remembers nothing that would need time. */
  let left = false;
  /** Producers of streams that wait for credit. */
  const streamsWaiting = new Map<string, () => void>();

  channel.onStatus((status) => {
    if (!opened) return;
    if (status.name === 'waiting') void perform(core.connectionBroke(clock.nowMs()));
    // A subscription that comes back is proved as the first one was; what was lost meanwhile the stubs ask for, and tunnels
    // that came meanwhile answer.
    if (status.name === 'open') void probe().then(announce, (error) => events.failed?.(error));
  });

  async function perform(effects: readonly TunnelEffect[]): Promise<void> {
    cancelTick?.();
    const next = left ? undefined : core.nextTickMs();
    cancelTick =
      next === undefined ? undefined : clock.after(next - clock.nowMs(), () => void perform(core.tick(clock.nowMs())));
    const published: Promise<void>[] = [];
    let handedOver: Extract<TunnelEffect, { type: 'handed-over' }> | undefined;
    for (const effect of effects) {
      switch (effect.type) {
        case 'publish':
          published.push(
            publish(
              stubChannel({ app, environmentId: effect.environment.hello.environmentId, namespaces }),
              effect.events,
            ),
          );
          break;
        case 'check':
          void check(effect.environment, effect.claim);
          break;
        case 'attached':
          events.attached?.(effect.environment, effect.attach);
          break;
        case 'invoke':
          void run(effect.invocation);
          break;
        case 'stream-ready':
          streamsWaiting.get(effect.invocationId)?.();
          break;
        case 'withdrawn':
          events.withdrawn?.(effect.environment, effect.invocationId);
          break;
        case 'refused':
          events.refused?.(effect.hello, effect.refusal);
          break;
        case 'announce':
          published.push(publish(own, effect.events));
          break;
        case 'rival':
          events.rival?.(effect.here, effect.isHolder);
          break;
        case 'handing-over':
          events.handingOver?.(effect.to, effect.unfinished);
          break;
        case 'handed-over':
          handedOver = effect;
          break;
        case 'take-over-refused':
          events.takeOverRefused?.(effect.by);
          break;
        case 'take-over':
          events.takeOver?.(effect.news);
          break;
        case 'probed':
          heardItself?.();
          break;
        case 'dropped':
          events.dropped?.(effect.reason);
          break;
        default:
          effect satisfies never;
      }
    }
    await Promise.all(published);
    // Whoever is told may end at once: by then everybody else was.
    if (handedOver) events.handedOver?.(handedOver.to, handedOver.finished);
  }

  async function publish(target: string, payload: readonly Uint8Array[]): Promise<void> {
    await channel.publish(target, payload).catch((error) => {
      if (!(error instanceof ChannelError)) throw error;
      events.failed?.(error);
    });
  }

  async function run(invocation: TunnelInvocation): Promise<void> {
    // Served when it attached, and not any more: what it is answered with says so.
    const refusal = options.admit(invocation.environment.hello);
    const reply = await events.invoked(invocation);
    if ('stream' in reply) return pump(invocation, reply.headers, reply.stream);
    const { headers, outcome } = reply;
    const invocationId = Buffer.from(invocation.invocationId, 'hex');
    const result = { kind: 'result' as const, invocationId, headers, outcome };
    await perform(core.answer(invocation.environment.id, result, clock.nowMs()));
    if (refusal) await perform(core.dismiss(invocation.environment.id, refusal.text));
  }

  async function check(environment: RemoteEnvironment, claim: Claim): Promise<void> {
    const outcome = (await events.check?.(environment, claim.attach)) ?? { believed: true as const };
    await perform(core.checked(environment.id, claim, outcome, clock.nowMs()));
  }

  /** Sends a stream as fast as the stub takes it, and stops when nobody wants it any more. */
  async function pump(
    { environment, invocationId: id }: TunnelInvocation,
    headers: Headers,
    stream: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const peer = core.peer(environment.id);
    if (!peer) return;
    await perform(peer.streamStart(id, headers, clock.nowMs()));
    let error: Uint8Array | undefined;
    try {
      for await (const data of stream) {
        await perform(peer.streamWrite(id, data, clock.nowMs()));
        while (peer.streamState(id) === 'full') await new Promise<void>((resolve) => streamsWaiting.set(id, resolve));
        if (peer.streamState(id) === 'gone') break;
      }
    } catch (failure) {
      if (!(failure instanceof StreamFailure)) throw failure;
      error = failure.body;
    }
    streamsWaiting.delete(id);
    await perform(peer.streamEnd(id, error, clock.nowMs()));
  }

  async function announce(): Promise<void> {
    if (!left) await perform(core.announce(clock.nowMs()));
  }

  async function probe(): Promise<void> {
    const heard = new Promise<true>((resolve) => {
      heardItself = () => resolve(true);
    });
    const startMs = clock.nowMs();
    for (let sent = 1; clock.nowMs() - startMs < probeLimitMs; sent += 1) {
      await channel.publish(own, [
        encodeChannelEvent({ kind: 'probe', tunnelInstance: instance, nonce: random(idBytes) }),
      ]);
      let cancel: (() => void) | undefined;
      const waited = new Promise<false>((resolve) => {
        cancel = clock.after(resendAfterMs(sent), () => resolve(false));
      });
      const done = await Promise.race([heard, waited]);
      cancel?.();
      if (done) return;
    }
    throw new ChannelError(
      'unreachable',
      `the subscription to ${own} was confirmed, but no event came through it in ${probeLimitMs / 1000} s`,
    );
  }

  return {
    async open(announceAfter = async () => {}) {
      await channel.subscribe(own, (event) => {
        // Whoever has left starts nothing more, and welcomes nobody.
        if (!left) void perform(core.receive(event, clock.nowMs()));
      });
      await probe();
      opened = true;
      void announceAfter().then(announce);
    },
    takeOver: () => perform(core.takeOver(clock.nowMs())),
    goodbye(reason) {
      left = true;
      return perform(core.goodbye(reason, clock.nowMs()));
    },
  };
}
