import { describe, expect, it } from 'vitest';
import { findRunner } from './runners.ts';
import { tsxRunner } from './tsx-runner.ts';

describe('looking a runner up', () => {
  it('finds one by its name', () => {
    expect(findRunner('tsx')).toBe(tsxRunner);
  });

  it('says which names there are where there is none of that name', () => {
    expect(() => findRunner('deno')).toThrow('There is no runner named "deno". Choose one of: tsx.');
  });
});
