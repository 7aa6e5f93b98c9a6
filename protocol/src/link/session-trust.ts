import type { SessionMessageKind, Signed } from '../messages.ts';
import { judgeSigner, type SignerVerdict, type TunnelIdentity, type TunnelTrust } from './trust.ts';

/** What is signed first: what tunnels say to each other can pass neither for a handshake nor for another kind of it. */
const sessionLabels: Readonly<Record<SessionMessageKind, Uint8Array>> = {
  'tunnel-here': Buffer.from('live-lambda tunnel here v1\0'),
  'take-over': Buffer.from('live-lambda take over v1\0'),
  'hand-over': Buffer.from('live-lambda hand over v1\0'),
};

/** What is signed of a message among tunnels. */
export function sessionMessageBytes(kind: SessionMessageKind, body: Uint8Array): Uint8Array {
  return Buffer.concat([sessionLabels[kind], body]);
}

export function signSessionMessage(
  identity: TunnelIdentity | undefined,
  kind: SessionMessageKind,
  body: Uint8Array,
): Signed {
  return { body, signature: identity ? identity.sign(sessionMessageBytes(kind, body)) : new Uint8Array(0) };
}

/** Whether a tunnel may believe what another one says, which the stubs of the session would believe too. */
export function judgeSessionMessage(
  trust: TunnelTrust | undefined,
  kind: SessionMessageKind,
  { identityKey }: { readonly identityKey: Uint8Array },
  { body, signature }: Signed,
): SignerVerdict {
  return judgeSigner(trust, identityKey, sessionMessageBytes(kind, body), signature);
}
