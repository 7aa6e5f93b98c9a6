/** A generator of numbers from 0 up to 1 that a seed repeats (Marsaglia, "Xorshift RNGs", 2003; 32 bits). */
export function seededNumbers(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
