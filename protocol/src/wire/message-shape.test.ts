import { describe, expect, it } from 'vitest';
import { WireError } from './fields.ts';
import { decodeMessage, encodeMessage } from './message.ts';
import { maxMessageFields, maxSmallMessageBytes } from './message-shape.ts';

const invoke = (confirmed: readonly Uint8Array[]) =>
  encodeMessage({
    kind: 'invoke',
    invocationId: new Uint8Array(16),
    tunnelInstance: new Uint8Array(16),
    remainingMs: 1,
    headers: {},
    event: Buffer.alloc(6_000_000),
    credentials: undefined,
    confirmed,
  });

describe('a message that is dear to decode', () => {
  it('is refused when it has millions of fields, before they are made', () => {
    const ids = Array.from({ length: maxMessageFields + 1 }, () => new Uint8Array(16));
    expect(() => decodeMessage(invoke(ids))).toThrow('too many fields');
    expect(decodeMessage(invoke(ids.slice(0, 10)))).toMatchObject({ kind: 'invoke' });
  });

  it('is refused when it is of several kinds, or of one kind many times', () => {
    const ping = encodeMessage({ kind: 'ping', nonce: new Uint8Array(4) });
    expect(() => decodeMessage(Buffer.concat([ping, ping]))).toThrow('more than one kind');
  });

  it('is refused when it is large and of a small kind', () => {
    const nonce = new Uint8Array(maxSmallMessageBytes);
    expect(() => decodeMessage(encodeMessage({ kind: 'ping', nonce }))).toThrow('too large for its kind');
    expect(decodeMessage(encodeMessage({ kind: 'ping', nonce: nonce.subarray(0, 1000) }))).toMatchObject({
      kind: 'ping',
    });
  });

  it.each([[0x0a], [0x0a, 0x05, 0x01], [0x80, 0x80], [0x0b], [0x09, 1, 2]])(
    'is refused when it is cut off: %j',
    (...bytes) => {
      expect(() => decodeMessage(Uint8Array.from(bytes))).toThrow(WireError);
    },
  );
});
