import { deflateRawSync } from 'node:zlib';
import {
  createReassembly,
  defaultReassemblyLimits,
  maxMessageBytes,
  maxSegments,
  type Reassembly,
} from '../packing.ts';
import { createSealedSession, type SealedSession } from '../sealed-session.ts';
import { decodeChannelEvent } from '../wire/channel-event.ts';
import { WireError } from '../wire/fields.ts';
import { createEnemy, type Enemy } from './enemy.ts';
import { edgeNumber, mutated } from './hostile-bytes.ts';
import { hostileMessage } from './hostile-messages.ts';
import { demand, type Target, type TargetOptions } from './target.ts';

/** Bytes of an incomplete message that are a tenth of what may be held. */
const largeSegmentBytes = 180_000;

/** Reassembly, given segments of messages that disagree, never end, or are not what they say. */
export function reassemblyTarget({ random, heavyEvery }: TargetOptions): Target {
  let reassembly = createReassembly();
  let nowMs = 0;
  let bomb: Uint8Array | undefined;

  function segmentOf(): Uint8Array {
    if (random.oneIn(100)) return new Uint8Array(largeSegmentBytes);
    const some = random.bytes(random.size(300));
    return random.oneIn(3) ? deflateRawSync(some) : some;
  }

  function headerOf(): Parameters<Reassembly['add']>[0] {
    const count = random.oneIn(4) ? edgeNumber(random) % 2 ** 32 : 1 + random.below(5);
    return {
      message: random.oneIn(10) ? edgeNumber(random) : random.below(40),
      index: random.oneIn(20) ? edgeNumber(random) % 2 ** 32 : random.below(count),
      count,
      codec: random.pick(['none', 'deflate']),
    };
  }

  return {
    name: 'reassembly',
    next() {
      if (random.oneIn(2000)) reassembly = createReassembly();
      nowMs += random.oneIn(200) ? 100_000 : random.below(10);
      let [header, segment] = [headerOf(), segmentOf()];
      if (random.oneIn(Math.ceil(heavyEvery / 10))) {
        // The smallest that inflates to more than a message may have.
        bomb ??= deflateRawSync(new Uint8Array(maxMessageBytes + 1));
        [header, segment] = [{ message: 1, index: 0, count: 1, codec: 'deflate' }, bomb];
      }
      return {
        bytes: segment,
        feed() {
          const result = reassembly.add(header, segment, nowMs);
          demand(result.state !== 'complete' || result.message.length <= maxMessageBytes, 'a message has a limit');
          const incomplete = reassembly.incomplete();
          demand(incomplete.length <= defaultReassemblyLimits.maxMessages, 'incomplete messages have a limit');
          demand(
            incomplete.every(({ missing }) => missing.length < maxSegments),
            'so do their segments',
          );
        },
      };
    },
  };
}

/** A sealed session whose other side has the keys and no manners. */
export function sealedSessionTarget(options: TargetOptions): Target {
  const { random, events } = options;
  let session: SealedSession;
  let enemy: Enemy;
  let waiting: Uint8Array[] = [];
  const known = { invocationId: random.bytes(16), tunnelInstance: random.bytes(16), lastMessage: 1 };

  function renew(): void {
    const keys = { keyId: random.bytes(8), toTunnel: random.bytes(32), toStub: random.bytes(32) };
    const environmentId = random.bytes(16);
    session = createSealedSession({ side: 'stub', version: 1, environmentId, codec: 'deflate', keys });
    enemy = createEnemy({ random, key: keys.toStub, keyId: keys.keyId, direction: 'to-stub', environmentId });
    waiting = [];
  }
  renew();

  function nextEvent(): Uint8Array {
    if (waiting.length === 0) waiting = [...enemy.seal(hostileMessage(options, known))];
    return waiting.shift() ?? new Uint8Array(0);
  }

  return {
    name: 'sealed session',
    next() {
      if (random.oneIn(3000)) renew();
      const bytes = random.oneIn(20) ? mutated(random.pick(events), random) : nextEvent();
      return {
        bytes,
        feed() {
          const event = read(bytes);
          if (event?.kind !== 'frame') return;
          const opened = session.open(event.frame, 0);
          demand(opened.state !== 'partial' || opened.received < opened.count, 'what is whole is handed out');
        },
      };
    },
  };
}

function read(bytes: Uint8Array) {
  try {
    return decodeChannelEvent(bytes);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
