import { type Channel, ChannelError, toStubNamespace, toTunnelNamespace } from '@live-lambda/protocol';
import type { Broker } from './broker.ts';

/** Largest event that is published; AppSync Events documents 240 KB (Developer Guide, "Event API concepts"). */
const maxEventBytes = 240_000;
/** What fits into it in base64, between two quotes. */
const maxRawBytes = Math.floor(((maxEventBytes - 2) * 3) / 4);
/** Events of one publish request (AppSync Events Developer Guide). */
const maxEventsPerPublish = 5;
/** SST's chunk, before base64 (`cmd/sst/mosaic/aws/bridge` in its repository). */
const sstChunkBytes = 128 * 1024;

/**
 * Sends bytes to the other end and gets them back, as plain base64 without compression, seal, order or proof. Signatures,
 * batches and the number of publishes in flight are those of the channel that the link uses too.
 */
export interface RawEcho {
  /** As few events as the bytes fit in, all at once; the other end answers when it has everything, as a handler does. */
  roundTrip(message: Uint8Array): Promise<void>;
  /** Chunks of 128 KiB, each published when the one before was accepted, in both directions. */
  sequentialRoundTrip(message: Uint8Array): Promise<void>;
}

type Send = (channel: string, events: readonly Uint8Array[]) => Promise<void>;

function split(message: Uint8Array, size: number): readonly Uint8Array[] {
  const count = Math.max(1, Math.ceil(message.length / size));
  return Array.from({ length: count }, (_, index) => message.subarray(index * size, (index + 1) * size));
}

/** Gathers the events of one message at a time. */
function createInbox() {
  let expected = { count: 0, bytes: 0, whole: (_events: readonly Uint8Array[]) => {} };
  let events: Uint8Array[] = [];
  return {
    receive(event: Uint8Array): void {
      events.push(event);
      if (events.length < expected.count) return;
      const whole = events;
      events = [];
      expected.whole(whole);
    },
    /** Resolves with the next message, of so many events. */
    expect: (count: number, bytes: number): Promise<readonly Uint8Array[]> =>
      new Promise((resolve, reject) => {
        const whole = (arrived: readonly Uint8Array[]): void => {
          const received = arrived.reduce((sum, event) => sum + event.length, 0);
          if (received === bytes) resolve(arrived);
          else reject(new Error(`The raw echo lost bytes: ${received} of ${bytes} came.`));
        };
        expected = { count, bytes, whole };
      }),
  };
}

/** What the service refuses for now, as it does beyond 25 requests per second and WebSocket, is published again. */
async function publishUntilAccepted(channel: Channel, name: string, events: readonly Uint8Array[]): Promise<void> {
  for (;;) {
    try {
      return await channel.publish(name, events);
    } catch (error) {
      if (!(error instanceof ChannelError) || error.kind !== 'rejected') throw error;
    }
  }
}

function allAtOnce(channel: Channel): Send {
  return async (name, events) => {
    const count = Math.ceil(events.length / maxEventsPerPublish);
    const batches = Array.from({ length: count }, (_, index) =>
      events.slice(index * maxEventsPerPublish, (index + 1) * maxEventsPerPublish),
    );
    await Promise.all(batches.map((batch) => publishUntilAccepted(channel, name, batch)));
  };
}

function oneByOne(channel: Channel): Send {
  return async (name, events) => {
    for (const event of events) await publishUntilAccepted(channel, name, [event]);
  };
}

export async function openRawEcho(broker: Broker): Promise<RawEcho> {
  const [near, far] = [broker.connect(), broker.connect()];
  const [there, back] = [`/${toTunnelNamespace}/bench/raw`, `/${toStubNamespace}/bench/raw`];
  const [nearInbox, farInbox] = [createInbox(), createInbox()];
  await far.subscribe(there, farInbox.receive);
  await near.subscribe(back, nearInbox.receive);

  async function exchange(chunks: readonly Uint8Array[], send: { readonly near: Send; readonly far: Send }) {
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const arrived = farInbox.expect(chunks.length, bytes);
    const answered = nearInbox.expect(chunks.length, bytes);
    const echo = arrived.then((events) => send.far(back, events));
    await Promise.all([send.near(there, chunks), echo, answered]);
  }

  return {
    roundTrip: (message) => exchange(split(message, maxRawBytes), { near: allAtOnce(near), far: allAtOnce(far) }),
    sequentialRoundTrip: (message) =>
      exchange(split(message, sstChunkBytes), { near: oneByOne(near), far: oneByOne(far) }),
  };
}
