import { deflateRawSync } from 'node:zlib';
import type { Codec, Direction, FrameHeader } from '../messages.ts';
import { maxSegmentBytes, maxSegments } from '../packing.ts';
import { createSealer } from '../sealing.ts';
import { encodeChannelEvent, encodeFrameHeader } from '../wire/channel-event.ts';
import { edgeNumber, mutated } from './hostile-bytes.ts';
import type { Random } from './random.ts';

/** Somebody who holds the keys of a conversation and seals what the protocol would never seal. */
export interface Enemy {
  /** The events that carry these bytes as a message: whole and right, or with lies in their headers. */
  seal(message: Uint8Array): readonly Uint8Array[];
}

export function createEnemy(options: {
  readonly random: Random;
  readonly key: Uint8Array;
  readonly keyId: Uint8Array;
  readonly direction: Direction;
  readonly environmentId: Uint8Array;
}): Enemy {
  const { random, direction } = options;
  const sealer = createSealer(options.key);
  const past: Uint8Array[] = [];
  let sent = 0;

  function lie(header: FrameHeader): FrameHeader {
    const number = Math.min(edgeNumber(random), Number.MAX_SAFE_INTEGER);
    const count = random.pick([0, 1, 2, maxSegments, maxSegments + 1, 2 ** 32 - 1]);
    switch (random.below(7)) {
      case 0:
        return { ...header, message: number };
      case 1:
        return { ...header, index: number % 2 ** 32 };
      case 2:
        return { ...header, count };
      case 3:
        // The first of a message that never goes on.
        return { ...header, index: random.below(maxSegments), count: maxSegments };
      case 4:
        return { ...header, codec: header.codec === 'none' ? 'deflate' : 'none' };
      case 5:
        return { ...header, version: number % 2 ** 32 };
      default:
        return { ...header, counter: number };
    }
  }

  function sealed(segment: Uint8Array, header: Omit<FrameHeader, 'counter'>): Uint8Array {
    const seal = sealer.seal(segment, (counter) => {
      const right: FrameHeader = { ...header, counter };
      return encodeFrameHeader(random.oneIn(6) ? lie(right) : right);
    });
    const event = encodeChannelEvent({ kind: 'frame', ...seal });
    return random.oneIn(30) ? mutated(event, random) : event;
  }

  return {
    seal(message) {
      sent += 1;
      const codec: Codec = random.oneIn(3) || message.length > maxSegmentBytes ? 'deflate' : 'none';
      // A stored block where deflating hostile bytes would only cost time.
      const body = codec === 'deflate' ? deflateRawSync(message, { level: 1 }) : message;
      const count = Math.max(Math.ceil(body.length / maxSegmentBytes), random.oneIn(6) ? 1 + random.below(5) : 1);
      const size = Math.ceil(body.length / count);
      const { keyId, environmentId } = options;
      const events = Array.from({ length: count }, (_, index) =>
        sealed(body.subarray(index * size, (index + 1) * size), {
          ...{ version: 1, environmentId, keyId, direction, message: sent, index, count, codec },
        }),
      );
      const replayed = random.oneIn(10) ? past.slice(-2) : [];
      past.splice(0, past.length, ...events.slice(0, 3));
      return random.oneIn(4) ? [...events.reverse(), ...replayed] : [...events, ...replayed];
    },
  };
}
