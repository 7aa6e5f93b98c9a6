import { type Channel, ChannelError } from '../channel.ts';
import { type Namespaces, stubChannel, tunnelChannel } from '../channel-names.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Codec, Headers } from '../messages.ts';
import { systemRandom } from './random.ts';
import { createStubCore } from './stub-core.ts';
import type { Attachment, Failed, StubEffect, StubIdentity, StubInvocation, StubOutcome } from './stub-state.ts';
import type { TunnelTrust } from './trust.ts';

export interface StubLinkOptions {
  readonly channel: Channel;
  /** Those of the API behind the channel; `to-tunnel` and `to-stub` if not given. */
  readonly namespaces?: Namespaces | undefined;
  readonly identity: StubIdentity;
  /** Asked at each Attach and Invoke: variables and credentials as they are then. */
  readonly attachment: () => Attachment;
  /** Which tunnels are believed; without it, whoever IAM lets publish. */
  readonly trust?: TunnelTrust | undefined;
  readonly codecs?: readonly Codec[];
  readonly clock?: Clock;
  readonly random?: (bytes: number) => Uint8Array;
  /** Told what was ignored and why. Never holds a payload or a secret. */
  readonly onDropped?: (reason: string) => void;
}

/** How an invocation ended, or that its response is a stream. */
export type LinkOutcome =
  | Exclude<StubOutcome, { type: 'streamed' }>
  | {
      readonly type: 'stream';
      readonly headers: Headers;
      /** The body, in order. It throws a {@link BrokenStream} where it does not end as it should. */
      readonly body: AsyncIterable<Uint8Array>;
    };

/** A streamed response ended in an error. */
export class BrokenStream extends Error {
  override readonly name = 'BrokenStream';
  /** The function's own error as JSON, or what went wrong on the way. */
  readonly reason: Uint8Array | Failed;
  constructor(reason: BrokenStream['reason']) {
    super('a streamed response ended in an error');
    this.reason = reason;
  }
}

/** A stub's conversation with whichever tunnel holds the session. */
export interface StubLink {
  /**
   * Subscribes and says Hello. Resolves when that is done or has failed: the failure is what the next invocation tells.
   */
  open(): Promise<void>;
  /**
   * Looks whether a tunnel is there, before anything of an invocation is published: at once where one was heard of in the
   * last seconds, or none was found shortly before; else within 300 ms, or 1 s where it has to connect first, and a tenth
   * of the time that is left.
   * @param deadlineMs of the invocation, on the link's clock.
   * @returns why nobody is there; undefined where a tunnel is.
   */
  look(deadlineMs: number): Promise<Failed | undefined>;
  /**
   * Has one event run.
   * @param invocation with its deadline on the link's clock.
   */
  invoke(invocation: StubInvocation): Promise<LinkOutcome>;
  /** Milliseconds on the link's clock. */
  nowMs(): number;
}

export function openStubLink(options: StubLinkOptions): StubLink {
  const { channel, identity } = options;
  const clock = options.clock ?? systemClock();
  const core = createStubCore({
    identity,
    attachment: options.attachment,
    trust: options.trust,
    codecs: options.codecs ?? ['deflate', 'none'],
    random: options.random ?? systemRandom,
  });
  const target = tunnelChannel({ ...identity, namespaces: options.namespaces });
  const own = stubChannel({ ...identity, namespaces: options.namespaces });
  let settle: ((outcome: LinkOutcome) => void) | undefined;
  let looked: ((absence: Failed | undefined) => void) | undefined;
  let streaming: Queue | undefined;
  let cancelTick: (() => void) | undefined;

  async function perform(effects: readonly StubEffect[]): Promise<void> {
    cancelTick?.();
    const next = core.nextTickMs();
    cancelTick =
      next === undefined ? undefined : clock.after(next - clock.nowMs(), () => void perform(core.tick(clock.nowMs())));
    const published: Promise<void>[] = [];
    for (const effect of effects) {
      switch (effect.type) {
        case 'publish':
          published.push(publish(effect.events, effect.upload));
          break;
        case 'settle':
          conclude(effect.outcome);
          break;
        case 'presence':
          looked?.(effect.absence);
          break;
        case 'stream-start':
          streaming = createQueue((bytes) => void perform(core.streamTaken(bytes, clock.nowMs())));
          settle?.({ type: 'stream', headers: effect.headers, body: streaming.body });
          break;
        case 'stream-data':
          streaming?.push(effect.data);
          break;
        case 'dropped':
          options.onDropped?.(effect.reason);
          break;
        default:
          effect satisfies never;
      }
    }
    await Promise.all(published);
  }

  function conclude(outcome: StubOutcome): void {
    if (streaming) {
      if (outcome.type === 'failed') streaming.end(new BrokenStream(outcome));
      else streaming.end(outcome.type === 'streamed' && outcome.error ? new BrokenStream(outcome.error) : undefined);
      streaming = undefined;
    } else if (outcome.type !== 'streamed') settle?.(outcome);
  }

  async function publish(events: readonly Uint8Array[], upload: boolean): Promise<void> {
    const error = await channel.publish(target, events).then(() => undefined, asChannelError);
    if (upload) await perform(core.uploaded(clock.nowMs()));
    await perform(core.channelChanged(error, clock.nowMs()));
  }

  channel.onStatus((status) => {
    if (status.name === 'failed' || status.name === 'waiting')
      void perform(core.disconnected(status.cause, clock.nowMs()));
    if (status.name === 'open') void perform(core.reconnected(clock.nowMs()));
  });

  return {
    nowMs: () => clock.nowMs(),
    async open() {
      try {
        await channel.subscribe(own, (event) => void perform(core.receive(event, clock.nowMs())));
      } catch (error) {
        await perform(core.channelChanged(asChannelError(error), clock.nowMs()));
        return;
      }
      await perform(core.subscribed(clock.nowMs()));
    },
    look(deadlineMs) {
      return new Promise((resolve) => {
        looked = resolve;
        // A connection that did not survive a suspension is noticed before it is asked over.
        channel.wanted();
        void perform(core.look(deadlineMs, clock.nowMs()));
      });
    },
    invoke(invocation) {
      return new Promise((resolve) => {
        settle = (outcome) => {
          settle = undefined;
          resolve(outcome);
        };
        void perform(core.invoke(invocation, clock.nowMs()));
        channel.wanted();
      });
    },
  };
}

interface Queue {
  readonly body: AsyncIterable<Uint8Array>;
  push(data: Uint8Array): void;
  end(error: Error | undefined): void;
}

/** @param onTaken told how much the reader has taken. */
function createQueue(onTaken: (bytes: number) => void): Queue {
  const parts: Uint8Array[] = [];
  let ended: { readonly error: Error | undefined } | undefined;
  let wake = () => {};
  async function* read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const part = parts.shift();
      if (part) {
        yield part;
        onTaken(part.length);
      } else if (ended) {
        if (ended.error) throw ended.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }
  return {
    body: read(),
    push(data) {
      parts.push(data);
      wake();
    },
    end(error) {
      ended = { error };
      wake();
    },
  };
}

function asChannelError(error: unknown): ChannelError {
  if (error instanceof ChannelError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  return new ChannelError('unreachable', cause.message, { cause });
}
