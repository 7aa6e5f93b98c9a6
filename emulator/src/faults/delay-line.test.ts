import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDelayLine, type DelayLine } from './delay-line.ts';

let line: DelayLine;
let out: string[];

beforeEach(() => {
  vi.useFakeTimers();
  out = [];
  line = createDelayLine(() => performance.now());
});
afterEach(() => vi.useRealTimers());

const put = (name: string, delayMs: number): void => line.put(() => out.push(name), delayMs);

describe('a delay line', () => {
  it('passes on at once what needs no time', () => {
    put('a', 0);
    expect(out).toEqual(['a']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('holds each thing for its time', () => {
    put('a', 30);
    vi.advanceTimersByTime(10);
    put('b', 30);
    vi.advanceTimersByTime(19);
    expect(out).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(out).toEqual(['a']);
    vi.advanceTimersByTime(10);
    expect(out).toEqual(['a', 'b']);
  });

  it('lets nothing overtake', () => {
    put('slow', 50);
    put('fast', 10);
    put('now', 0);
    vi.advanceTimersByTime(49);
    expect(out).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(out).toEqual(['slow', 'fast', 'now']);
  });

  it('keeps the order of what is put in while something comes out', () => {
    line.put(() => {
      out.push('a');
      put('c', 0);
    }, 10);
    put('b', 10);
    vi.advanceTimersByTime(10);
    expect(out).toEqual(['a', 'b', 'c']);
  });

  it('forgets what waits when it is cleared, and passes on what comes after', () => {
    put('a', 10);
    line.clear();
    vi.advanceTimersByTime(100);
    expect(out).toEqual([]);
    put('b', 10);
    vi.advanceTimersByTime(10);
    expect(out).toEqual(['b']);
  });
});
