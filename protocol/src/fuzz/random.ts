/** Numbers that look random and are the same for the same seed, so that a failure can be had again. */
export interface Random {
  /** From 0 up to and without the bound. */
  below(bound: number): number;
  /** Whether something happens that happens once in so many times. */
  oneIn(times: number): boolean;
  /** @throws RangeError where there is nothing to choose from. */
  pick<const Choices extends readonly unknown[]>(choices: Choices): Choices[number];
  bytes(length: number): Uint8Array;
  /** Small mostly, large at times, never above the limit. */
  size(limit: number): number;
}

/** @param seed any whole number; its low 32 bits count. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  // SplitMix32: a counter whose bits are mixed (G. Steele and others, "Fast Splittable Pseudorandom Number Generators").
  function next(): number {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }
  const below = (bound: number) => Math.floor((next() / 2 ** 32) * bound);
  return {
    below,
    oneIn: (times) => below(times) === 0,
    pick(choices) {
      if (choices.length === 0) throw new RangeError('there is nothing to choose from');
      return choices[below(choices.length)];
    },
    bytes(length) {
      const made = new Uint8Array(length);
      for (let at = 0; at < length; at += 4) {
        const word = next();
        for (let byte = 0; byte < 4 && at + byte < length; byte++) made[at + byte] = word >>> (8 * byte);
      }
      return made;
    },
    size: (limit) => Math.min(limit, Math.floor(2 ** (below(1000 * Math.log2(limit + 1)) / 1000))),
  };
}
