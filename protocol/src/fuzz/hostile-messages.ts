import type { Message } from '../messages.ts';
import { maxMessageBytes } from '../packing.ts';
import { encodeMessage } from '../wire/message.ts';
import { edgeNumber, hostileFields, lengthDelimited, mutated } from './hostile-bytes.ts';
import type { Random } from './random.ts';

/** What an enemy inside a conversation knows of it. */
export interface Known {
  readonly invocationId: Uint8Array;
  readonly tunnelInstance: Uint8Array;
  /** Messages of the other side by number. */
  readonly lastMessage: number;
}

export interface HostileOptions {
  readonly random: Random;
  /** Genuine messages to make bad ones of. */
  readonly corpus: readonly Uint8Array[];
  /** One flood in so many is as large as a message can be. */
  readonly heavyEvery: number;
}

const uint32 = (random: Random) => edgeNumber(random) % 2 ** 32;
const uint53 = (random: Random) => Math.min(edgeNumber(random), Number.MAX_SAFE_INTEGER);

/** A message that is well formed and says anything: numbers at their edges, ids that are known or not. */
export function anyMessage(random: Random, known: Known): Message {
  const invocationId = random.oneIn(4) ? random.bytes(16) : known.invocationId;
  const text = () => random.pick(['', 'x', '__proto__', 'constructor', 'ä'.repeat(random.size(500))]);
  const record = () =>
    Object.fromEntries(Array.from({ length: random.size(20) }, (_, n) => [`${text()}${n % 3}`, text()]));
  const credentials = random.oneIn(3)
    ? undefined
    : { accessKeyId: text(), secretAccessKey: text(), sessionToken: text() };
  const body = random.bytes(random.size(2000));
  const facts = { runtime: text(), memoryMb: uint32(random), architecture: text(), initializationType: text() };
  const someNumbers = () => Array.from({ length: random.size(40) }, () => random.pick([0, 1, 2, 46, uint32(random)]));
  switch (random.below(12)) {
    case 0:
      return { kind: 'attach', variables: record(), credentials, facts };
    case 1:
    case 2: {
      const tunnelInstance = random.oneIn(10) ? random.bytes(16) : known.tunnelInstance;
      const confirmed = random.oneIn(2) ? [] : [invocationId, random.bytes(16)];
      const base = { kind: 'invoke', invocationId, tunnelInstance, headers: record(), event: body, confirmed } as const;
      return { ...base, remainingMs: random.oneIn(3) ? uint32(random) : random.size(900_000), credentials };
    }
    case 3:
      return { kind: 'accepted', invocationId: random.oneIn(2) ? new Uint8Array(0) : invocationId };
    case 4:
      return {
        ...{ kind: 'result', invocationId, headers: record() },
        outcome: { type: random.pick(['response', 'error']), body },
      };
    case 5: {
      const offset = random.oneIn(2) ? 0 : random.oneIn(2) ? random.size(10_000) : uint53(random);
      const error = random.oneIn(3) ? body : new Uint8Array(0);
      return { kind: 'stream-chunk', invocationId, offset, data: body, headers: record(), end: random.oneIn(8), error };
    }
    case 6:
      return { kind: 'stream-credit', invocationId, upToOffset: uint53(random), receivedOffset: uint53(random) };
    case 7:
    case 8: {
      // Half of them ask for what is there, many times over.
      if (random.oneIn(2)) return { ...progressOf(known), missing: Array<number>(random.size(5000)).fill(0) };
      const message = random.oneIn(3) ? uint53(random) : known.lastMessage;
      const missing = random.oneIn(3) ? [] : someNumbers();
      const about = { aboutMessage: random.oneIn(3) ? uint53(random) : known.lastMessage };
      return { kind: 'progress', message, missing, invocationId, ask: random.oneIn(2), remainingMs: 0, ...about };
    }
    case 9:
      return { kind: random.pick(['ping', 'pong']), nonce: body };
    case 10:
      return { kind: 'withdraw', invocationId };
    default: {
      if (!random.oneIn(4)) return { kind: 'ping', nonce: invocationId };
      const ids = () => Array.from({ length: random.size(100) }, () => random.pick([invocationId, random.bytes(16)]));
      const successor = random.oneIn(2) ? new Uint8Array(0) : random.bytes(16);
      const final = random.oneIn(2) ? undefined : { started: ids(), answered: ids(), successor };
      return { kind: 'goodbye', reason: text(), final };
    }
  }
}

/** Pieces that are cheap to write and dear to read, repeated until the message is full: [field of the kind, piece]. */
const floods = [
  ['confirmed ids without a byte', 2, [0x3a, 0]],
  ['confirmed ids of the right size', 2, [0x3a, 16, ...Array<number>(16).fill(1)]],
  ['fields from a later release', 2, [0x78, 0]],
  ['groups within groups', 2, [0x7b]],
  ['map entries without a key', 1, [0x0a, 0]],
  ['numbers of missing segments, packed', 7, []],
  ['numbers of missing segments, unpacked', 7, [0x10, 0]],
  ['the kind over and over', 0, [0x42, 0]],
] as const;

/**
 * A message that is one piece over and over: lists, maps, unknown fields of every length up to the limit, behind what
 * makes it a message that is heeded (a field that comes again is merged with the one before).
 */
export function floodMessage({ random, heavyEvery }: HostileOptions, known: Known): Uint8Array {
  const size = random.oneIn(heavyEvery) ? maxMessageBytes - 1024 : random.size(random.pick([64, 4096, 65_536]));
  const [, field, piece] = random.pick(floods);
  const content = Buffer.alloc(size, piece.length > 0 ? Buffer.from(piece) : Buffer.of(random.below(2)));
  if (field === 0) return content;
  const flood = lengthDelimited(field, piece.length > 0 ? content : lengthDelimited(2, content));
  return Buffer.concat([heeded(field, random, known), flood]);
}

function progressOf({ lastMessage, invocationId }: Known): Extract<Message, { kind: 'progress' }> {
  const about = { message: lastMessage, aboutMessage: lastMessage };
  return { kind: 'progress', missing: [], invocationId, ask: true, remainingMs: 0, ...about };
}

function heeded(field: 1 | 2 | 7, random: Random, known: Known): Uint8Array {
  const { tunnelInstance } = known;
  if (field === 7) return encodeMessage(progressOf(known));
  if (field === 1) return new Uint8Array(0);
  const rest = { headers: {}, event: new Uint8Array(0), credentials: undefined, confirmed: [], remainingMs: 1000 };
  return encodeMessage({ kind: 'invoke', invocationId: random.bytes(16), tunnelInstance, ...rest });
}

/** The bytes of a message that an enemy with the right keys would seal. */
export function hostileMessage(options: HostileOptions, known: Known): Uint8Array {
  const { random, corpus } = options;
  switch (random.below(10)) {
    case 0:
      return random.bytes(random.size(300));
    case 1:
      return hostileFields(random, 2000);
    case 2:
      return mutated(random.pick(corpus), random);
    case 3:
      return mutated(encodeMessage(anyMessage(random, known)), random);
    case 4:
      return random.oneIn(4) ? floodMessage(options, known) : random.pick(corpus);
    default:
      return encodeMessage(anyMessage(random, known));
  }
}
