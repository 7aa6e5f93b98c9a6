import { expect, it } from 'vitest';
import { createStartDifferences } from './start-differences.ts';

it('tells what differs from Lambda once all functions are prepared, each difference once and for whom', () => {
  const differences = createStartDifferences();
  differences.expect(['Shop/A', 'Shop/B', 'Shop/C']);
  expect(differences.prepared('Shop/A', ['Source maps are on.', 'Older Node.'])).toBeUndefined();
  expect(differences.awaits('Shop/B')).toBe(true);
  expect(differences.prepared('Shop/B', ['Source maps are on.', 'Older Node.'])).toBeUndefined();
  expect(differences.prepared('Shop/C', ['Source maps are on.', 'Function Shop/C: no layer.'])).toEqual([
    'Source maps are on. (all functions)',
    'Older Node. (Shop/A, Shop/B)',
    'Function Shop/C: no layer.',
  ]);
  expect(differences.awaits('Shop/B')).toBe(false);
  expect(differences.prepared('Shop/B', ['Later.'])).toBeUndefined();
});
