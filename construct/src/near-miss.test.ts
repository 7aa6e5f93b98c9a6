import { describe, expect, test } from 'vitest';
import { editDistance, nearMisses } from './near-miss.ts';

test.each([
  ['kitten', 'sitting', 3],
  ['', 'abc', 3],
  ['abc', '', 3],
  ['same', 'same', 0],
])('%j becomes %j in %i steps', (from, to, steps) => expect(editDistance(from, to)).toBe(steps));

describe('near misses of a mistyped name', () => {
  const candidates = ['Shop/CreateOrder', 'Shop/CancelOrder', 'Shop/Health', 'Shop/RenderReceipt'];

  test('are those with few letters different, the nearest first', () => {
    expect(nearMisses('CreateOrdr', candidates)[0]).toBe('Shop/CreateOrder');
    expect(nearMisses('Shop/Helth', candidates)).toEqual(['Shop/Health']);
  });

  test('do not care about upper and lower case', () => {
    expect(nearMisses('renderreceipt', candidates)).toEqual(['Shop/RenderReceipt']);
  });

  test('include those that contain the name', () =>
    expect(nearMisses('receipt', candidates)).toEqual(['Shop/RenderReceipt']));

  test('are none for a name that resembles nothing', () => expect(nearMisses('Zebra', candidates)).toEqual([]));

  test('are at most three', () => {
    expect(nearMisses('Fn', ['S/Fn1', 'S/Fn2', 'S/Fn3', 'S/Fn4'])).toEqual(['S/Fn1', 'S/Fn2', 'S/Fn3']);
  });
});
