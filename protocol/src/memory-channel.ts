import { type Channel, ChannelError } from './channel.ts';

/** A service in this process's memory: what is published on one of its channels reaches all that subscribed before. */
export interface MemoryService {
  connect(): Channel;
  /** Called with each event before delivery; what it returns is delivered instead. For tests of loss and damage. */
  intercept: (channel: string, event: Uint8Array) => readonly Uint8Array[];
  /** Delivers an event now, past `intercept`: one that was held back. */
  deliver(channel: string, event: Uint8Array): void;
}

interface Subscription {
  readonly channel: string;
  readonly onEvent: (event: Uint8Array) => void;
}

export function createMemoryService(): MemoryService {
  const subscriptions = new Set<Subscription>();
  const service: MemoryService = {
    intercept: (_channel, event) => [event],
    deliver(channel, event) {
      for (const subscription of subscriptions) {
        // Never in the same turn, as over a network.
        if (subscription.channel === channel) queueMicrotask(() => subscription.onEvent(event));
      }
    },
    connect() {
      let closed = false;
      const own = new Set<Subscription>();
      return {
        status: { name: 'open' },
        onStatus: () => {},
        wanted: () => {},
        async publish(channel, events) {
          if (closed) throw new ChannelError('unreachable', 'this channel was closed');
          for (const event of events.flatMap((sent) => service.intercept(channel, sent)))
            service.deliver(channel, event);
        },
        async subscribe(channel, onEvent) {
          const subscription = { channel, onEvent };
          subscriptions.add(subscription);
          own.add(subscription);
        },
        async [Symbol.asyncDispose]() {
          closed = true;
          for (const subscription of own) subscriptions.delete(subscription);
        },
      };
    },
  };
  return service;
}
