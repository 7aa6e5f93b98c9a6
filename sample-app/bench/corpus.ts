import { deflateRawSync } from 'node:zlib';

/** What messages are made of. */
export type Content = 'orders' | 'catalogue' | 'random';

/** Bytes that are the same in every run with the same seed. */
export interface Corpus {
  readonly seed: number;
  /** Exactly this many bytes. Orders and catalogue are JSON; random bytes cannot be compressed. */
  bytes(content: Content, size: number): Uint8Array;
}

/** How well a content compresses: its size over the compressed size. */
export interface Compressibility {
  readonly content: Content;
  readonly bytes: number;
  /** At level 1, which the link uses. */
  readonly fastRatio: number;
  /** At level 6, zlib's default. */
  readonly defaultRatio: number;
}

type Random = () => number;

/** A whole number of 32 bits at each call (xorshift32, Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8:14). */
function createRandom(seed: number): Random {
  // The one state that xorshift never leaves is zero.
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}

const words =
  `tea green black white oolong assam ceylon darjeeling jasmine mint ginger lemon cup pot kettle spoon strainer tin
   box gift set small large organic fair fresh dark light smooth strong mild floral sweet bitter roasted smoked leaf loose
   bag filter glass steel ceramic porcelain bamboo hand made crafted with for from and the of in a morning evening
   breakfast winter summer spring autumn harvest garden mountain river valley island coast forest traditional modern
   classic limited edition special daily best served hot cold iced warm steep minutes water degrees taste aroma note hint`
    .split(/\s+/)
    .filter((word) => word !== '');
const firstNames = 'Ada Grace Alan Edsger Barbara Donald Frances Ken Margaret Dennis Radia Tim Jörg Zoë'.split(' ');
const lastNames = 'Lovelace Hopper Turing Dijkstra Liskov Knuth Allen Thompson Hamilton Ritchie Perlman Müller'.split(
  ' ',
);
const cities = 'Berlin Hamburg Wien Zürich Paris London Madrid Lisboa Roma Oslo Praha Kraków'.split(' ');

const below = (random: Random, limit: number): number => random() % limit;
const pick = <T>(random: Random, values: readonly T[]): T => values[below(random, values.length)] as T;
const hex = (random: Random, digits: number): string =>
  Array.from({ length: digits }, () => below(random, 16).toString(16)).join('');
const times = <T>(count: number, make: () => T): readonly T[] => Array.from({ length: count }, make);
const cents = (random: Random): number => below(random, 20_000) / 100;
const uuid = (random: Random): string => [8, 4, 4, 4, 12].map((digits) => hex(random, digits)).join('-');
const sku = (random: Random): string => `${pick(random, ['TEA', 'CUP', 'POT', 'BOX'])}-${hex(random, 6).toUpperCase()}`;
const firstDayMs = Date.UTC(2025, 0, 1);
const timestamp = (random: Random): string => new Date(firstDayMs + below(random, 31_536_000) * 1000).toISOString();
const prose = (random: Random, count: number): string => times(count, () => pick(random, words)).join(' ');

function order(random: Random): object {
  const firstName = pick(random, firstNames);
  const lastName = pick(random, lastNames);
  return {
    orderId: uuid(random),
    createdAt: timestamp(random),
    status: pick(random, ['new', 'paid', 'packed', 'sent', 'returned']),
    customer: {
      customerId: uuid(random),
      name: `${firstName} ${lastName}`,
      email: `${firstName}.${lastName}${below(random, 1000)}@example.com`.toLowerCase(),
    },
    address: {
      street: `${pick(random, words)} street ${below(random, 200)}`,
      postalCode: String(below(random, 100_000)).padStart(5, '0'),
      city: pick(random, cities),
      country: pick(random, ['DE', 'AT', 'CH', 'FR', 'GB', 'ES']),
    },
    lines: times(1 + below(random, 5), () => ({
      sku: sku(random),
      title: prose(random, 3),
      quantity: 1 + below(random, 9),
      unitPrice: cents(random),
      taxRate: pick(random, [0.07, 0.19, 0.2]),
      giftWrap: below(random, 4) === 0,
    })),
    note: below(random, 3) === 0 ? prose(random, 8) : null,
  };
}

function product(random: Random): object {
  return {
    sku: sku(random),
    title: prose(random, 4),
    description: prose(random, 20 + below(random, 40)),
    price: { amount: cents(random), currency: 'EUR' },
    stock: times(3, () => ({ warehouse: pick(random, cities), count: below(random, 500) })),
    tags: times(4, () => pick(random, words)),
    images: times(2, () => `https://images.example.com/products/${hex(random, 24)}.jpg`),
    updatedAt: timestamp(random),
    rating: { average: below(random, 50) / 10, count: below(random, 4000) },
  };
}

/** An array of as many records as fit, and one text that fills it up to the byte. @throws RangeError below 23 bytes */
function jsonOf(size: number, random: Random, record: (random: Random) => object): Uint8Array {
  const frame = '{"records":[],"rest":""}'.length;
  const parts: string[] = [];
  let left = size - frame;
  if (left < 0) throw new RangeError(`A JSON message has ${frame} bytes at least, not ${size}.`);
  for (;;) {
    const text = `${parts.length > 0 ? ',' : ''}${JSON.stringify(record(random))}`;
    const bytes = Buffer.byteLength(text);
    if (bytes > left) break;
    parts.push(text);
    left -= bytes;
  }
  const rest = prose(random, left).slice(0, left);
  return Buffer.from(`{"records":[${parts.join('')}],"rest":"${rest}"}`);
}

function randomBytesOf(size: number, random: Random): Uint8Array {
  const bytes = Buffer.alloc(Math.ceil(size / 4) * 4);
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(random(), at);
  return bytes.subarray(0, size);
}

export function createCorpus(seed: number): Corpus {
  return {
    seed,
    bytes(content, size) {
      const random = createRandom(seed);
      if (content === 'random') return randomBytesOf(size, random);
      return jsonOf(size, random, content === 'orders' ? order : product);
    },
  };
}

export function compressibilityOf(corpus: Corpus, content: Content, size: number): Compressibility {
  const bytes = corpus.bytes(content, size);
  const ratio = (level: number) => bytes.length / deflateRawSync(bytes, { level }).length;
  return { content, bytes: bytes.length, fastRatio: ratio(1), defaultRatio: ratio(6) };
}
