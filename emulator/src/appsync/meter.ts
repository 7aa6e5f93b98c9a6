/** What AppSync would bill, and what went through. */
export interface MeterReading {
  /** All that is billed, at one price each ("AWS AppSync pricing"): the sum of the five below. Keep-alives are not. */
  readonly operations: number;
  /** One for every 5 KB or less of each event that was accepted. */
  readonly inboundOperations: number;
  /** One for every 5 KB or less of each event that was sent to a subscription. */
  readonly outboundOperations: number;
  readonly connectOperations: number;
  readonly subscribeOperations: number;
  /** Runs of the code of channel namespaces. */
  readonly handlerOperations: number;
  /** Publish requests that were accepted, over WebSockets and HTTP; of up to five events each, and not billed as such. */
  readonly publishRequests: number;
  readonly inboundEvents: number;
  readonly outboundEvents: number;
  /** Bytes of UTF-8 of the events that were accepted. */
  readonly inboundBytes: number;
  /** Bytes of UTF-8 of the events that were sent, once for each subscription. */
  readonly outboundBytes: number;
}

export interface Meter {
  read(): MeterReading;
  /** Starts from zero. */
  reset(): void;
  countConnect(): void;
  countSubscribe(): void;
  countHandler(): void;
  /** An accepted publish request. */
  countPublish(events: readonly string[]): void;
  countDelivery(event: string): void;
}

/** What one operation pays for of an event: the 5 KB of "AWS AppSync pricing", read as KiB. */
export const meteredUnitBytes = 5_120;

const operationsOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / meteredUnitBytes));

const zero = {
  inboundOperations: 0,
  outboundOperations: 0,
  connectOperations: 0,
  subscribeOperations: 0,
  handlerOperations: 0,
  publishRequests: 0,
  inboundEvents: 0,
  outboundEvents: 0,
  inboundBytes: 0,
  outboundBytes: 0,
};

export const createMeter = (): Meter => {
  let counted = { ...zero };
  return {
    read: () => {
      const { inboundOperations, outboundOperations, connectOperations, subscribeOperations, handlerOperations } =
        counted;
      const ofClients = connectOperations + subscribeOperations + handlerOperations;
      return { operations: inboundOperations + outboundOperations + ofClients, ...counted };
    },
    reset: () => {
      counted = { ...zero };
    },
    countConnect: () => {
      counted.connectOperations += 1;
    },
    countSubscribe: () => {
      counted.subscribeOperations += 1;
    },
    countHandler: () => {
      counted.handlerOperations += 1;
    },
    countPublish: (events) => {
      counted.publishRequests += 1;
      for (const event of events) {
        const bytes = Buffer.byteLength(event);
        counted.inboundEvents += 1;
        counted.inboundBytes += bytes;
        counted.inboundOperations += operationsOf(bytes);
      }
    },
    countDelivery: (event) => {
      const bytes = Buffer.byteLength(event);
      counted.outboundEvents += 1;
      counted.outboundBytes += bytes;
      counted.outboundOperations += operationsOf(bytes);
    },
  };
};
