import {
  type DeliveryFate,
  decideActivationMs,
  decideDelivery,
  decideHopMs,
  decidePublish,
  decideRefusal,
  decideSocket,
  type PublishFate,
  type SocketFate,
} from './decisions.ts';
import { changeFaults, type FaultSettings, noFaults } from './fault-settings.ts';
import { createSeededRandom } from './seeded-random.ts';

/** What can go wrong, and how often it has. Time on the network is no fault and is not counted. */
const noCounts = {
  drop: 0,
  duplicate: 0,
  reorder: 0,
  corrupt: 0,
  throttle: 0,
  swallow: 0,
  lose: 0,
  disconnect: 0,
  'half-open': 0,
  refuse: 0,
  'late-activation': 0,
};

export type FaultName = keyof typeof noCounts;

export type FaultCounts = Readonly<Record<FaultName, number>>;

export interface StruckFault {
  readonly apiName: string;
  readonly fault: FaultName;
  /** How often it has struck, this time included. */
  readonly count: number;
}

/** Where a fault could strike. */
export interface FaultPlace {
  readonly apiName: string;
  readonly namespace: string;
}

/** Decides everything that goes wrong, from one seed, and counts it. */
export interface FaultInjector {
  readonly seed: number;
  readonly settings: FaultSettings;
  /** How often each fault has struck until now. */
  readonly counts: FaultCounts;
  /** @throws RangeError for a setting that is none. */
  set(changes: Partial<FaultSettings>): void;
  decideDelivery(place: FaultPlace): readonly DeliveryFate[];
  decidePublish(place: FaultPlace): PublishFate;
  decideRefusal(apiName: string): FaultSettings['refuseWith'] | undefined;
  decideSocket(): SocketFate;
  decideActivationMs(apiName: string): number;
  decideHopMs(): number;
  /** To be told by whoever carries out a fault that was decided to happen later, or was asked for. */
  struck(apiName: string, fault: 'disconnect' | 'half-open'): void;
}

export interface FaultInjectorOptions {
  readonly seed: number;
  readonly settings: Partial<FaultSettings>;
  readonly onStruck: (struck: StruckFault) => void;
}

const publishFaults = { throttled: 'throttle', swallowed: 'swallow', lost: 'lose' } as const;

const deliveryFaults = (fates: readonly DeliveryFate[]): readonly FaultName[] => {
  if (fates.length === 0) return ['drop'];
  return [
    ...(fates.length > 1 ? (['duplicate'] as const) : []),
    ...fates.flatMap(({ holdMs, corruption }) => [
      ...(holdMs > 0 ? (['reorder'] as const) : []),
      ...(corruption ? (['corrupt'] as const) : []),
    ]),
  ];
};

/** Each kind of decision has a stream of its own, so that when a socket opens does not change which event is lost. */
const createStreams = (seed: number) => ({
  deliveries: createSeededRandom(seed, 0),
  publishes: createSeededRandom(seed, 1),
  connects: createSeededRandom(seed, 2),
  sockets: createSeededRandom(seed, 3),
  activations: createSeededRandom(seed, 4),
  hops: createSeededRandom(seed, 5),
});

export const createFaultInjector = ({ seed, settings: initial, onStruck }: FaultInjectorOptions): FaultInjector => {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new RangeError(`The seed of faults is a whole number, not ${seed}.`);
  const streams = createStreams(seed);
  const counts = { ...noCounts };
  let settings = changeFaults(noFaults, initial);

  const struck = (apiName: string, fault: FaultName): void => {
    counts[fault] += 1;
    onStruck({ apiName, fault, count: counts[fault] });
  };

  return {
    seed,
    get settings() {
      return settings;
    },
    get counts() {
      return { ...counts };
    },
    set: (changes) => {
      settings = changeFaults(settings, changes);
    },
    decideDelivery: ({ apiName, namespace }) => {
      const fates = decideDelivery(settings, streams.deliveries, namespace);
      for (const fault of deliveryFaults(fates)) struck(apiName, fault);
      return fates;
    },
    decidePublish: ({ apiName, namespace }) => {
      const fate = decidePublish(settings, streams.publishes, namespace);
      if (fate !== 'done') struck(apiName, publishFaults[fate]);
      return fate;
    },
    decideRefusal: (apiName) => {
      if (!decideRefusal(settings, streams.connects)) return undefined;
      struck(apiName, 'refuse');
      return settings.refuseWith;
    },
    decideSocket: () => decideSocket(settings, streams.sockets),
    decideActivationMs: (apiName) => {
      const delayMs = decideActivationMs(settings, streams.activations);
      if (delayMs > 0) struck(apiName, 'late-activation');
      return delayMs;
    },
    decideHopMs: () => decideHopMs(settings, streams.hops),
    struck,
  };
};
