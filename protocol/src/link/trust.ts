import { signedBytes } from '../handshake.ts';
import type { Signed, TunnelHere, Welcome } from '../messages.ts';

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

const tunnelHereLabel = Buffer.from('live-lambda tunnel here v1\0');

/** What is signed of a {@link TunnelHere}: another label than a handshake's, so that neither passes for the other. */
export function tunnelHereBytes(body: Uint8Array): Uint8Array {
  return Buffer.concat([tunnelHereLabel, body]);
}

export function signWelcome(identity: TunnelIdentity | undefined, hello: Uint8Array, body: Uint8Array): Signed {
  return { body, signature: identity ? identity.sign(signedBytes(hello, body)) : new Uint8Array(0) };
}

export function signTunnelHere(identity: TunnelIdentity | undefined, body: Uint8Array): Signed {
  return { body, signature: identity ? identity.sign(tunnelHereBytes(body)) : new Uint8Array(0) };
}

/**
 * What a stub makes of a Welcome: `stranger`, its key was not pinned, and it has that key, or names none; `unproved`,
 * whoever sent it has not shown to have the key that it names, which may be anybody's.
 */
export type WelcomeVerdict = 'believed' | 'stranger' | 'unproved';

/** Whether a stub may believe a Welcome; without pinned keys it believes whoever IAM let publish. */
export function judgeWelcome(
  trust: TunnelTrust | undefined,
  hello: Uint8Array,
  welcome: Welcome,
  signed: Signed,
): WelcomeVerdict {
  if (!trust) return 'believed';
  const { identityKey } = welcome;
  if (identityKey.length === 0) return 'stranger';
  if (!trust.verify(identityKey, signedBytes(hello, signed.body), signed.signature)) return 'unproved';
  return trust.trusts(identityKey) ? 'believed' : 'stranger';
}

/** Whether another tunnel is what it says. */
export function believesTunnelHere(trust: TunnelTrust | undefined, here: TunnelHere, signed: Signed): boolean {
  if (!trust) return true;
  return (
    trust.trusts(here.identityKey) && trust.verify(here.identityKey, tunnelHereBytes(signed.body), signed.signature)
  );
}
