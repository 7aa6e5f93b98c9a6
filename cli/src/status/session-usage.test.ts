import { describe, expect, it } from 'vitest';
import { dollars } from './prices.ts';
import { createUsageCounter } from './session-usage.ts';

describe('the usage of a session', () => {
  it('is counted as AppSync bills it: each 5 KB of an event once as published and once as delivered', () => {
    const counter = createUsageCounter();
    counter.traffic({ direction: 'from-stub', environmentId: 'aa', eventBytes: 5120 });
    counter.traffic({ direction: 'to-stub', environmentId: 'aa', eventBytes: 5121 });
    counter.traffic({ direction: 'to-tunnels', environmentId: undefined, eventBytes: 10 });
    counter.traffic({ direction: 'from-tunnels', environmentId: undefined, eventBytes: 10 });
    // 2 for the connection and subscription of the environment's stub, 2 and 4 for its events, 1 for each of our own.
    expect(counter.read(0)).toMatchObject({
      operations: 10,
      bytes: 10_261,
      priceUsd: expect.closeTo(10 / 1_000_000, 12),
    });
  });

  it('is told by function, what went to and fro before the first invocation included', () => {
    const counter = createUsageCounter();
    counter.traffic({ direction: 'from-stub', environmentId: 'aa', eventBytes: 100 });
    counter.belongs('aa', 'Shop/Orders');
    counter.traffic({ direction: 'to-stub', environmentId: 'aa', eventBytes: 200 });
    counter.traffic({ direction: 'from-stub', environmentId: 'bb', eventBytes: 50 });
    counter.traffic({ direction: 'to-stub', environmentId: 'cc', eventBytes: 7 });
    counter.belongs('cc', 'Shop/Orders');
    counter.finished('Shop/Orders', true);
    counter.finished('Shop/Orders', false);
    counter.finished('Shop/Idle', false);
    expect(counter.read(0)).toMatchObject({
      invocations: 3,
      failures: 1,
      bytes: 357,
      functions: {
        'Shop/Orders': { invocations: 2, failures: 1, operations: 10, bytes: 307 },
        'Shop/Idle': { invocations: 1, failures: 0, operations: 0, bytes: 0 },
      },
    });
  });

  it('has the time of connections in its price', () => {
    const counter = createUsageCounter();
    counter.connected(0);
    expect(counter.read(60_000_000).priceUsd).toBeCloseTo(2 / 1e6 + (1000 * 0.08) / 1e6, 12);
  });

  it('counts on in the sums alone when somebody names ever more environments', () => {
    const counter = createUsageCounter();
    for (let index = 0; index < 3000; index += 1)
      counter.traffic({ direction: 'from-stub', environmentId: `environment-${index}`, eventBytes: 1 });
    counter.belongs('environment-2999', 'Shop/Orders');
    const { operations, bytes, functions } = counter.read(0);
    expect({ operations, bytes, functions }).toEqual({ operations: 2 * 3000 + 2 * 2000, bytes: 3000, functions: {} });
  });
});

describe('a price', () => {
  it.each([
    [0, '$0'],
    [0.000044, '$0.000044'],
    [0.0000021, '$0.0000021'],
    [0.00123, '$0.0012'],
    [0.25, '$0.25'],
    [12.345, '$12.35'],
  ])('of %d is shown as %s', (usd, shown) => {
    expect(dollars(usd)).toBe(shown);
  });
});
