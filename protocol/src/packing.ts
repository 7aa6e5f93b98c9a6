import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Codec, FrameHeader } from './messages.ts';
import { sealOverheadBytes } from './sealing.ts';

/**
 * Largest event that is published, in bytes of its JSON text. AppSync Events documents 240 KB for an event without
 * saying which kilobyte (Developer Guide, "Event API concepts"); this is right for both.
 */
export const maxEventBytes = 240_000;

/** Largest frame header, with all numbers at their longest, and the protobuf tags and lengths around it. */
const frameOverheadBytes = 128 + sealOverheadBytes;

/** Largest segment: what is left of an event without its two quotes, base64 and the frame around it. */
export const maxSegmentBytes = Math.floor(((maxEventBytes - 2) * 3) / 4) - frameOverheadBytes;

/**
 * Largest message, before compression: Lambda's 6,291,556 bytes of a response (Lambda quotas), the mebibyte that the Runtime
 * API takes as X-Ray cause, and room for headers, environment variables and credentials.
 */
export const maxMessageBytes = 8 * 1024 * 1024;

export const maxSegments = Math.ceil(maxMessageBytes / maxSegmentBytes);

/** Below this, compression cannot save a metering unit and is not tried. */
const compressFromBytes = 1024;

/** Compressed bytes are used only when they save at least this share: undoing it costs the other side time. */
const worthwhileShare = 0.9;

/** A larger message is looked at in samples first: compressing megabytes that do not shrink costs a tenth of a second. */
const sampleFromBytes = 64 * 1024;
const samples = 8;
const sampleBytes = 2 * 1024;

/** Whether bytes from all over a message shrink. */
function seemsToShrink(message: Uint8Array): boolean {
  if (message.length < sampleFromBytes) return true;
  const step = Math.floor((message.length - sampleBytes) / (samples - 1));
  const sampled = Buffer.concat(
    Array.from({ length: samples }, (_, index) => message.subarray(index * step, index * step + sampleBytes)),
  );
  return deflateRawSync(sampled, { level: 1 }).length <= sampled.length * worthwhileShare;
}

export interface Packed {
  readonly codec: Codec;
  readonly segments: readonly Uint8Array[];
}

/** Thrown when a message is larger than this protocol carries. */
export class MessageTooLargeError extends Error {
  override readonly name = 'MessageTooLargeError';
  constructor(bytes: number) {
    super(`a message of ${bytes} bytes is larger than the ${maxMessageBytes} bytes that can be carried`);
  }
}

/**
 * Compresses a message where that pays and splits it into segments that fit one event each.
 * @param codec what the other side can undo.
 * @throws MessageTooLargeError
 */
export function pack(message: Uint8Array, codec: Codec): Packed {
  if (message.length > maxMessageBytes) throw new MessageTooLargeError(message.length);
  const compressed =
    codec === 'deflate' && message.length >= compressFromBytes && seemsToShrink(message)
      ? deflateRawSync(message, { level: 1 })
      : undefined;
  const pays = compressed !== undefined && compressed.length <= message.length * worthwhileShare;
  const body = pays ? compressed : message;
  const segments: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < body.length; at += maxSegmentBytes)
    segments.push(body.subarray(at, at + maxSegmentBytes));
  return { codec: pays ? 'deflate' : 'none', segments };
}

function unpack(codec: Codec, segments: readonly Uint8Array[]): Uint8Array | undefined {
  const body = segments.length === 1 && segments[0] !== undefined ? segments[0] : Buffer.concat(segments);
  if (codec === 'none') return body.length <= maxMessageBytes ? body : undefined;
  try {
    return inflateRawSync(body, { maxOutputLength: maxMessageBytes });
  } catch {
    return undefined;
  }
}

export interface ReassemblyLimits {
  /** Messages that may be incomplete at once. */
  readonly maxMessages: number;
  /** Bytes of segments held for incomplete messages. */
  readonly maxBytes: number;
  /** How long a message may stay without a new segment, in milliseconds. */
  readonly maxAgeMs: number;
}

export const defaultReassemblyLimits: ReassemblyLimits = {
  maxMessages: 16,
  maxBytes: 3 * maxMessageBytes,
  maxAgeMs: 60_000,
};

export type Reassembled =
  | {
      readonly state: 'complete';
      readonly message: Uint8Array;
      /** When its first segment arrived. */
      readonly firstMs: number;
    }
  | {
      readonly state: 'partial';
      /** Segments that have arrived, and all that there are. */
      readonly received: number;
      readonly count: number;
    }
  | { readonly state: 'refused'; readonly reason: string };

/** Puts the segments of messages together again, in any order, within bounds that do not depend on what frames claim. */
export interface Reassembly {
  add(
    header: Pick<FrameHeader, 'message' | 'index' | 'count' | 'codec'>,
    segment: Uint8Array,
    nowMs: number,
  ): Reassembled;
  /** Messages of which something has arrived and something is missing, the oldest first. */
  incomplete(): readonly { readonly message: number; readonly missing: readonly number[] }[];
}

interface Incomplete {
  readonly count: number;
  readonly codec: Codec;
  readonly segments: Map<number, Uint8Array>;
  readonly firstMs: number;
  bytes: number;
  lastMs: number;
}

export function createReassembly(limits: ReassemblyLimits = defaultReassemblyLimits): Reassembly {
  const incomplete = new Map<number, Incomplete>();
  let heldBytes = 0;

  function forget(message: number): void {
    heldBytes -= incomplete.get(message)?.bytes ?? 0;
    incomplete.delete(message);
  }

  function makeRoom(nowMs: number, needed: number, own: number): void {
    for (const [message, entry] of incomplete) if (nowMs - entry.lastMs > limits.maxAgeMs) forget(message);
    // The oldest goes first: its sender is told that nothing of it is here, and sends it anew.
    for (const message of incomplete.keys()) {
      const others = incomplete.has(own) ? incomplete.size - 1 : incomplete.size;
      if (others < limits.maxMessages && heldBytes + needed <= limits.maxBytes) return;
      if (message !== own) forget(message);
    }
  }

  return {
    add(header, segment, nowMs) {
      if (header.count > maxSegments) return { state: 'refused', reason: `${header.count} segments are too many` };
      if (header.count === 1) return finish(header.codec, [segment], nowMs);
      makeRoom(nowMs, segment.length, header.message);
      let entry = incomplete.get(header.message);
      if (entry === undefined) {
        entry = {
          count: header.count,
          codec: header.codec,
          segments: new Map(),
          bytes: 0,
          firstMs: nowMs,
          lastMs: nowMs,
        };
        incomplete.set(header.message, entry);
      }
      if (entry.count !== header.count || entry.codec !== header.codec)
        return { state: 'refused', reason: 'segments of one message disagree' };
      if (entry.segments.has(header.index)) return { state: 'refused', reason: `segment ${header.index} came twice` };
      entry.segments.set(header.index, segment);
      entry.bytes += segment.length;
      entry.lastMs = nowMs;
      heldBytes += segment.length;
      const { count, segments, firstMs } = entry;
      if (segments.size < count) return { state: 'partial', received: segments.size, count };
      forget(header.message);
      const inOrder = Array.from({ length: count }, (_, index) => segments.get(index) ?? new Uint8Array());
      return finish(entry.codec, inOrder, firstMs);
    },
    incomplete: () =>
      [...incomplete].map(([message, { count, segments }]) => ({
        message,
        missing: Array.from({ length: count }, (_, index) => index).filter((index) => !segments.has(index)),
      })),
  };

  function finish(codec: Codec, segments: readonly Uint8Array[], firstMs: number): Reassembled {
    const message = unpack(codec, segments);
    return message
      ? { state: 'complete', message, firstMs }
      : { state: 'refused', reason: 'the message is corrupt or too large' };
  }
}
