import type { HandshakeKeys } from './handshake.ts';
import type { Codec, Frame, Message } from './messages.ts';
import { createReassembly, pack } from './packing.ts';
import { createOpener, createSealer } from './sealing.ts';
import { encodeChannelEvent, encodeFrameHeader } from './wire/channel-event.ts';
import { WireError } from './wire/fields.ts';
import { decodeMessage, encodeMessage } from './wire/message.ts';

/** What became of a frame. */
export type Opened =
  | {
      readonly state: 'message';
      readonly message: Message;
      /** When the first segment of it arrived. */
      readonly firstMs: number;
    }
  | {
      readonly state: 'partial';
      /** Segments of its message that have arrived, and all that there are. */
      readonly received: number;
      readonly count: number;
    }
  /** A kind of message from a later release. */
  | { readonly state: 'nothing' }
  | { readonly state: 'dropped'; readonly reason: string };

/** The two directions of a conversation under the keys of one handshake: messages in, channel events out, and back. */
export interface SealedSession {
  readonly keyId: Uint8Array;
  seal(message: Message): SealedMessage;
  open(frame: Frame, nowMs: number): Opened;
  /** Messages of the other side of which something is missing, the oldest first. */
  incomplete(): readonly { readonly message: number; readonly missing: readonly number[] }[];
}

/** A message as it is published. */
export interface SealedMessage {
  /** Its number among those sealed with this key. */
  readonly number: number;
  /** The events that carry its segments, in order; to resend is to publish the same bytes again. */
  readonly events: readonly Uint8Array[];
}

export function createSealedSession(options: {
  readonly side: 'stub' | 'tunnel';
  readonly version: number;
  readonly environmentId: Uint8Array;
  readonly codec: Codec;
  readonly keys: HandshakeKeys;
}): SealedSession {
  const { version, environmentId, keys } = options;
  const [outgoing, incoming] =
    options.side === 'stub' ? (['to-tunnel', 'to-stub'] as const) : (['to-stub', 'to-tunnel'] as const);
  const sealer = createSealer(outgoing === 'to-tunnel' ? keys.toTunnel : keys.toStub);
  const opener = createOpener(incoming === 'to-tunnel' ? keys.toTunnel : keys.toStub);
  const reassembly = createReassembly();
  let sent = 0;

  return {
    keyId: keys.keyId,
    incomplete: () => reassembly.incomplete(),
    seal(message) {
      const { codec, segments } = pack(encodeMessage(message), options.codec);
      sent += 1;
      const number = sent;
      const events = segments.map((segment, index) => {
        const { headerBytes, sealed } = sealer.seal(segment, (counter) =>
          encodeFrameHeader({
            version,
            environmentId,
            keyId: keys.keyId,
            direction: outgoing,
            message: number,
            index,
            count: segments.length,
            counter,
            codec,
          }),
        );
        return encodeChannelEvent({ kind: 'frame', headerBytes, sealed });
      });
      return { number, events };
    },
    open(frame, nowMs) {
      const { header, headerBytes, sealed } = frame;
      if (header.version !== version) return { state: 'dropped', reason: `version ${header.version} was not agreed` };
      if (header.direction !== incoming) return { state: 'dropped', reason: 'the frame goes the other way' };
      const segment = opener.open(sealed, headerBytes, header.counter);
      if (typeof segment === 'string') return { state: 'dropped', reason: segment };
      const whole = reassembly.add(header, segment, nowMs);
      if (whole.state === 'partial') return whole;
      if (whole.state === 'refused') return { state: 'dropped', reason: whole.reason };
      try {
        const message = decodeMessage(whole.message);
        return message ? { state: 'message', message, firstMs: whole.firstMs } : { state: 'nothing' };
      } catch (error) {
        if (error instanceof WireError) return { state: 'dropped', reason: error.message };
        throw error;
      }
    },
  };
}
