import { createHash, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { eventBytes, eventText } from './appsync/event-text.ts';
import { channelSegment, stubChannel, tunnelChannel } from './channel-names.ts';
import { createEphemeralKey, deriveKeys, hashHello, signedBytes } from './handshake.ts';
import { createIdentity, verifySignature } from './identity.ts';
import { createStubCore, type StubEffect } from './link/stub-core.ts';
import { acceptAfterMs } from './link/timing.ts';
import { tunnelHereBytes } from './link/trust.ts';
import { createTunnelCore, type TunnelEffect } from './link/tunnel-core.ts';
import type { Attach, ChannelEvent, Codec, FrameHeader, Hello, Invoke, Message, Result, Welcome } from './messages.ts';
import { createReassembly, pack, type Reassembled } from './packing.ts';
import { createSealedSession } from './sealed-session.ts';
import { createOpener, createSealer } from './sealing.ts';
import {
  decodeChannelEvent,
  encodeChannelEvent,
  encodeFrameHeader,
  encodeHello,
  encodeTunnelHere,
  encodeWelcome,
} from './wire/channel-event.ts';
import { WireError } from './wire/fields.ts';
import { decodeMessage, encodeMessage } from './wire/message.ts';

const protocolFolder = join(import.meta.dirname, '..');

interface Named {
  readonly name: string;
  /** Another encoder may make other bytes of this meaning. */
  readonly onlyDecode?: boolean;
}

function vectors<Vector>(file: string): readonly (Vector & Named)[] {
  return JSON.parse(readFileSync(join(protocolFolder, 'vectors', 'v1', `${file}.json`), 'utf8'));
}

function each<Vector>(given: readonly (Vector & Named)[]): [string, Vector & Named][] {
  return given.map((vector) => [vector.name, vector]);
}

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** A value of the protocol as vectors write it: bytes as `hex:…`, absent fields left out. */
function legible(value: unknown): unknown {
  if (value instanceof Uint8Array) return `hex:${hex(value)}`;
  if (Array.isArray(value)) return value.map(legible);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([name, field]) => [name, legible(field)]));
}

function revived<T>(value: unknown): T {
  if (typeof value === 'string' && value.startsWith('hex:')) return bytesOf(value.slice(4)) as T;
  if (Array.isArray(value)) return value.map(revived) as T;
  if (typeof value !== 'object' || value === null) return value as T;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, revived(field)])) as T;
}

/** What a channel event means, without the bytes that its parts were read from. */
function meaning(event: ChannelEvent): unknown {
  switch (event.kind) {
    case 'hello':
      return legible({ kind: event.kind, hello: event.hello });
    case 'welcome':
      return legible({ kind: event.kind, welcome: event.welcome, signature: event.signed.signature });
    case 'tunnel-here':
      return legible({ kind: event.kind, tunnelHere: event.tunnelHere, signature: event.signed.signature });
    case 'frame':
      return legible({ kind: event.kind, header: event.frame.header, sealed: event.frame.sealed });
    default:
      return legible(event);
  }
}

type Meaning =
  | { readonly kind: 'hello'; readonly hello: Hello }
  | { readonly kind: 'welcome'; readonly welcome: Welcome; readonly signature: Uint8Array }
  | {
      readonly kind: 'tunnel-here';
      readonly tunnelHere: Parameters<typeof encodeTunnelHere>[0];
      readonly signature: Uint8Array;
    }
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
    else if ('session' in vector) expect(tunnelChannel(vector.app, vector.session)).toBe(vector.channel);
    else expect(stubChannel(vector.app, bytesOf(vector.environmentId))).toBe(vector.channel);
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
    readonly body: string;
    readonly signed: string;
    readonly signature: string;
  }
  it.each(each(vectors<SignatureVector>('signatures')))('%s', (_name, vector) => {
    const identity = createIdentity(bytesOf(vector.secret));
    const body = bytesOf(vector.body);
    const signed = vector.hello === undefined ? tunnelHereBytes(body) : signedBytes(bytesOf(vector.hello), body);
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

describe('the golden conversation', () => {
  interface Step {
    readonly from: 'stub' | 'tunnel';
    readonly channel: string;
    readonly events: readonly string[];
    readonly hello?: unknown;
    readonly welcome?: unknown;
    readonly message?: unknown;
    readonly ephemeralSecret?: string;
    readonly identitySecret?: string;
  }
  const steps = vectors<Step>('conversation');
  const [first, second, attachStep, invokeStep, attachAccepted, invokeAccepted, resultStep] = steps.map((step) => ({
    ...step,
    events: step.events.map(bytesOf),
  }));
  const hello = revived<Hello>(first!.hello);
  const welcome = revived<Welcome>(second!.welcome);
  const attach = revived<Attach>(attachStep!.message);
  const invoke = revived<Invoke>(invokeStep!.message);
  const result = revived<Result>(resultStep!.message);
  const stubSecret = bytesOf(first!.ephemeralSecret!);
  const tunnelSecret = bytesOf(second!.ephemeralSecret!);
  const identity = createIdentity(bytesOf(second!.identitySecret!));

  const published = (effects: readonly (StubEffect | TunnelEffect)[]) =>
    effects.flatMap((effect) => (effect.type === 'publish' ? effect.events.map(hex) : []));
  const said = (...given: (typeof first)[]) => given.flatMap((step) => step!.events.map(hex));

  it('goes over the channels of the session and of the environment', () => {
    for (const step of steps)
      expect(step.channel).toBe(
        step.from === 'stub' ? tunnelChannel(hello.app, hello.session) : stubChannel(hello.app, hello.environmentId),
      );
  });

  it('is sealed as it says under the keys of its handshake, and opened', () => {
    const stubKey = createEphemeralKey(stubSecret);
    const theirs = createEphemeralKey(tunnelSecret).publicKey;
    const keys = deriveKeys({ own: stubKey, theirs, hello: encodeHello(hello), welcome: encodeWelcome(welcome) });
    const { version, codec } = welcome;
    const { environmentId } = hello;
    const stub = createSealedSession({ side: 'stub', version, environmentId, codec, keys });
    const tunnel = createSealedSession({ side: 'tunnel', version, environmentId, codec, keys });
    for (const { from, events, message } of steps.slice(2)) {
      const [sender, receiver] = from === 'stub' ? [stub, tunnel] : [tunnel, stub];
      expect(sender.seal(revived<Message>(message)).events.map(hex)).toEqual(events);
      const opened = events.map((event) => {
        const decoded = decodeChannelEvent(bytesOf(event));
        return decoded.kind === 'frame' ? receiver.open(decoded.frame, 0) : expect.fail('not a frame');
      });
      expect(legible(opened.at(-1))).toEqual({ state: 'message', message, firstMs: 0 });
    }
  });

  it('is what a stub says and understands', () => {
    const random = [stubSecret, hello.nonce, invoke.invocationId];
    const stub = createStubCore({
      identity: hello,
      codecs: hello.codecs,
      attachment: () => attach,
      trust: {
        trusts: (key) => hex(key) === hex(identity.publicKey),
        verify: verifySignature,
        fingerprint: () => identity.fingerprint,
      },
      random: () => random.shift() ?? expect.fail('more randomness than the conversation has'),
    });
    expect(published(stub.subscribed(0))).toEqual(said(first));
    const { headers, event, remainingMs } = invoke;
    stub.invoke({ headers, event, deadlineMs: remainingMs }, 0);
    expect(published(stub.receive(second!.events[0]!, 0))).toEqual(said(attachStep, invokeStep));
    for (const step of [attachAccepted, invokeAccepted]) stub.receive(step!.events[0]!, 0);
    expect(legible(stub.receive(resultStep!.events[0]!, 0))).toEqual([
      { type: 'settle', outcome: { type: 'result', result: resultStep!.message } },
    ]);
  });

  it('is what a tunnel says and understands', () => {
    const tunnel = createTunnelCore({
      instance: welcome.tunnelInstance,
      release: welcome.release,
      codecs: ['deflate', 'none'],
      owner: 'ann@laptop',
      identity,
      trust: undefined,
      admit: () => undefined,
      random: () => tunnelSecret,
    });
    expect(published(tunnel.receive(first!.events[0]!, 0))).toEqual(said(second));
    const [check] = tunnel.receive(attachStep!.events[0]!, 0);
    if (check?.type !== 'check') expect.fail('the Attach was not taken');
    expect(legible(check.claim.attach)).toEqual(attachStep!.message);
    const peer = tunnel.peer(hex(hello.environmentId));
    expect(published(peer!.checked(check.claim, { believed: true }, 0))).toEqual(said(attachAccepted));
    expect(legible(tunnel.receive(invokeStep!.events[0]!, 0))).toMatchObject([
      { type: 'invoke', invocation: { event: legible(invoke.event), headers: invoke.headers, deadlineMs: 3000 } },
    ]);
    expect(published(tunnel.tick(acceptAfterMs))).toEqual(said(invokeAccepted));
    expect(published(tunnel.answer(hex(hello.environmentId), result, acceptAfterMs))).toEqual(said(resultStep));
  });
});

describe('the golden vectors', () => {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => join(protocolFolder, 'proto', target);
  root.loadSync(['frame', 'handshake', 'message'].map((file) => `live_lambda/v1/${file}.proto`));
  const namespace = root.lookup('live_lambda.v1') as protobuf.Namespace;

  /** Fields and values of enums that a message uses, as `Type.field` and `Enum.VALUE`, in it and in what it carries. */
  function used(type: protobuf.Type, bytes: Uint8Array): string[] {
    const message = type.decode(bytes) as unknown as Record<string, unknown>;
    return Object.keys(message).flatMap((name) => {
      const field = type.fields[name];
      return field ? [`${type.name}.${name}`, ...usedBy(field.resolve(), message[name])] : [];
    });
  }

  function usedBy(field: protobuf.Field, value: unknown): string[] {
    const { resolvedType } = field;
    const values = field.repeated ? (value as unknown[]) : [value];
    if (resolvedType instanceof protobuf.Enum)
      return values.map((number) => `${resolvedType.name}.${resolvedType.valuesById[number as number]}`);
    if (resolvedType instanceof protobuf.Type)
      return values.flatMap((nested) => used(resolvedType, resolvedType.encode(nested as object).finish()));
    const carried = { hello: 'Hello', header: 'FrameHeader' }[field.name];
    return carried ? used(namespace.lookupType(carried), value as Uint8Array) : [];
  }

  const bodies = { welcome: 'Welcome', tunnelHere: 'TunnelHere' } as const;
  const inEvents = channelEventVectors.flatMap(({ bytes }) => {
    const type = namespace.lookupType('ChannelEvent');
    const event = type.decode(bytesOf(bytes)) as unknown as Record<string, { readonly body?: Uint8Array }>;
    const signed = (Object.keys(bodies) as (keyof typeof bodies)[]).flatMap((name) =>
      event[name] ? used(namespace.lookupType(bodies[name]), event[name].body ?? new Uint8Array(0)) : [],
    );
    return [...used(type, bytesOf(bytes)), ...signed];
  });
  const inMessages = messageVectors.flatMap(({ bytes }) => used(namespace.lookupType('Message'), bytesOf(bytes)));
  const inHeaders = frameHeaderVectors.flatMap(({ bytes }) =>
    used(namespace.lookupType('FrameHeader'), bytesOf(bytes)),
  );
  const covered = new Set([...inEvents, ...inHeaders, ...inMessages]);

  function declared(within: protobuf.NamespaceBase): string[] {
    return within.nestedArray.flatMap((nested) => {
      if (nested instanceof protobuf.Enum)
        return Object.entries(nested.values).flatMap(([name, number]) =>
          // Zero is what is not written.
          number === 0 ? [] : [`${nested.name}.${name}`],
        );
      if (nested instanceof protobuf.Type)
        return [...nested.fieldsArray.map(({ name }) => `${nested.name}.${name}`), ...declared(nested)];
      return [];
    });
  }

  it('have every kind, every field and every value of an enum that the .proto files declare', () => {
    const all = declared(namespace);
    expect(all).toContain('Message.goodbye');
    expect(all.filter((name) => !covered.has(name))).toEqual([]);
  });
});
