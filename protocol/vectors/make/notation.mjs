// How values are written in a vector.
import { createHash } from 'node:crypto';

/** Bytes that stand for random ones: the start of the SHA-256 of a name. */
export function fixed(name, length) {
  return createHash('sha256').update(name).digest().subarray(0, length);
}

export function hex(bytes) {
  return Buffer.from(bytes).toString('hex');
}

/** A value of the protocol with its bytes as `hex:…`. */
export function legible(value) {
  if (value instanceof Uint8Array) return `hex:${hex(value)}`;
  if (Array.isArray(value)) return value.map(legible);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, legible(field)]));
  return value;
}

export const environmentId = fixed('environment', 16);
export const tunnelInstance = fixed('tunnel instance', 16);
export const invocationId = fixed('invocation', 16);
export const empty = Buffer.alloc(0);
