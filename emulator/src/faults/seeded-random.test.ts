import { describe, expect, it } from 'vitest';
import { createSeededRandom } from './seeded-random.ts';

const draw = (count: number, seed: number, stream?: number): readonly number[] => {
  const random = createSeededRandom(seed, stream);
  return Array.from({ length: count }, () => random.next());
};

describe('seeded random numbers', () => {
  it('are the same for the same seed, in every version, so that a noted run can be replayed', () => {
    expect(draw(4, 7).map((number) => Math.floor(number * 2 ** 32))).toEqual([
      1_195_596_648, 801_224_261, 1_306_205_162, 1_877_081_192,
    ]);
  });

  it.each([
    ['another seed', draw(8, 8)],
    ['a seed that differs above 32 bits only', draw(8, 7 + 2 ** 32)],
    ['another stream', draw(8, 7, 1)],
  ])('are others for %s', (_case, others) => {
    expect(others.filter((number) => draw(8, 7).includes(number))).toEqual([]);
  });

  it('are spread evenly from 0 to below 1', () => {
    const buckets = Array.from({ length: 10 }, () => 0);
    for (const number of draw(100_000, 1)) buckets[Math.floor(number * 10)]! += 1;
    expect(buckets).toHaveLength(10);
    for (const count of buckets) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it('do not follow from the number before', () => {
    const numbers = draw(100_000, 1);
    const rises = numbers.filter((number, index) => number > (numbers[index - 1] ?? 1));
    expect(Math.abs(rises.length - 50_000)).toBeLessThan(500);
  });
});
