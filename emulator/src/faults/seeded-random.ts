/** Numbers that look random and are the same for the same seed. */
export interface RandomSource {
  /** The next number, at least 0 and below 1. */
  next(): number;
}

/** Numbers that are drawn and thrown away at the start, since those next to a seed still resemble it. */
const warmUpDraws = 15;

/** Spreads a seed over 32 bits: the finishing step of the hash MurmurHash3 (Austin Appleby, public domain). */
const mix = (value: number): number => {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
};

/**
 * The generator sfc32, "small fast counting", of the PractRand test suite (Chris Doty-Humphrey, public domain): three
 * words that are mixed and a counter, so that its period is at least 2^32. One seed has several streams, numbered from
 * 0, and what is drawn from one of them does not change another.
 */
export const createSeededRandom = (seed: number, stream = 0): RandomSource => {
  let a = mix(seed);
  let b = mix(Math.floor(seed / 2 ** 32) ^ 0x9e3779b9);
  let c = mix(stream + 1);
  let counter = 1;
  const nextWord = (): number => {
    const word = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + word) | 0;
    return word >>> 0;
  };
  for (let draw = 0; draw < warmUpDraws; draw += 1) nextWord();
  return { next: () => nextWord() / 2 ** 32 };
};
