import { type Channel, ChannelError } from './channel.ts';

/** A service in this process's memory: what is published on one of its channels reaches all that subscribed before. */
export interface MemoryService {
  connect(): Channel;
  /** Called with each event before delivery; what it returns is delivered instead. For tests of loss and damage. */
  intercept: (channel: string, event: Uint8Array) => readonly Uint8Array[];
}

export function createMemoryService(): MemoryService {
  const subscriptions = new Set<{ readonly channel: string; readonly onEvent: (event: Uint8Array) => void }>();
  const service: MemoryService = {
    intercept: (_channel, event) => [event],
    connect() {
      let closed = false;
      return {
        status: { name: 'open' },
        onStatus: () => {},
        async publish(channel, events) {
          if (closed) throw new ChannelError('unreachable', 'this channel was closed');
          for (const event of events.flatMap((sent) => service.intercept(channel, sent))) {
            for (const subscription of subscriptions) {
              // Never in the same turn, as over a network.
              if (subscription.channel === channel) queueMicrotask(() => subscription.onEvent(event));
            }
          }
        },
        async subscribe(channel, onEvent) {
          subscriptions.add({ channel, onEvent });
        },
        async [Symbol.asyncDispose]() {
          closed = true;
        },
      };
    },
  };
  return service;
}
