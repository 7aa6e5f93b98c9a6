import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createOpener, createSealer, replayWindow } from './sealing.ts';

const key = randomBytes(32);
const header = (counter: number) => Buffer.from(`header ${counter}`);
const plain = Buffer.from('a segment');

function sealed(times: number) {
  const sealer = createSealer(key);
  return Array.from({ length: times }, () => sealer.seal(plain, header));
}

describe('a sealed segment', () => {
  it('opens once, with the header that it was sealed with', () => {
    const [first] = sealed(1);
    const opener = createOpener(key);
    expect(opener.open(first!.sealed, first!.headerBytes, 1)).toEqual(plain);
    expect(opener.open(first!.sealed, first!.headerBytes, 1)).toBe('replayed');
  });

  it('does not open with another header, counter, key, or one flipped bit', () => {
    const [first] = sealed(1);
    const flipped = Buffer.from(first!.sealed);
    flipped[0]! ^= 1;
    expect(createOpener(key).open(first!.sealed, header(2), 1)).toBe('forged');
    expect(createOpener(key).open(first!.sealed, first!.headerBytes, 2)).toBe('forged');
    expect(createOpener(randomBytes(32)).open(first!.sealed, first!.headerBytes, 1)).toBe('forged');
    expect(createOpener(key).open(flipped, first!.headerBytes, 1)).toBe('forged');
    expect(createOpener(key).open(first!.sealed.subarray(0, 15), first!.headerBytes, 1)).toBe('forged');
  });

  it('still opens after a forgery with its counter', () => {
    const [first] = sealed(1);
    const opener = createOpener(key);
    expect(opener.open(randomBytes(40), first!.headerBytes, 1)).toBe('forged');
    expect(opener.open(first!.sealed, first!.headerBytes, 1)).toEqual(plain);
  });

  it('never repeats a counter', () => {
    const counters = sealed(1000).map(({ headerBytes }) => headerBytes.toString());
    expect(new Set(counters).size).toBe(1000);
  });

  it('opens out of order within the window, and not behind it', () => {
    const sealer = createSealer(key);
    const opener = createOpener(key);
    const early = [1, 2].map(() => sealer.seal(plain, header));
    let last = early[0]!;
    for (let counter = 3; counter <= replayWindow + 2; counter++) last = sealer.seal(plain, header);
    expect(opener.open(last.sealed, last.headerBytes, replayWindow + 2)).toEqual(plain);
    expect(opener.open(early[1]!.sealed, early[1]!.headerBytes, 2)).toBe('replayed');
    const inside = createOpener(key);
    expect(inside.open(early[1]!.sealed, early[1]!.headerBytes, 2)).toEqual(plain);
    expect(inside.open(early[0]!.sealed, early[0]!.headerBytes, 1)).toEqual(plain);
  });
});
