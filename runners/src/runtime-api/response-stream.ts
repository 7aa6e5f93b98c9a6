/** How much of a stream is held for a reader that is slow before the runtime is held back. */
export const STREAM_WINDOW_BYTES = 1_048_576;

/** The bytes of an answer on their way from one writer to one reader. */
export interface ResponseStream {
  /** For one reader. One that leaves early has the rest dropped, and holds nobody back. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Whether more may come at once; if not, `onRoom` says when. */
  write(bytes: Uint8Array): boolean;
  /** Nothing more comes. What was written before can still be read. */
  end(): void;
}

/** @param onRoom called when the reader has caught up after `write` said that there is no room. */
export function createResponseStream(onRoom: () => void): ResponseStream {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let ended = false;
  /** The reader left. */
  let left = false;
  let wake: () => void = () => undefined;

  const giveRoom = (): void => {
    const wasFull = heldBytes > STREAM_WINDOW_BYTES;
    held = [];
    heldBytes = 0;
    if (wasFull) onRoom();
  };

  async function* read(): AsyncGenerator<Uint8Array, void> {
    try {
      for (;;) {
        const chunks = held;
        giveRoom();
        yield* chunks;
        if (held.length > 0) continue;
        if (ended || left) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      leave();
    }
  }
  const leave = (): void => {
    left = true;
    giveRoom();
    wake();
  };
  const reader = read();
  const body: AsyncIterableIterator<Uint8Array> = {
    next: () => reader.next(),
    // A generator that was not begun, or that waits, would not hear of it.
    return() {
      leave();
      return reader.return();
    },
    [Symbol.asyncIterator]: () => body,
  };

  return {
    body,
    write(bytes) {
      if (left || ended) return true;
      held.push(bytes);
      heldBytes += bytes.byteLength;
      wake();
      return heldBytes <= STREAM_WINDOW_BYTES;
    },
    end() {
      ended = true;
      wake();
    },
  };
}
