import { createHash, createPublicKey, diffieHellman } from 'node:crypto';
import { stubChannel, tunnelChannel } from '../../dist/channel-names.js';
import { createEphemeralKey, deriveKeys, hashHello, signedBytes } from '../../dist/handshake.js';
import { createIdentity } from '../../dist/identity.js';
import { sessionMessageBytes, signSessionMessage } from '../../dist/link/session-trust.js';
import { signWelcome } from '../../dist/link/trust.js';
import { createSealedSession } from '../../dist/sealed-session.js';
import { createSealer } from '../../dist/sealing.js';
import { encodeChannelEvent, encodeFrameHeader, encodeHello, encodeWelcome } from '../../dist/wire/channel-event.js';
import { encodeHandOver, encodeTakeOver, encodeTunnelHere } from '../../dist/wire/session-message.js';
import { handOver, hello as plainHello, welcome as plainWelcome, takeOver, tunnelHere } from './channel-events.mjs';
import { credentials, facts, invoke, result } from './messages.mjs';
import { empty, environmentId, fixed, hex, invocationId, legible } from './notation.mjs';

/** RFC 8032, section 7.1, test 1. */
const identitySecret = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
const identity = createIdentity(identitySecret);
const stubSecret = fixed('ephemeral secret of the stub', 32);
const tunnelSecret = fixed('ephemeral secret of the tunnel', 32);
const stubKey = createEphemeralKey(stubSecret);
const tunnelKey = createEphemeralKey(tunnelSecret);

const hello = { ...plainHello, ephemeralKey: stubKey.publicKey };
const helloBytes = encodeHello(hello);
const welcome = {
  ...plainWelcome,
  aloneForMs: 0,
  ephemeralKey: tunnelKey.publicKey,
  identityKey: identity.publicKey,
  helloHash: hashHello(helloBytes),
};
const welcomeBytes = encodeWelcome(welcome);
const keys = deriveKeys({ own: stubKey, theirs: tunnelKey.publicKey, hello: helloBytes, welcome: welcomeBytes });
const signedWelcome = signWelcome(identity, helloBytes, welcomeBytes);

export function handshakeVectors() {
  const signed = signedBytes(helloBytes, welcomeBytes);
  const publicKey = createPublicKey(tunnelKey.privateKey);
  return [
    {
      name: 'a handshake',
      stubSecret: hex(stubSecret),
      stubPublicKey: hex(stubKey.publicKey),
      tunnelSecret: hex(tunnelSecret),
      tunnelPublicKey: hex(tunnelKey.publicKey),
      sharedSecret: hex(diffieHellman({ privateKey: stubKey.privateKey, publicKey })),
      hello: hex(helloBytes),
      helloHash: hex(welcome.helloHash),
      welcome: hex(welcomeBytes),
      signed: hex(signed),
      handshakeHash: hex(createHash('sha256').update(signed).digest()),
      keyId: hex(keys.keyId),
      toTunnel: { info: 'live-lambda v1 to-tunnel', key: hex(keys.toTunnel) },
      toStub: { info: 'live-lambda v1 to-stub', key: hex(keys.toStub) },
    },
  ];
}

export function signatureVectors() {
  const by = { identityKey: identity.publicKey };
  const hereBytes = encodeTunnelHere({ ...tunnelHere, ...by });
  const made = (name, body, signed, signature, about) => ({
    name,
    secret: hex(identitySecret),
    publicKey: hex(identity.publicKey),
    fingerprint: identity.fingerprint,
    ...about,
    body: hex(body),
    signed: hex(signed),
    signature: hex(signature),
  });
  const ofSession = (name, kind, body, about) =>
    made(name, body, sessionMessageBytes(kind, body), signSessionMessage(identity, kind, body).signature, about);
  return [
    made('a Welcome', welcomeBytes, signedBytes(helloBytes, welcomeBytes), signedWelcome.signature, {
      hello: hex(helloBytes),
    }),
    ofSession('a TunnelHere', 'tunnel-here', hereBytes, {}),
    ofSession('a TakeOver', 'take-over', encodeTakeOver({ ...takeOver, ...by }), { kind: 'take-over' }),
    ofSession('a HandOver', 'hand-over', encodeHandOver({ ...handOver, ...by }), { kind: 'hand-over' }),
  ];
}

export function sealingVectors() {
  const key = fixed('a key', 32);
  const sealer = createSealer(key);
  const plains = {
    'the first segment': Buffer.from('hello'),
    'an empty segment': empty,
    'a longer one': fixed('plain', 32),
  };
  return Object.entries(plains).map(([name, plain], index) => {
    const counter = index + 1;
    const header = encodeFrameHeader({
      version: 1,
      environmentId,
      keyId: keys.keyId,
      direction: 'to-tunnel',
      message: counter,
      index: 0,
      count: 1,
      counter,
      codec: 'none',
    });
    const { sealed } = sealer.seal(plain, () => header);
    const nonce = Buffer.alloc(12);
    nonce.writeBigUInt64BE(BigInt(counter), 4);
    return {
      name,
      key: hex(key),
      counter,
      nonce: hex(nonce),
      header: hex(header),
      plain: hex(plain),
      sealed: hex(sealed),
    };
  });
}

export function conversationVectors() {
  const options = { version: 1, environmentId, codec: welcome.codec, keys };
  const stub = createSealedSession({ side: 'stub', ...options });
  const tunnel = createSealedSession({ side: 'tunnel', ...options });
  const toTunnel = { from: 'stub', channel: tunnelChannel({ app: hello.app, session: hello.session }) };
  const toStub = { from: 'tunnel', channel: stubChannel({ app: hello.app, environmentId }) };
  const sealed = (name, by, message) => ({
    name,
    ...(by === stub ? toTunnel : toStub),
    events: by.seal(message).events.map(hex),
    message: legible(message),
  });
  const helloEvent = encodeChannelEvent({ kind: 'hello', bytes: helloBytes });
  const welcomeEvent = encodeChannelEvent({ kind: 'welcome', signed: signedWelcome });
  return [
    { name: 'Hello', ...toTunnel, events: [hex(helloEvent)], hello: legible(hello), ephemeralSecret: hex(stubSecret) },
    {
      name: 'Welcome',
      ...toStub,
      events: [hex(welcomeEvent)],
      welcome: legible(welcome),
      ephemeralSecret: hex(tunnelSecret),
      identitySecret: hex(identitySecret),
    },
    sealed('Attach', stub, { kind: 'attach', variables: { TABLE: 'orders' }, credentials, facts }),
    sealed('Invoke', stub, invoke),
    sealed('Accepted, of the Attach', tunnel, { kind: 'accepted', invocationId: empty }),
    sealed('Accepted, of the Invoke', tunnel, { kind: 'accepted', invocationId }),
    sealed('Result', tunnel, result),
  ];
}
