import { createHash, hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { eventBytes, eventText } from './appsync/event-text.ts';
import { channelSegment, stubChannel, tunnelChannel } from './channel-names.ts';
import { bytesOf, each, hex, legible, revived, vectors } from './fixtures/golden-vectors.ts';
import { createEphemeralKey, deriveKeys, hashHello, signedBytes } from './handshake.ts';
import { createIdentity, verifySignature } from './identity.ts';
import { sessionMessageBytes } from './link/session-trust.ts';
import type {
  ChannelEvent,
  Codec,
  FrameHeader,
  HandOver,
  Hello,
  SessionMessageKind,
  TakeOver,
  TunnelHere,
  Welcome,
} from './messages.ts';
import { createReassembly, pack, type Reassembled } from './packing.ts';
import { createOpener, createSealer } from './sealing.ts';
import {
  decodeChannelEvent,
  encodeChannelEvent,
  encodeFrameHeader,
  encodeHello,
  encodeWelcome,
} from './wire/channel-event.ts';
import { WireError } from './wire/fields.ts';
import { decodeMessage, encodeMessage } from './wire/message.ts';
import {
  decodeHandOver,
  decodeTakeOver,
  decodeTunnelHere,
  encodeHandOver,
  encodeTakeOver,
  encodeTunnelHere,
} from './wire/session-message.ts';

/** What a channel event means, without the bytes that its parts were read from. */
function meaning(event: ChannelEvent): unknown {
  switch (event.kind) {
    case 'hello':
      return legible({ kind: event.kind, hello: event.hello });
    case 'welcome':
      return legible({ kind: event.kind, welcome: event.welcome, signature: event.signed.signature });
    case 'tunnel-here':
      return legible({ ...signedBy(event), tunnelHere: decodeTunnelHere(event.signed.body) });
    case 'take-over':
      return legible({ ...signedBy(event), takeOver: decodeTakeOver(event.signed.body) });
    case 'hand-over':
      return legible({ ...signedBy(event), handOver: decodeHandOver(event.signed.body) });
    case 'frame':
      return legible({ kind: event.kind, header: event.frame.header, sealed: event.frame.sealed });
    default:
      return legible(event);
  }
}

const signedBy = ({ kind, signed: { signature } }: Extract<ChannelEvent, { kind: SessionMessageKind }>) => ({
  kind,
  signature,
});

type Meaning =
  | { readonly kind: 'hello'; readonly hello: Hello }
  | { readonly kind: 'welcome'; readonly welcome: Welcome; readonly signature: Uint8Array }
  | { readonly kind: 'tunnel-here'; readonly tunnelHere: TunnelHere; readonly signature: Uint8Array }
  | { readonly kind: 'take-over'; readonly takeOver: TakeOver; readonly signature: Uint8Array }
  | { readonly kind: 'hand-over'; readonly handOver: HandOver; readonly signature: Uint8Array }
  | { readonly kind: 'frame'; readonly header: FrameHeader; readonly sealed: Uint8Array }
  | { readonly kind: 'probe'; readonly tunnelInstance: Uint8Array; readonly nonce: Uint8Array };

function encoded(event: Meaning): Uint8Array {
  switch (event.kind) {
    case 'hello':
      return encodeChannelEvent({ kind: 'hello', bytes: encodeHello(event.hello) });
    case 'welcome': {
      const { kind, signature } = event;
      return encodeChannelEvent({ kind, signed: { body: encodeWelcome(event.welcome), signature } });
    }
    case 'tunnel-here': {
      const { kind, signature } = event;
      return encodeChannelEvent({ kind, signed: { body: encodeTunnelHere(event.tunnelHere), signature } });
    }
    case 'take-over': {
      const { kind, signature } = event;
      return encodeChannelEvent({ kind, signed: { body: encodeTakeOver(event.takeOver), signature } });
    }
    case 'hand-over': {
      const { kind, signature } = event;
      return encodeChannelEvent({ kind, signed: { body: encodeHandOver(event.handOver), signature } });
    }
    case 'frame': {
      const { kind, sealed } = event;
      return encodeChannelEvent({ kind, headerBytes: encodeFrameHeader(event.header), sealed });
    }
    default:
      return encodeChannelEvent(event);
  }
}

const channelEventVectors = vectors<{ bytes: string; event: unknown }>('channel-events');
const frameHeaderVectors = vectors<{ bytes: string; header: unknown }>('frame-headers');
const messageVectors = vectors<{ bytes: string; message: unknown }>('messages');

describe('golden channel events', () => {
  it.each(each(channelEventVectors))('%s', (_name, { bytes, event, onlyDecode }) => {
    expect(meaning(decodeChannelEvent(bytesOf(bytes)))).toEqual(event);
    if (!onlyDecode) expect(hex(encoded(revived(event)))).toBe(bytes);
  });
});

describe('golden frame headers', () => {
  it.each(each(frameHeaderVectors))('%s', (_name, { bytes, header }) => {
    const event = encodeChannelEvent({ kind: 'frame', headerBytes: bytesOf(bytes), sealed: new Uint8Array(0) });
    expect(meaning(decodeChannelEvent(event))).toEqual({ kind: 'frame', header, sealed: 'hex:' });
    expect(hex(encodeFrameHeader(revived(header)))).toBe(bytes);
  });
});

describe('golden messages', () => {
  it.each(each(messageVectors))('%s', (_name, { bytes, message, onlyDecode }) => {
    expect(legible(decodeMessage(bytesOf(bytes))) ?? null).toEqual(message);
    if (!onlyDecode) expect(hex(encodeMessage(revived(message)))).toBe(bytes);
  });
});

describe('golden refusals', () => {
  it.each(each(vectors<{ of: 'channel event' | 'message'; bytes: string }>('invalid')))(
    '%s is refused',
    (_name, { of, bytes }) => {
      const decode = of === 'message' ? decodeMessage : decodeChannelEvent;
      expect(() => decode(bytesOf(bytes))).toThrow(WireError);
    },
  );
});

describe('golden names', () => {
  type NameVector =
    | { readonly given: string; readonly segment: string }
    | { readonly app: string; readonly session: string; readonly channel: string }
    | { readonly app: string; readonly environmentId: string; readonly channel: string };
  it.each(each(vectors<NameVector>('channel-names')))('%s', (_name, vector) => {
    if ('segment' in vector) expect(channelSegment(vector.given)).toBe(vector.segment);
    else if ('session' in vector) expect(tunnelChannel(vector)).toBe(vector.channel);
    else expect(stubChannel({ app: vector.app, environmentId: bytesOf(vector.environmentId) })).toBe(vector.channel);
  });
});

describe('golden event text', () => {
  it.each(each(vectors<{ bytes: string; text: string }>('event-text')))('%s', (_name, { bytes, text }) => {
    expect(eventText(bytesOf(bytes))).toBe(text);
    expect(hex(eventBytes(text) ?? expect.fail('not read'))).toBe(bytes);
  });
});

describe('golden handshake', () => {
  interface Handshake {
    readonly stubSecret: string;
    readonly stubPublicKey: string;
    readonly tunnelSecret: string;
    readonly tunnelPublicKey: string;
    readonly sharedSecret: string;
    readonly hello: string;
    readonly helloHash: string;
    readonly welcome: string;
    readonly signed: string;
    readonly handshakeHash: string;
    readonly keyId: string;
    readonly toTunnel: { readonly info: string; readonly key: string };
    readonly toStub: { readonly info: string; readonly key: string };
  }
  it.each(each(vectors<Handshake>('handshake')))('%s', (_name, vector) => {
    const [stub, tunnel] = [vector.stubSecret, vector.tunnelSecret].map((secret) =>
      createEphemeralKey(bytesOf(secret)),
    );
    const hello = bytesOf(vector.hello);
    const welcome = bytesOf(vector.welcome);
    expect([stub, tunnel].map((key) => hex(key!.publicKey))).toEqual([vector.stubPublicKey, vector.tunnelPublicKey]);
    expect(hex(hashHello(hello))).toBe(vector.helloHash);
    expect(hex(signedBytes(hello, welcome))).toBe(vector.signed);
    const derived = { keyId: vector.keyId, toTunnel: vector.toTunnel.key, toStub: vector.toStub.key };
    for (const [own, theirs] of [
      [stub!, tunnel!],
      [tunnel!, stub!],
    ] as const) {
      const keys = deriveKeys({ own, theirs: theirs.publicKey, hello, welcome });
      expect({ keyId: hex(keys.keyId), toTunnel: hex(keys.toTunnel), toStub: hex(keys.toStub) }).toEqual(derived);
    }
    // The vector is whole: the keys follow from what it says, by the standards alone.
    const salt = createHash('sha256').update(bytesOf(vector.signed)).digest();
    expect(hex(salt)).toBe(vector.handshakeHash);
    expect(vector.handshakeHash.startsWith(vector.keyId)).toBe(true);
    for (const { info, key } of [vector.toTunnel, vector.toStub])
      expect(hex(new Uint8Array(hkdfSync('sha256', bytesOf(vector.sharedSecret), salt, info, 32)))).toBe(key);
  });
});

describe('golden signatures', () => {
  interface SignatureVector {
    readonly secret: string;
    readonly publicKey: string;
    readonly fingerprint: string;
    readonly hello?: string;
    /** Of what tunnels say to each other; a TunnelHere where neither is there. */
    readonly kind?: SessionMessageKind;
    readonly body: string;
    readonly signed: string;
    readonly signature: string;
  }
  it.each(each(vectors<SignatureVector>('signatures')))('%s', (_name, vector) => {
    const identity = createIdentity(bytesOf(vector.secret));
    const body = bytesOf(vector.body);
    const { hello, kind = 'tunnel-here' } = vector;
    const signed = hello === undefined ? sessionMessageBytes(kind, body) : signedBytes(bytesOf(hello), body);
    expect(hex(signed)).toBe(vector.signed);
    expect(hex(identity.publicKey)).toBe(vector.publicKey);
    expect(identity.fingerprint).toBe(vector.fingerprint);
    expect(hex(identity.sign(signed))).toBe(vector.signature);
    expect(verifySignature(identity.publicKey, signed, bytesOf(vector.signature))).toBe(true);
  });
});

describe('golden seals', () => {
  interface Seal {
    readonly key: string;
    readonly counter: number;
    readonly header: string;
    readonly plain: string;
    readonly sealed: string;
  }
  const seals = vectors<Seal>('sealing');

  it.each(each(seals))('%s is opened', (_name, { key, counter, header, plain, sealed }) => {
    const opened = createOpener(bytesOf(key)).open(bytesOf(sealed), bytesOf(header), counter);
    expect(typeof opened === 'string' ? opened : hex(opened)).toBe(plain);
  });

  it('are made, one counter after the other', () => {
    const sealer = createSealer(bytesOf(seals[0]!.key));
    expect(seals.map(({ header, plain }) => hex(sealer.seal(bytesOf(plain), () => bytesOf(header)).sealed))).toEqual(
      seals.map(({ sealed }) => sealed),
    );
  });
});

describe('golden packing', () => {
  interface Packing {
    readonly codec: Codec;
    readonly message?: { readonly piece: string; readonly times: number };
    readonly segments?: readonly string[];
    readonly segmentHashes?: readonly { readonly bytes: number; readonly sha256: string }[];
    readonly refused?: boolean;
  }
  const packings = vectors<Packing>('packing');

  function reassembled(codec: Codec, segments: readonly Uint8Array[]): Reassembled {
    const reassembly = createReassembly();
    const count = segments.length;
    const states = segments.map((segment, index) => reassembly.add({ message: 1, index, count, codec }, segment, 0));
    return states.at(-1)!;
  }

  it.each(each(packings))('%s', (_name, vector) => {
    const { codec, onlyDecode } = vector;
    const message = repeated(vector.message);
    const packed = pack(message.subarray(0, onlyDecode ? 0 : undefined), codec).segments;
    const segments = vector.segments?.map(bytesOf) ?? packed;
    if (!onlyDecode) expect(packed.map(hash)).toEqual(vector.segmentHashes ?? segments.map(hash));
    const result = reassembled(codec, segments);
    expect(result.state).toBe(vector.refused ? 'refused' : 'complete');
    if (result.state === 'complete') expect(Buffer.compare(result.message, message)).toBe(0);
  });

  function repeated(message: Packing['message']): Buffer {
    return Buffer.alloc(((message?.piece.length ?? 0) / 2) * (message?.times ?? 0), message?.piece ?? '', 'hex');
  }

  function hash(segment: Uint8Array) {
    return { bytes: segment.length, sha256: createHash('sha256').update(segment).digest('hex') };
  }
});
