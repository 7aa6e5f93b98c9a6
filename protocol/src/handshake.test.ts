import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createEphemeralKey, deriveKeys } from './handshake.ts';
import { WireError } from './wire/fields.ts';

describe('the handshake', () => {
  const hello = Buffer.from('hello');
  const welcome = Buffer.from('welcome');
  const stub = createEphemeralKey(randomBytes(32));
  const tunnel = createEphemeralKey(randomBytes(32));

  it('makes the public key that RFC 7748 gives for a private one', () => {
    // Section 5.2: the first round of the iterated test, which starts with the base point as its scalar.
    const secret = Buffer.from('09'.padEnd(64, '0'), 'hex');
    const expected = '422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079';
    expect(Buffer.from(createEphemeralKey(secret).publicKey).toString('hex')).toBe(expected);
  });

  it('gives both sides the same keys, one for each direction', () => {
    const ofStub = deriveKeys({ own: stub, theirs: tunnel.publicKey, hello, welcome });
    const ofTunnel = deriveKeys({ own: tunnel, theirs: stub.publicKey, hello, welcome });
    expect(ofStub).toEqual(ofTunnel);
    expect(ofStub.toStub).not.toEqual(ofStub.toTunnel);
  });

  it('gives other keys when one word of what was said differs', () => {
    const keys = deriveKeys({ own: stub, theirs: tunnel.publicKey, hello, welcome });
    const other = deriveKeys({ own: stub, theirs: tunnel.publicKey, hello, welcome: Buffer.from('welcomf') });
    expect(other.toStub).not.toEqual(keys.toStub);
    expect(other.keyId).not.toEqual(keys.keyId);
  });

  it('refuses a key that makes the secret predictable', () => {
    expect(() => deriveKeys({ own: stub, theirs: new Uint8Array(32), hello, welcome })).toThrow(WireError);
  });
});
