import { signedBytes } from '../handshake.ts';
import type { Signed, Welcome } from '../messages.ts';

/** How a tunnel proves who runs it. */
export interface TunnelIdentity {
  /** Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  sign(bytes: Uint8Array): Uint8Array;
}

/** Which tunnels a stub, or another tunnel, believes. */
export interface TunnelTrust {
  /** Whether the key is one of those that were pinned at deploy. */
  trusts(publicKey: Uint8Array): boolean;
  verify(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean;
  /** The key in the form that people compare. */
  fingerprint(publicKey: Uint8Array): string;
}

export function signWelcome(identity: TunnelIdentity | undefined, hello: Uint8Array, body: Uint8Array): Signed {
  return { body, signature: identity ? identity.sign(signedBytes(hello, body)) : new Uint8Array(0) };
}

/**
 * What is made of who signed: `stranger`, its key was not pinned, and it has that key, or names none; `unproved`,
 * whoever sent it has not shown to have the key that it names, which may be anybody's.
 */
export type SignerVerdict = 'believed' | 'stranger' | 'unproved';

/** Whether a stub may believe a Welcome; without pinned keys it believes whoever IAM let publish. */
export function judgeWelcome(
  trust: TunnelTrust | undefined,
  hello: Uint8Array,
  welcome: Welcome,
  signed: Signed,
): SignerVerdict {
  return judgeSigner(trust, welcome.identityKey, signedBytes(hello, signed.body), signed.signature);
}

/** Whether the signature is by the key, and the key one that is trusted. */
export function judgeSigner(
  trust: TunnelTrust | undefined,
  key: Uint8Array,
  signed: Uint8Array,
  signature: Uint8Array,
): SignerVerdict {
  if (!trust) return 'believed';
  if (key.length === 0) return 'stranger';
  if (!trust.verify(key, signed, signature)) return 'unproved';
  return trust.trusts(key) ? 'believed' : 'stranger';
}
