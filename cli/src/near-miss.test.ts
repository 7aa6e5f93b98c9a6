import { describe, expect, it } from 'vitest';
import { didYouMean, nearMisses } from './near-miss.ts';

describe('names that somebody may have meant', () => {
  const functions = ['Shop/CreateOrder', 'Shop/CancelOrder', 'Shop/Receipts'];

  it('are those that differ by a few letters, in whole or in the last part', () => {
    expect(nearMisses('Shop/CreateOrdr', functions)[0]).toBe('Shop/CreateOrder');
    expect(nearMisses('receipt', functions)).toEqual(['Shop/Receipts']);
  });

  it('are those that contain it', () => {
    expect(nearMisses('cancel', functions)).toEqual(['Shop/CancelOrder']);
  });

  it('are none for something else', () => {
    expect(nearMisses('Payments', functions)).toEqual([]);
    expect(didYouMean('Payments', functions)).toBe('');
  });

  it('are offered in a sentence', () => {
    expect(didYouMean('runer', ['runner', 'runners'])).toBe(' Did you mean "runner" or "runners"?');
  });
});
