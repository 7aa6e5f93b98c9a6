import { describe, expect, it } from 'vitest';
import {
  decideActivationMs,
  decideDelivery,
  decideHopMs,
  decidePublish,
  decideRefusal,
  decideSocket,
} from './decisions.ts';
import { changeFaults, type FaultSettings, noFaults } from './fault-settings.ts';
import { createSeededRandom } from './seeded-random.ts';

const times = 10_000;

const many = <T>(decide: (random: ReturnType<typeof createSeededRandom>) => T): readonly T[] => {
  const random = createSeededRandom(1);
  return Array.from({ length: times }, () => decide(random));
};

const deliver = (changes: Partial<FaultSettings>, namespace = 'orders') =>
  many((random) => decideDelivery({ ...noFaults, ...changes }, random, namespace));

const share = (all: readonly unknown[], some: readonly unknown[]): number => some.length / all.length;

describe('a delivery', () => {
  const untouched = [{ holdMs: 0, corruption: undefined }];

  it('arrives once and at once without faults', () => {
    expect(deliver({})).toEqual(Array.from({ length: times }, () => untouched));
  });

  it('is dropped, duplicated, held back and corrupted as often as is asked', () => {
    const fates = deliver({ dropShare: 0.1, duplicateShare: 0.2, reorderShare: 0.3, reorderMs: 80, corruptShare: 0.4 });
    const arrived = fates.filter((copies) => copies.length > 0);
    const copies = fates.flat();
    const held = copies.filter(({ holdMs }) => holdMs > 0);
    expect(1 - share(fates, arrived)).toBeCloseTo(0.1, 1);
    expect(
      share(
        arrived,
        arrived.filter(({ length }) => length === 2),
      ),
    ).toBeCloseTo(0.2, 1);
    expect(share(copies, held)).toBeCloseTo(0.3, 1);
    expect(
      share(
        copies,
        copies.filter(({ corruption }) => corruption),
      ),
    ).toBeCloseTo(0.4, 1);
    const heldMs = held.map(({ holdMs }) => holdMs);
    expect(Math.max(...heldMs)).toBeLessThan(80);
    expect(heldMs.reduce((sum, ms) => sum + ms, 0) / heldMs.length).toBeCloseTo(40, -1);
  });

  it('is left alone in a namespace that the faults do not concern', () => {
    const changes = { dropShare: 1, namespaces: ['stock'] };
    expect(deliver(changes)).toContainEqual(untouched);
    expect(deliver(changes, 'stock').flat()).toEqual([]);
  });

  it('is decided alike whatever becomes of those before it, and whatever other faults there are', () => {
    const dropped = (changes: Partial<FaultSettings>) =>
      deliver({ dropShare: 0.3, ...changes }).map((f) => f.length === 0);
    expect(dropped({ duplicateShare: 0.5, corruptShare: 0.5 })).toEqual(dropped({}));
    expect(dropped({ dropShare: 0 })).not.toContain(true);
  });
});

describe('a publish request', () => {
  const publish = (changes: Partial<FaultSettings>, namespace = 'orders') =>
    many((random) => decidePublish({ ...noFaults, ...changes }, random, namespace));
  const countOf = (fates: readonly string[], fate: string) =>
    share(
      fates,
      fates.filter((other) => other === fate),
    );

  it('is done without faults, and where they do not concern its namespace', () => {
    expect(new Set(publish({}))).toEqual(new Set(['done']));
    const changes = { throttleShare: 1, namespaces: ['stock'] };
    expect(new Set(publish(changes))).toEqual(new Set(['done']));
    expect(new Set(publish(changes, 'stock'))).toEqual(new Set(['throttled']));
  });

  it('is throttled, swallowed and lost as often as is asked', () => {
    const fates = publish({ throttleShare: 0.5, swallowShare: 0.4, loseShare: 0.5 });
    expect(countOf(fates, 'throttled')).toBeCloseTo(0.5, 1);
    expect(countOf(fates, 'swallowed')).toBeCloseTo(0.2, 1);
    expect(countOf(fates, 'lost')).toBeCloseTo(0.15, 1);
  });
});

describe('a connection', () => {
  it('comes to no harm without faults', () => {
    expect(many((random) => decideRefusal(noFaults, random))).not.toContain(true);
    expect(many((random) => decideSocket(noFaults, random))).toContainEqual({
      disconnectMs: undefined,
      halfOpenMs: undefined,
    });
  });

  it('is refused as often as is asked', () => {
    const refusals = many((random) => decideRefusal({ ...noFaults, refuseShare: 0.25 }, random));
    expect(share(refusals, refusals.filter(Boolean))).toBeCloseTo(0.25, 1);
  });

  it('is cut and goes silent after times of the means that are asked', () => {
    const fates = many((random) =>
      decideSocket({ ...noFaults, disconnectEveryMs: 100, halfOpenEveryMs: 1_000 }, random),
    );
    const mean = (key: keyof (typeof fates)[number]) => fates.reduce((sum, fate) => sum + (fate[key] ?? 0), 0) / times;
    expect(mean('disconnectMs') / 100).toBeCloseTo(1, 1);
    expect(mean('halfOpenMs') / 1_000).toBeCloseTo(1, 1);
  });

  it('gives a subscription its events after a time up to the one that is asked', () => {
    const delays = many((random) => decideActivationMs({ ...noFaults, activationMs: 2_000 }, random));
    expect(Math.max(...delays)).toBeLessThan(2_000);
    expect(Math.max(...delays)).toBeGreaterThan(1_950);
    expect(Math.min(...delays)).toBeLessThan(50);
  });

  it('takes its time for a hop, and up to the jitter more', () => {
    const hops = many((random) => decideHopMs({ ...noFaults, hopMs: 30, hopJitterMs: 10 }, random));
    expect(Math.min(...hops)).toBeGreaterThanOrEqual(30);
    expect(Math.min(...hops)).toBeLessThan(31);
    expect(Math.max(...hops)).toBeGreaterThan(39);
    expect(Math.max(...hops)).toBeLessThan(40);
  });
});

describe('fault settings', () => {
  it('change where they are named only', () => {
    const once = changeFaults(noFaults, { dropShare: 0.5, clockSkewMs: -240_000 });
    expect(changeFaults(once, { dropShare: 1 })).toEqual({ ...noFaults, dropShare: 1, clockSkewMs: -240_000 });
  });

  it.each([
    [{ dropShare: 5 }, 'dropShare is a share between 0 and 1, and is 5'],
    [{ corruptShare: -0.1 }, 'corruptShare is a share'],
    [{ hopMs: -1 }, 'hopMs is a time of 0 ms or more, and is -1'],
    [{ reorderMs: Number.NaN }, 'reorderMs must be a finite number'],
    [JSON.parse('{"dropRate":0.5}'), 'no fault setting "dropRate"'],
  ])('refuse %j', (changes, message) => {
    expect(() => changeFaults(noFaults, changes)).toThrow(message);
  });
});
