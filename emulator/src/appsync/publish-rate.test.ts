import { describe, expect, it } from 'vitest';
import { countPublish, type PublishHistory } from './publish-rate.ts';

/** Which of the requests at these times get through. */
const admit = (timesMs: readonly number[], perSecond: number): readonly boolean[] => {
  let history: PublishHistory = [];
  return timesMs.map((nowMs) => {
    const verdict = countPublish(history, { nowMs, perSecond });
    history = verdict.history;
    return verdict.type === 'within';
  });
};

describe('the rate of publish requests', () => {
  it('is limited within any second, not from one full second to the next', () => {
    expect(admit([0, 999, 999, 1_000, 1_001], 2)).toEqual([true, true, false, true, false]);
  });

  it('does not count what was refused', () => {
    expect(admit([0, 500, 600, 700, 1_000], 1)).toEqual([true, false, false, false, true]);
  });
});
