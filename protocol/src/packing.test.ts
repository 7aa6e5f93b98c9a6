import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { eventText } from './appsync/event-text.ts';
import {
  createReassembly,
  MessageTooLargeError,
  maxEventBytes,
  maxMessageBytes,
  maxSegmentBytes,
  maxSegments,
  pack,
} from './packing.ts';
import { createSealer } from './sealing.ts';
import { encodeChannelEvent, encodeFrameHeader } from './wire/channel-event.ts';

const header = (index: number, count: number, message = 1) => ({ message, index, count, codec: 'none' as const });

describe('packing', () => {
  it('compresses what repeats itself and leaves alone what does not', () => {
    const text = Buffer.from('{"item":"apple","quantity":1.0}'.repeat(1000));
    const noise = randomBytes(50_000);
    expect(pack(text, 'deflate').codec).toBe('deflate');
    expect(pack(noise, 'deflate')).toEqual({ codec: 'none', segments: [noise] });
    expect(pack(text, 'none').codec).toBe('none');
  });

  it('splits so that the largest frame fits an event with every number at its longest', () => {
    const sealer = createSealer(randomBytes(32));
    const { headerBytes, sealed } = sealer.seal(randomBytes(maxSegmentBytes), () =>
      encodeFrameHeader({
        version: 2 ** 32 - 1,
        environmentId: randomBytes(16),
        keyId: randomBytes(8),
        direction: 'to-stub',
        message: Number.MAX_SAFE_INTEGER,
        index: maxSegments - 1,
        count: maxSegments,
        counter: Number.MAX_SAFE_INTEGER,
        codec: 'deflate',
      }),
    );
    const text = eventText(encodeChannelEvent({ kind: 'frame', headerBytes, sealed }));
    expect(text.length).toBeLessThanOrEqual(maxEventBytes);
    expect(text.length).toBeGreaterThan(maxEventBytes - 200);
  });

  it('makes one segment of an empty message', () => {
    expect(pack(new Uint8Array(0), 'deflate').segments).toHaveLength(1);
  });

  it('refuses a message that is larger than can be carried', () => {
    expect(() => pack(new Uint8Array(maxMessageBytes + 1), 'deflate')).toThrow(MessageTooLargeError);
  });
});

describe('a large message', () => {
  it('is compressed when samples of it shrink, and left alone when they do not', () => {
    const line = '{"sku":"TEA-0042","price":1.0},';
    expect(pack(Buffer.from(line.repeat(20_000)), 'deflate').codec).toBe('deflate');
    expect(pack(randomBytes(1_000_000), 'deflate').codec).toBe('none');
    const mixed = Buffer.concat([randomBytes(100_000), Buffer.from(line.repeat(40_000))]);
    expect(pack(mixed, 'deflate').codec).toBe('deflate');
  });
});

describe('reassembly', () => {
  it.each(['deflate', 'none'] as const)('gives back a message of 6 MB whose segments came in reverse (%s)', (codec) => {
    const message = Buffer.concat([randomBytes(3_000_000), Buffer.alloc(3_291_556, 'abc')]);
    const packed = pack(message, codec);
    const reassembly = createReassembly();
    const count = packed.segments.length;
    expect(count).toBeGreaterThan(10);
    const states = packed.segments
      .map((segment, index) => ({ segment, index }))
      .reverse()
      .map(({ segment, index }) => reassembly.add({ message: 1, index, count, codec: packed.codec }, segment, 0));
    expect(states.slice(0, -1).every(({ state }) => state === 'partial')).toBe(true);
    const last = states.at(-1);
    expect(last?.state === 'complete' && Buffer.compare(last.message, message)).toBe(0);
  });

  it('keeps messages apart whose segments come mixed', () => {
    const reassembly = createReassembly();
    reassembly.add(header(0, 2, 1), Buffer.from('a'), 0);
    reassembly.add(header(0, 2, 2), Buffer.from('c'), 0);
    expect(reassembly.add(header(1, 2, 2), Buffer.from('d'), 0)).toMatchObject({
      state: 'complete',
      message: Buffer.from('cd'),
    });
    expect(reassembly.add(header(1, 2, 1), Buffer.from('b'), 0)).toMatchObject({
      state: 'complete',
      message: Buffer.from('ab'),
    });
  });

  it('refuses counts, repetitions and contradictions', () => {
    const reassembly = createReassembly();
    expect(reassembly.add(header(0, maxSegments + 1), Buffer.from('a'), 0).state).toBe('refused');
    reassembly.add(header(0, 3), Buffer.from('a'), 0);
    expect(reassembly.add(header(0, 3), Buffer.from('b'), 0)).toMatchObject({
      state: 'refused',
      reason: 'segment 0 came twice',
    });
    expect(reassembly.add(header(1, 2), Buffer.from('b'), 0)).toMatchObject({
      state: 'refused',
      reason: 'segments of one message disagree',
    });
  });

  it('forgets the oldest incomplete message rather than grow', () => {
    const reassembly = createReassembly({ maxMessages: 2, maxBytes: 1000, maxAgeMs: 1000 });
    for (const message of [1, 2, 3]) reassembly.add(header(0, 2, message), Buffer.from('x'), 0);
    expect(reassembly.add(header(1, 2, 3), Buffer.from('y'), 0).state).toBe('complete');
    expect(reassembly.add(header(1, 2, 1), Buffer.from('y'), 0).state).toBe('partial');
  });

  it('forgets a message that got no segment for too long', () => {
    const reassembly = createReassembly({ maxMessages: 2, maxBytes: 1000, maxAgeMs: 1000 });
    reassembly.add(header(0, 2, 1), Buffer.from('x'), 0);
    reassembly.add(header(0, 2, 2), Buffer.from('x'), 1001);
    expect(reassembly.add(header(1, 2, 1), Buffer.from('y'), 1001).state).toBe('partial');
  });

  it('refuses what inflates beyond the largest message', () => {
    const bomb = pack(new Uint8Array(maxMessageBytes), 'deflate');
    const twice = Buffer.concat([...bomb.segments, ...bomb.segments]);
    const reassembly = createReassembly();
    expect(
      reassembly.add({ message: 1, index: 0, count: 1, codec: 'deflate' }, Buffer.from('not deflate'), 0).state,
    ).toBe('refused');
    expect(
      reassembly.add({ message: 2, index: 0, count: 1, codec: 'none' }, new Uint8Array(maxMessageBytes + 1), 0).state,
    ).toBe('refused');
    expect(bomb.segments).toHaveLength(1);
    expect(twice.length).toBeLessThan(100_000);
  });
});
