import { randomBytes } from 'node:crypto';

/** The machine's random number generator, in the shape that the cores take. */
export const systemRandom = (bytes: number): Uint8Array => randomBytes(bytes);
