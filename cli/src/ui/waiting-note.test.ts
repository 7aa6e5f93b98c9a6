import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { noteWaiting } from './waiting-note.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function written(isTTY: boolean) {
  const texts: string[] = [];
  const end = noteWaiting('waiting for Shop/Orders', { isTTY, write: (text) => texts.push(text) });
  return { texts, end };
}

describe('a note of what a command waits for', () => {
  it('comes after half a second, and is gone at the end', () => {
    const { texts, end } = written(true);
    vi.advanceTimersByTime(499);
    expect(texts).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(texts).toEqual(['… waiting for Shop/Orders']);
    end();
    end();
    expect(texts.slice(1)).toEqual(['\r\u001b[K']);
  });

  it('does not come where the end came before', () => {
    const { texts, end } = written(true);
    end();
    vi.advanceTimersByTime(1000);
    expect(texts).toEqual([]);
  });

  it('does not come where nobody watches', () => {
    const { texts } = written(false);
    vi.advanceTimersByTime(1000);
    expect(texts).toEqual([]);
  });
});
