import { WireError } from './fields.ts';

/** Kinds that hold a payload or an environment; every other message is small. By their field numbers in `Message`. */
const largeKinds = new Set([1, 2, 4, 5]);
/** Largest message of any other kind. */
export const maxSmallMessageBytes = 16 * 1024;
/** Most fields in one message: entries of maps and lists count one each. */
export const maxMessageFields = 4096;

const lengthDelimited = 2;

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

function readVarint(cursor: Cursor): number {
  let value = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = cursor.bytes[cursor.at];
    if (byte === undefined) throw new WireError('not a message: it ends within a number');
    cursor.at += 1;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
  throw new WireError('not a message: a number is too long');
}

function skipField(cursor: Cursor): { readonly field: number; readonly start: number } {
  const tag = readVarint(cursor);
  const wireType = tag % 8;
  if (wireType === 0) readVarint(cursor);
  else if (wireType === 1) cursor.at += 8;
  else if (wireType === lengthDelimited) {
    const length = readVarint(cursor);
    const start = cursor.at;
    cursor.at += length;
    if (cursor.at > cursor.bytes.length) throw new WireError('not a message: it ends within a field');
    return { field: Math.floor(tag / 8), start };
  } else if (wireType === 5) cursor.at += 4;
  else throw new WireError(`not a message: wire type ${wireType} is unknown`);
  if (cursor.at > cursor.bytes.length) throw new WireError('not a message: it ends within a field');
  return { field: Math.floor(tag / 8), start: cursor.at };
}

/**
 * Refuses a message whose decoding would cost far more than its bytes: few kilobytes inflate to millions of empty fields,
 * each of which becomes an object. Looks at lengths alone.
 * @throws WireError
 */
export function checkMessageShape(bytes: Uint8Array): void {
  const outer: Cursor = { bytes, at: 0 };
  if (bytes.length === 0) return;
  const { field, start } = skipField(outer);
  // A message is of one kind: its encoder writes one field.
  if (outer.at !== bytes.length) throw new WireError('not a message: it is of more than one kind');
  if (largeKinds.has(field)) countFields({ bytes, at: start });
  else if (bytes.length > maxSmallMessageBytes) throw new WireError('not a message: it is too large for its kind');
}

function countFields(inner: Cursor): void {
  for (let fields = 0; inner.at < inner.bytes.length; fields++) {
    if (fields >= maxMessageFields) throw new WireError('not a message: it has too many fields');
    skipField(inner);
  }
}
