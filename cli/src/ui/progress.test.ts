import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveEvent } from '../host.ts';
import { createProgress } from './progress.ts';
import { progressOf } from './progress-of.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watch() {
  const told: string[] = [];
  const progress = createProgress({ onSlow: (text) => told.push(text) });
  return { progress, told, follow: progressOf(progress) };
}

const prepared = (id: string): LiveEvent => ({
  type: 'prepared',
  function: id,
  runner: 'esm',
  generation: 1,
  durationMs: 1,
  notes: [],
});

describe('progress', () => {
  it('tells what takes longer than half a second, and nothing else', () => {
    const { progress, told } = watch();
    progress.begin('a', 'fetching');
    progress.begin('b', 'building');
    vi.advanceTimersByTime(499);
    progress.end('a');
    vi.advanceTimersByTime(1);
    expect(told).toEqual(['building']);
    expect(progress.current()).toBe('building');
    progress.end('b');
    expect(progress.current()).toBeUndefined();
  });

  it('begins anew with the next step, and ends with everything', () => {
    const { progress, told } = watch();
    progress.begin('start', 'asking');
    vi.advanceTimersByTime(400);
    progress.begin('start', 'connecting');
    vi.advanceTimersByTime(400);
    expect(told).toEqual([]);
    progress.close();
    vi.advanceTimersByTime(1000);
    expect(told).toEqual([]);
  });

  it('follows the start of a tunnel, and the builds', () => {
    const { progress, told, follow } = watch();
    follow({ type: 'progress', text: 'asking AWS who you are' });
    vi.advanceTimersByTime(500);
    expect(progress.current()).toBe('asking AWS who you are');
    follow({ type: 'ready' });
    expect(progress.current()).toBeUndefined();
    follow({ type: 'changed', function: 'Shop/Orders', files: ['a.ts'], count: 1 });
    vi.advanceTimersByTime(500);
    expect(told.at(-1)).toBe('building Shop/Orders');
    follow(prepared('Shop/Orders'));
    expect(progress.current()).toBeUndefined();
  });
});
