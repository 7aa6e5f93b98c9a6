import { decodeChannelEvent } from '../wire/channel-event.ts';
import { WireError } from '../wire/fields.ts';
import { decodeMessage, encodeMessage } from '../wire/message.ts';
import { hostileFields, mutated } from './hostile-bytes.ts';
import { hostileMessage } from './hostile-messages.ts';
import { demand, type Target, type TargetOptions } from './target.ts';

const nobody = { invocationId: new Uint8Array(16), tunnelInstance: new Uint8Array(16), lastMessage: 1 };

/** The decoders: they may refuse with a WireError, and with nothing else. */
export function decoderTargets(options: TargetOptions): readonly Target[] {
  const { random, events } = options;
  return [
    {
      name: 'channel event',
      next() {
        const bytes = random.oneIn(4)
          ? hostileFields(random, random.oneIn(50) ? 200_000 : 2000)
          : random.oneIn(8)
            ? random.bytes(random.size(1000))
            : mutated(random.pick(events), random);
        return { bytes, feed: () => void unlessRefused(() => decodeChannelEvent(bytes)) };
      },
    },
    {
      name: 'message',
      next() {
        const bytes = hostileMessage(options, nobody);
        const checked = random.oneIn(8) && bytes.length < 10_000;
        return {
          bytes,
          feed() {
            const message = unlessRefused(() => decodeMessage(bytes));
            if (!message || !checked) return;
            const written = encodeMessage(message);
            const again = decodeMessage(written);
            demand(
              again !== undefined && Buffer.compare(encodeMessage(again), written) === 0,
              'what was read is not read again when it is written',
            );
          },
        };
      },
    },
  ];
}

function unlessRefused<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
