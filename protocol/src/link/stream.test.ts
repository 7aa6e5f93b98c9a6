import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type Chunk,
  coalesceMs,
  createStreamReceiver,
  createStreamSender,
  maxChunkBytes,
  streamWindowBytes,
} from './stream.ts';

describe('a stream', () => {
  it('sends small writes together, once the first is 40 ms old', () => {
    const sender = createStreamSender();
    for (let write = 0; write < 1000; write++) sender.write(Buffer.from('twenty bytes, always'), write / 100);
    expect(sender.due(coalesceMs - 1)).toEqual([]);
    expect(sender.nextDueMs()).toBe(coalesceMs);
    const chunks = sender.due(coalesceMs);
    expect(chunks.map(({ offset, data }) => [offset, data.length])).toEqual([[0, 20_000]]);
  });

  it('sends a full chunk at once, and the end with the last bytes', () => {
    const sender = createStreamSender();
    sender.write(Buffer.alloc(maxChunkBytes + 5), 0);
    expect(sender.due(0).map(({ data }) => data.length)).toEqual([maxChunkBytes]);
    sender.end(undefined);
    expect(sender.due(0)).toMatchObject([{ offset: maxChunkBytes, end: true }]);
    expect(sender.finished).toBe(true);
    expect(sender.due(1000)).toEqual([]);
  });

  it('ends without a byte too, and with an error', () => {
    const sender = createStreamSender();
    sender.end(Buffer.from('{}'));
    expect(sender.due(0)).toMatchObject([{ offset: 0, end: true, error: Buffer.from('{}') }]);
  });

  it('is held back by the credit, and keeps what has not arrived', () => {
    const sender = createStreamSender();
    sender.write(Buffer.alloc(2 * streamWindowBytes), 0);
    const first = sender.due(0);
    expect(first.reduce((sum, { data }) => sum + data.length, 0)).toBeLessThanOrEqual(streamWindowBytes);
    expect(sender.full).toBe(true);
    expect(sender.unconfirmed()).toHaveLength(first.length);
    sender.credit(streamWindowBytes + maxChunkBytes, maxChunkBytes);
    expect(sender.unconfirmed()).toHaveLength(first.length - 1);
    expect(sender.due(1000).length).toBeGreaterThan(0);
  });

  it('comes out in order whatever order its chunks come in, each once', () => {
    const sender = createStreamSender();
    const bytes = randomBytes(1_500_000);
    sender.write(bytes, 0);
    sender.end(undefined);
    const receiver = createStreamReceiver();
    const out: Uint8Array[] = [];
    let ends = 0;
    for (const chunk of [...sender.due(0), ...sender.unconfirmed()].reverse()) {
      const { data, end } = receiver.chunk(chunk);
      out.push(...data);
      if (end) ends += 1;
    }
    expect(Buffer.concat(out).equals(bytes)).toBe(true);
    expect(ends).toBe(1);
  });

  it('takes nothing that lies beyond what was allowed', () => {
    const receiver = createStreamReceiver();
    const far: Chunk = { offset: 3 * streamWindowBytes, data: Buffer.alloc(10), end: false, error: new Uint8Array(0) };
    receiver.chunk(far);
    expect(receiver.gap).toBe(false);
    receiver.chunk({ ...far, offset: 100 });
    expect(receiver.gap).toBe(true);
  });

  it('passes 200 MB through a flat memory', () => {
    const sender = createStreamSender();
    const receiver = createStreamReceiver();
    const block = randomBytes(500_000);
    let written = 0;
    let taken = 0;
    let held = 0;
    while (taken < 200_000_000) {
      while (!sender.full && written < 200_000_000) {
        sender.write(block, written);
        written += block.length;
      }
      if (written >= 200_000_000) sender.end(undefined);
      held = Math.max(
        held,
        sender.unconfirmed().reduce((sum, { data }) => sum + data.length, 0),
      );
      for (const chunk of sender.due(written + coalesceMs)) {
        for (const data of receiver.chunk(chunk).data) {
          receiver.taken(data.length);
          taken += data.length;
        }
      }
      const credit = receiver.credit(false);
      if (credit) sender.credit(credit.upToOffset, credit.receivedOffset);
    }
    expect(taken).toBe(200_000_000);
    expect(held).toBeLessThanOrEqual(streamWindowBytes + 2 * maxChunkBytes);
  });
});
