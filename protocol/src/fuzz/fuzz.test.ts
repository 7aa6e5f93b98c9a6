import { describe, expect, it } from 'vitest';
import { eventBytes, eventText } from '../appsync/event-text.ts';
import { readServiceMessage } from '../appsync/service-messages.ts';
import { bytesOf, vectors } from '../fixtures/golden-vectors.ts';
import { FuzzFailure, type FuzzOptions, runFuzz } from './run-fuzz.ts';

const events = [
  ...vectors<{ readonly bytes: string }>('channel-events').map(({ bytes }) => bytesOf(bytes)),
  ...vectors<{ readonly events: readonly string[] }>('conversation').flatMap((step) => step.events.map(bytesOf)),
];
const messages = vectors<{ readonly bytes: string }>('messages').map(({ bytes }) => bytesOf(bytes));

const maxHeapGrowthBytes = 128 * 1024 * 1024;

async function heapBytes(): Promise<number> {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function fuzz(over: Partial<FuzzOptions> = {}) {
  return runFuzz({
    ...{ seed: 7, frames: 2000, events, messages, heapBytes, heapEvery: 1000 },
    ...{ readers: { eventBytes, eventText, readServiceMessage }, heavyEvery: 2000, hangMs: 20_000 },
    ...over,
  });
}

describe('everything that reads what comes from outside', () => {
  it('bears 20,000 hostile frames without an exception, a hang or growing memory', async () => {
    const before = await heapBytes();
    const { byTarget, heap } = await fuzz({ frames: 20_000 });
    expect(byTarget.reduce((sum, { frames }) => sum + frames, 0)).toBe(20_000);
    expect(byTarget.every(({ frames }) => frames > 1000)).toBe(true);
    expect(heap.endBytes - before).toBeLessThan(maxHeapGrowthBytes);
  });
});

describe('the fuzzer', () => {
  it('feeds the same frames for the same seed, and others for another', async () => {
    const fed = async (seed: number) => {
      const frames: string[] = [];
      await fuzz({ seed, frames: 300, onFrame: ({ target, bytes }) => frames.push(`${target} ${bytes.length}`) });
      return frames;
    };
    expect(await fed(1)).toEqual(await fed(1));
    expect(await fed(1)).not.toEqual(await fed(2));
  });

  it('names seed, number and bytes of the frame at which a reader throws', async () => {
    const readers = {
      eventText,
      eventBytes,
      readServiceMessage: () => {
        throw new TypeError('no such property');
      },
    };
    let last: Uint8Array = new Uint8Array(0);
    const onFrame: FuzzOptions['onFrame'] = ({ bytes }) => {
      last = bytes;
    };
    const failure: unknown = await fuzz({ readers, onFrame }).catch((error) => error);
    expect(failure).toBeInstanceOf(FuzzFailure);
    expect(String(failure)).toMatch(/service message, frame \d+ of seed 7: TypeError: no such property/);
    expect(String(failure)).toContain(`The frame: ${Buffer.from(last).toString('hex')}`);
  });

  it('names a frame that takes too long', async () => {
    await expect(fuzz({ hangMs: 0 })).rejects.toThrow(/frame 0 of seed 7: took \d+ ms/);
  });
});
