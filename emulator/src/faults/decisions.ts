import type { Corruption } from './corrupt-text.ts';
import type { FaultSettings } from './fault-settings.ts';
import type { RandomSource } from './seeded-random.ts';

/** What becomes of one copy of an event on its way to one subscription. */
export interface DeliveryFate {
  /** How long it is held back. */
  readonly holdMs: number;
  readonly corruption: Corruption | undefined;
}

/** What becomes of a publish request that would be accepted. */
export type PublishFate = 'done' | 'throttled' | 'swallowed' | 'lost';

/** When a WebSocket comes to harm, counted from now; `undefined` for never. */
export interface SocketFate {
  readonly disconnectMs: number | undefined;
  readonly halfOpenMs: number | undefined;
}

/** Whether the faults of deliveries and publish requests concern a namespace. */
const concerns = (settings: FaultSettings, namespace: string): boolean =>
  settings.namespaces === undefined || settings.namespaces.includes(namespace);

/** Every draw is made whatever came out of those before: a share that changes leaves all other decisions as they were. */
const decideCopy = (settings: FaultSettings, random: RandomSource): DeliveryFate => {
  const held = random.next() < settings.reorderShare;
  const holdMs = random.next() * settings.reorderMs;
  const corrupted = random.next() < settings.corruptShare;
  const corruption = { place: random.next(), bit: random.next() };
  return { holdMs: held ? holdMs : 0, corruption: corrupted ? corruption : undefined };
};

const untouched: readonly DeliveryFate[] = [{ holdMs: 0, corruption: undefined }];

/** The copies of an event that arrive at one subscription: none, one or two. */
export const decideDelivery = (
  settings: FaultSettings,
  random: RandomSource,
  namespace: string,
): readonly DeliveryFate[] => {
  const dropped = random.next() < settings.dropShare;
  const duplicated = random.next() < settings.duplicateShare;
  const copies = [decideCopy(settings, random), decideCopy(settings, random)];
  if (!concerns(settings, namespace)) return untouched;
  if (dropped) return [];
  return duplicated ? copies : copies.slice(0, 1);
};

export const decidePublish = (settings: FaultSettings, random: RandomSource, namespace: string): PublishFate => {
  const throttled = random.next() < settings.throttleShare;
  const swallowed = random.next() < settings.swallowShare;
  const lost = random.next() < settings.loseShare;
  if (!concerns(settings, namespace)) return 'done';
  if (throttled) return 'throttled';
  if (swallowed) return 'swallowed';
  return lost ? 'lost' : 'done';
};

/** Whether a connect is refused. */
export const decideRefusal = (settings: FaultSettings, random: RandomSource): boolean =>
  random.next() < settings.refuseShare;

/** A time of which all have this mean and none is due sooner for having waited: an exponential distribution. */
const timeWithMean = (meanMs: number, draw: number): number | undefined =>
  meanMs === 0 ? undefined : -Math.log(1 - draw) * meanMs;

export const decideSocket = (settings: FaultSettings, random: RandomSource): SocketFate => ({
  disconnectMs: timeWithMean(settings.disconnectEveryMs, random.next()),
  halfOpenMs: timeWithMean(settings.halfOpenEveryMs, random.next()),
});

export const decideActivationMs = (settings: FaultSettings, random: RandomSource): number =>
  random.next() * settings.activationMs;

/** How long something takes to cross the network once. */
export const decideHopMs = (settings: FaultSettings, random: RandomSource): number =>
  settings.hopMs + random.next() * settings.hopJitterMs;
