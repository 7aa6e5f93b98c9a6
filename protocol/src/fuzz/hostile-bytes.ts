import type { Random } from './random.ts';

/** Numbers at which length checks, counters and bit operations break. */
const edges = [
  ...[0, 1, 2, 15, 16, 17, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32],
  ...[2 ** 53 - 1, 2 ** 53, 2 ** 63, 2 ** 64 - 2048],
] as const;

export function edgeNumber(random: Random): number {
  return random.pick(edges);
}

/** A number as protobuf writes it, in 1 to 10 bytes (Protocol Buffers, "Encoding"). */
export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let left = BigInt(Math.floor(value));
  while (left > 127n) {
    bytes.push(Number(left & 127n) | 128);
    left >>= 7n;
  }
  return Uint8Array.from([...bytes, Number(left)]);
}

/** A length-delimited field that says how long it is. */
export function lengthDelimited(field: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
}

/** Bytes that are protobuf at first sight: fields of any number and type, nested, with lengths that lie at times. */
export function hostileFields(random: Random, limitBytes: number, depth = 0): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const wanted = 1 + random.below(6);
  for (let field = 0; field < wanted && length < limitBytes; field++) {
    const part = hostileField(random, limitBytes - length, depth);
    parts.push(part);
    length += part.length;
  }
  return Buffer.concat(parts);
}

function hostileField(random: Random, limitBytes: number, depth: number): Uint8Array {
  const number = random.oneIn(20) ? 1 + random.size(2 ** 29 - 1) : 1 + random.below(14);
  const tag = (wireType: number) => varint(number * 8 + wireType);
  switch (random.below(10)) {
    case 0:
    case 1:
      return Buffer.concat([tag(0), varint(edgeNumber(random))]);
    case 2:
      return Buffer.concat([tag(1), random.bytes(8)]);
    case 3:
      return Buffer.concat([tag(5), random.bytes(4)]);
    case 4:
      // A length that lies: beyond the end, or negative where it is read as 32 bits.
      return Buffer.concat([tag(2), varint(edgeNumber(random)), random.bytes(random.below(20))]);
    case 5:
      // Groups and wire types that do not exist.
      return Buffer.concat([tag(random.pick([3, 4, 6, 7])), random.bytes(random.below(4))]);
    case 6:
      return lengthDelimited(number, random.bytes(random.pick([0, 7, 8, 15, 16, 16, 16, 32, 32])));
    case 7:
      return lengthDelimited(number, random.bytes(random.size(Math.max(1, limitBytes))));
    default:
      return lengthDelimited(number, depth < 6 ? hostileFields(random, limitBytes / 2, depth + 1) : random.bytes(3));
  }
}

/** Bytes with one to four of the changes that a bad line, a bug or an enemy makes. */
export function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  let changed: Uint8Array = new Uint8Array(bytes);
  for (let times = 1 + random.below(4); times > 0; times--) changed = mutatedOnce(changed, random);
  return changed;
}

function mutatedOnce(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  const to = at + random.below(bytes.length - at + 1);
  switch (random.below(8)) {
    case 0:
    case 1: {
      const flipped = new Uint8Array(bytes);
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8));
      return flipped;
    }
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), random.bytes(random.below(9)), bytes.subarray(at)]);
    case 5:
      return Buffer.concat([bytes.subarray(0, at), varint(edgeNumber(random)), bytes.subarray(at + 1)]);
    case 6:
      // A piece twice: fields that come again, lists that grow.
      return bytes.length > 65_536 ? bytes : Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
    default:
      return Buffer.concat([bytes, hostileFields(random, 64)]);
  }
}
