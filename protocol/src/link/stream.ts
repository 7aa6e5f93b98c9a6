import { maxSegmentBytes } from '../packing.ts';

/** How far a sender may be ahead of what the receiver has taken: enough for 30 ms and 500 Mbit/s. */
export const streamWindowBytes = 2 * 1024 * 1024;
/** Small writes are sent together when the first of them is this old. */
export const coalesceMs = 40;
/** The receiver speaks up when so much more may be sent. */
const creditStepBytes = streamWindowBytes / 4;
/** One chunk is one frame: its message's own fields take some of the segment. */
export const maxChunkBytes = maxSegmentBytes - 1024;

/** A part of a stream, as it is sent. */
export interface Chunk {
  readonly offset: number;
  readonly data: Uint8Array;
  readonly end: boolean;
  /** On the last chunk of a stream that failed: the error JSON. */
  readonly error: Uint8Array;
}

/** The sender's side of one streamed response: what may go out when, and what is kept until it has arrived. */
export interface StreamSender {
  write(data: Uint8Array, nowMs: number): void;
  end(error: Uint8Array | undefined): void;
  /** The receiver has everything before `receivedOffset` and takes everything before `upToOffset`. */
  credit(upToOffset: number, receivedOffset: number): void;
  /** Chunks that are due now. */
  due(nowMs: number): readonly Chunk[];
  /** What was sent and has not arrived as far as is known, the oldest first. */
  unconfirmed(): readonly Chunk[];
  /** Whether the producer should wait: more is written than the receiver has taken. */
  readonly full: boolean;
  readonly finished: boolean;
  /** Whether all of it has arrived, as far as its bytes go. */
  readonly arrived: boolean;
  nextDueMs(): number | undefined;
}

const nothing = new Uint8Array(0);

export function createStreamSender(): StreamSender {
  const waiting: Uint8Array[] = [];
  const sent: Chunk[] = [];
  let waitingBytes = 0;
  let firstWaitingMs: number | undefined;
  let sentOffset = 0;
  let allowedOffset = streamWindowBytes;
  let receivedOffset = 0;
  let ended: { readonly error: Uint8Array } | undefined;
  let endSent = false;

  function take(bytes: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let left = bytes;
    while (left > 0) {
      const head = waiting[0];
      if (!head) break;
      if (head.length <= left) waiting.shift();
      else waiting[0] = head.subarray(left);
      parts.push(head.subarray(0, left));
      left -= Math.min(left, head.length);
    }
    waitingBytes -= bytes - left;
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
  }

  function next(): Chunk | undefined {
    const bytes = Math.min(waitingBytes, maxChunkBytes, allowedOffset - sentOffset);
    const last = ended !== undefined && bytes === waitingBytes;
    if (bytes <= 0 && !(last && !endSent)) return undefined;
    const chunk: Chunk = {
      offset: sentOffset,
      data: take(Math.max(0, bytes)),
      end: last,
      error: last ? (ended?.error ?? nothing) : nothing,
    };
    sentOffset += chunk.data.length;
    endSent ||= last;
    sent.push(chunk);
    return chunk;
  }

  return {
    write(data, nowMs) {
      if (ended || data.length === 0) return;
      waiting.push(data);
      waitingBytes += data.length;
      firstWaitingMs ??= nowMs;
    },
    end(error) {
      ended ??= { error: error ?? nothing };
    },
    credit(upToOffset, received) {
      allowedOffset = Math.max(allowedOffset, upToOffset);
      // Nobody can have received what was not sent: that would switch off what holds the producer back.
      receivedOffset = Math.max(receivedOffset, Math.min(received, sentOffset));
      while (sent[0] && sent[0].offset + sent[0].data.length <= receivedOffset && !sent[0].end) sent.shift();
    },
    due(nowMs) {
      const chunks: Chunk[] = [];
      while (!endSent) {
        const full = Math.min(waitingBytes, allowedOffset - sentOffset) >= maxChunkBytes;
        const old = firstWaitingMs !== undefined && nowMs - firstWaitingMs >= coalesceMs;
        if (!full && !old && !ended) break;
        const chunk = next();
        if (!chunk) break;
        chunks.push(chunk);
        if (waitingBytes === 0) firstWaitingMs = undefined;
      }
      return chunks;
    },
    unconfirmed: () => sent,
    get full() {
      return waitingBytes + sentOffset - receivedOffset >= streamWindowBytes;
    },
    get finished() {
      return endSent;
    },
    get arrived() {
      return endSent && receivedOffset === sentOffset;
    },
    nextDueMs: () =>
      firstWaitingMs === undefined || sentOffset >= allowedOffset ? undefined : firstWaitingMs + coalesceMs,
  };
}

/** What the receiver of a stream does with a chunk. */
export interface Received {
  /** Data that is next in order, to be handed on. */
  readonly data: readonly Uint8Array[];
  readonly end: { readonly error: Uint8Array } | undefined;
}

/** The receiver's side: puts chunks in order, within bounds, and says how far the sender may go. */
export interface StreamReceiver {
  chunk(chunk: Chunk): Received;
  /** So much of what was handed on has been taken. */
  taken(bytes: number): void;
  /** What to tell the sender, if it is time to; always with `asked`. */
  credit(asked: boolean): { readonly upToOffset: number; readonly receivedOffset: number } | undefined;
  /** A chunk arrived whose predecessor has not. */
  readonly gap: boolean;
}

export function createStreamReceiver(): StreamReceiver {
  const early = new Map<number, Chunk>();
  let offset = 0;
  let takenBytes = 0;
  let earlyBytes = 0;
  let toldUpTo = streamWindowBytes;
  let done = false;

  return {
    chunk(chunk) {
      const data: Uint8Array[] = [];
      let end: Received['end'];
      // What lies beyond the window was never allowed; what lies before the offset has been handed on.
      const beyond = chunk.offset + chunk.data.length > takenBytes + 2 * streamWindowBytes;
      const room = earlyBytes + chunk.data.length <= 2 * streamWindowBytes;
      if (!done && chunk.offset >= offset && !beyond && room && !early.has(chunk.offset)) {
        early.set(chunk.offset, chunk);
        earlyBytes += chunk.data.length;
      }
      for (let next = early.get(offset); next && !done; next = early.get(offset)) {
        early.delete(offset);
        earlyBytes -= next.data.length;
        offset += next.data.length;
        if (next.data.length > 0) data.push(next.data);
        if (next.end) {
          done = true;
          end = { error: next.error };
        }
        if (next.data.length === 0) break;
      }
      return { data, end };
    },
    taken(bytes) {
      takenBytes += bytes;
    },
    credit(asked) {
      const upToOffset = takenBytes + streamWindowBytes;
      if (!asked && upToOffset - toldUpTo < creditStepBytes) return undefined;
      toldUpTo = upToOffset;
      return { upToOffset, receivedOffset: offset };
    },
    get gap() {
      return early.size > 0;
    },
  };
}
