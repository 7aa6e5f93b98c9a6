/** A longer line is passed on in pieces of this size, so that memory stays bounded whatever a handler prints. */
export const MAX_LINE_BYTES = 65_536;

const LINE_FEED = 0x0a;

export interface LineSplitter {
  push(chunk: Buffer): void;
  /** Passes on what came after the last line feed. */
  end(): void;
}

/**
 * Cuts a stream of UTF-8 bytes into lines, also where a chunk ends within a character.
 * A carriage return within a line becomes a line feed: Lambda's Node runtime writes a record of several lines as one,
 * with carriage returns, where it has no framed log file.
 */
export function createLineSplitter(onLine: (text: string) => void): LineSplitter {
  let pending: Buffer[] = [];
  let pendingBytes = 0;

  const take = (): Buffer => {
    const line = pending.length === 1 && pending[0] !== undefined ? pending[0] : Buffer.concat(pending, pendingBytes);
    pending = [];
    pendingBytes = 0;
    return line;
  };
  const keep = (bytes: Buffer): void => {
    if (bytes.byteLength === 0) return;
    pending.push(bytes);
    pendingBytes += bytes.byteLength;
    if (pendingBytes <= MAX_LINE_BYTES) return;
    let rest = take();
    while (rest.byteLength > MAX_LINE_BYTES) {
      const cut = characterBoundary(rest, MAX_LINE_BYTES);
      onLine(toText(rest.subarray(0, cut)));
      rest = rest.subarray(cut);
    }
    pending = [rest];
    pendingBytes = rest.byteLength;
  };

  return {
    push(chunk) {
      let start = 0;
      for (let feed = chunk.indexOf(LINE_FEED); feed !== -1; feed = chunk.indexOf(LINE_FEED, start)) {
        keep(chunk.subarray(start, feed));
        onLine(toText(take()));
        start = feed + 1;
      }
      keep(chunk.subarray(start));
    },
    end() {
      if (pendingBytes > 0) onLine(toText(take()));
    },
  };
}

function toText(line: Buffer): string {
  const text = line.toString('utf8');
  return (text.endsWith('\r') ? text.slice(0, -1) : text).replaceAll('\r', '\n');
}

/** The last place at or before `at` where a character begins. A sequence of UTF-8 has at most four bytes (RFC 3629). */
function characterBoundary(bytes: Buffer, at: number): number {
  for (let cut = at; cut > at - 4; cut -= 1) {
    if (((bytes[cut] ?? 0) & 0b1100_0000) !== 0b1000_0000) return cut;
  }
  return at;
}
