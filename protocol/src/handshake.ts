import { createHash, createPrivateKey, createPublicKey, diffieHellman, hkdfSync, type KeyObject } from 'node:crypto';
import type { Signed } from './messages.ts';
import { keyBytes, keyIdBytes, WireError } from './wire/fields.ts';

/** What a handshake hashes first, so that its hash and its signature can mean nothing else. */
const label = Buffer.from('live-lambda handshake v1\0');

/** RFC 8410: the bytes before a raw X25519 key in PKCS #8 and in SubjectPublicKeyInfo. */
const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
const spkiPrefix = Buffer.from('302a300506032b656e032100', 'hex');

/** A key pair for one handshake (X25519, RFC 7748). */
export interface EphemeralKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
}

/** @param secret 32 random bytes. */
export function createEphemeralKey(secret: Uint8Array): EphemeralKey {
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, secret]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { publicKey: new Uint8Array(spki.subarray(spkiPrefix.length)), privateKey };
}

export function hashHello(hello: Uint8Array): Uint8Array {
  return createHash('sha256').update(hello).digest();
}

/** What a tunnel signs: a fixed label, the hash of the Hello as received, the Welcome as sent. */
export function signedBytes(hello: Uint8Array, welcome: Signed['body']): Uint8Array {
  return Buffer.concat([label, hashHello(hello), welcome]);
}

/** The keys of one handshake, one for each direction. */
export interface HandshakeKeys {
  /** First 8 bytes of the handshake's hash: names the keys on the wire. */
  readonly keyId: Uint8Array;
  readonly toTunnel: Uint8Array;
  readonly toStub: Uint8Array;
}

/**
 * Derives the keys that both sides share: HKDF-SHA256 (RFC 5869) of the X25519 secret, salted with the hash of all that
 * was said, so that two sides that heard different things have different keys.
 * @throws WireError when the other side's key is not a usable X25519 public key.
 */
export function deriveKeys(options: {
  readonly own: EphemeralKey;
  readonly theirs: Uint8Array;
  readonly hello: Uint8Array;
  readonly welcome: Uint8Array;
}): HandshakeKeys {
  const salt = createHash('sha256').update(signedBytes(options.hello, options.welcome)).digest();
  const secret = agree(options.own, options.theirs);
  const derive = (direction: string) =>
    new Uint8Array(hkdfSync('sha256', secret, salt, `live-lambda v1 ${direction}`, keyBytes));
  return { keyId: salt.subarray(0, keyIdBytes), toTunnel: derive('to-tunnel'), toStub: derive('to-stub') };
}

function agree(own: EphemeralKey, theirs: Uint8Array): Uint8Array {
  try {
    const publicKey = createPublicKey({ key: Buffer.concat([spkiPrefix, theirs]), format: 'der', type: 'spki' });
    // OpenSSL refuses an all-zero result, as RFC 7748 section 6.1 asks.
    return diffieHellman({ privateKey: own.privateKey, publicKey });
  } catch (cause) {
    throw new WireError('the ephemeral key of the other side is not usable', { cause });
  }
}
