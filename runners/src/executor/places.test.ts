import { describe, expect, it } from 'vitest';
import { type Place, placesToEvict } from './places.ts';

const place = (environmentId: string, lastUse: number, isServing = false): Place => ({
  environmentId,
  request: {
    environmentId,
    fn: { id: 'f', runtime: '', entry: '', handler: '', root: '', memoryMb: 1, timeoutMs: 1 },
    variables: {},
    credentials: undefined,
  },
  held: undefined,
  serving: isServing
    ? { requestId: 'r', deadlineMs: 0, ended: new AbortController(), takenBy: undefined, overdue: false }
    : undefined,
  lastUse,
  cancelIdle: undefined,
});

const evicted = (limit: number, ...places: readonly Place[]) =>
  placesToEvict(places, limit).map(({ environmentId }) => environmentId);

describe('what gives way to a new environment', () => {
  it('is nothing up to the limit', () => {
    expect(evicted(2, place('a', 1), place('b', 2))).toEqual([]);
  });

  it('is what was unused for longest', () => {
    expect(evicted(2, place('a', 3), place('b', 1), place('c', 2), place('new', 4))).toEqual(['b', 'c']);
  });

  it('is never what is busy, nor the newcomer', () => {
    expect(evicted(1, place('a', 1, true), place('b', 2), place('new', 3))).toEqual(['b']);
    expect(evicted(1, place('a', 1, true), place('new', 3))).toEqual([]);
  });
});
