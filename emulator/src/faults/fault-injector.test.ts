import { describe, expect, it } from 'vitest';
import { createFaultInjector } from './fault-injector.ts';

const place = { apiName: 'live', namespace: 'orders' };

const create = () =>
  createFaultInjector({
    seed: 1,
    settings: { dropShare: 0.5, refuseShare: 0.5, activationMs: 2, hopJitterMs: 2 },
    onStruck: () => undefined,
  });

const times = <T>(decide: () => T): readonly T[] => Array.from({ length: 200 }, decide);

describe('decisions of one seed', () => {
  it('about one kind of thing do not depend on how often others were decided', () => {
    const [alone, among] = [create(), create()];
    const drops = times(() => alone.decideDelivery(place));
    const dropsAmong = times(() => {
      among.decidePublish(place);
      among.decideRefusal('live');
      among.decideSocket();
      among.decideActivationMs('live');
      among.decideHopMs();
      return among.decideDelivery(place);
    });
    expect(dropsAmong).toEqual(drops);
  });

  it('about different things do not go together', () => {
    const injector = create();
    const refused = times(() => injector.decideRefusal('live') !== undefined);
    const early = times(() => injector.decideActivationMs('live') < 1);
    const fast = times(() => injector.decideHopMs() < 1);
    const agreeing = [
      refused.filter((refusal, index) => refusal === early[index]),
      refused.filter((refusal, index) => refusal === fast[index]),
      early.filter((soon, index) => soon === fast[index]),
    ].map(({ length }) => length);
    for (const count of agreeing) expect(Math.abs(count - 100)).toBeLessThan(40);
  });
});
