import { type Codec, codecs } from '../messages.ts';

/** Bytes that are not what this protocol sends: not protobuf, of unknown kind, or with a field of the wrong size. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

export const idBytes = 16;
export const keyBytes = 32;
export const keyIdBytes = 8;

const empty = new Uint8Array(0);

export function bytes(value: Uint8Array | null | undefined): Uint8Array {
  return value ?? empty;
}

export function sized(value: Uint8Array | null | undefined, length: number, field: string): Uint8Array {
  const given = bytes(value);
  if (given.length !== length) throw new WireError(`${field} has ${given.length} bytes instead of ${length}`);
  return given;
}

export function sizedOrEmpty(value: Uint8Array | null | undefined, length: number, field: string): Uint8Array {
  return bytes(value).length === 0 ? empty : sized(value, length, field);
}

/** Numbers of 64 bits arrive as doubles: above 2^53 they are not what was sent. */
export function safe(value: number | { toNumber(): number } | null | undefined, field: string): number {
  const number = typeof value === 'object' ? (value?.toNumber() ?? 0) : (value ?? 0);
  if (!Number.isSafeInteger(number) || number < 0) throw new WireError(`${field} is out of range`);
  return number;
}

export function codecNamed(value: number | null | undefined): Codec {
  for (const [name, number] of Object.entries(codecs)) if (number === (value ?? 0)) return name as Codec;
  throw new WireError(`codec ${value} is unknown`);
}

export function parse<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof WireError) throw cause;
    throw new WireError(`not a ${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

// The decoder hands out a map without a prototype holding own keys only; a plain copy is what callers expect.
export function record(value: Record<string, string> | null | undefined): Record<string, string> {
  return { ...value };
}
