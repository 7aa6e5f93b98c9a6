import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SocketFate } from './decisions.ts';
import { createSocketTimers } from './socket-timers.ts';

let fate: SocketFate;
let happened: string[];

beforeEach(() => {
  vi.useFakeTimers();
  happened = [];
});
afterEach(() => vi.useRealTimers());

const create = () =>
  createSocketTimers({
    decide: () => fate,
    onDisconnect: () => happened.push('disconnect'),
    onHalfOpen: () => happened.push('half-open'),
  });

describe('the harm to a socket', () => {
  it('comes when it is due', () => {
    fate = { disconnectMs: 20, halfOpenMs: 10 };
    create().arm();
    vi.advanceTimersByTime(10);
    expect(happened).toEqual(['half-open']);
    vi.advanceTimersByTime(10);
    expect(happened).toEqual(['half-open', 'disconnect']);
  });

  it('is decided anew when it is armed again', () => {
    fate = { disconnectMs: 20, halfOpenMs: undefined };
    const timers = create();
    timers.arm();
    fate = { disconnectMs: undefined, halfOpenMs: undefined };
    timers.arm();
    vi.advanceTimersByTime(1_000);
    expect(happened).toEqual([]);
  });

  it('does not come after the end, nor at once where it is too far away for a timer', () => {
    fate = { disconnectMs: 2 ** 31, halfOpenMs: 10 };
    const timers = create();
    timers.arm();
    timers.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
