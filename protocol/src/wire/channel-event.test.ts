import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { FrameHeader, Hello, Welcome } from '../messages.ts';
import {
  decodeChannelEvent,
  encodeChannelEvent,
  encodeFrameHeader,
  encodeHello,
  encodeWelcome,
  environmentIdOf,
} from './channel-event.ts';
import { WireError } from './fields.ts';

const hello: Hello = {
  minVersion: 1,
  maxVersion: 3,
  codecs: ['deflate', 'none'],
  apiHost: 'abc.appsync-api.eu-west-1.amazonaws.com',
  region: 'eu-west-1',
  app: 'shop',
  session: 'default',
  functionName: 'shop-Orders-1',
  functionPath: 'Shop/Orders',
  environmentId: randomBytes(16),
  ephemeralKey: randomBytes(32),
  nonce: randomBytes(16),
  release: '0.1.0',
};

const welcome: Welcome = {
  version: 1,
  codec: 'deflate',
  tunnelInstance: randomBytes(16),
  aloneForMs: 1234,
  ephemeralKey: randomBytes(32),
  identityKey: randomBytes(32),
  helloHash: randomBytes(32),
  refusal: undefined,
  release: '0.1.0',
};

const header: FrameHeader = {
  version: 1,
  environmentId: randomBytes(16),
  keyId: randomBytes(8),
  direction: 'to-tunnel',
  message: Number.MAX_SAFE_INTEGER,
  index: 3,
  count: 4,
  counter: 2 ** 40 + 1,
  codec: 'none',
};

const signed = (body: Uint8Array) => ({ body, signature: randomBytes(64) });

describe('channel events', () => {
  it('name their environment where they do so in clear', () => {
    const frame = { headerBytes: encodeFrameHeader(header), sealed: randomBytes(20) };
    const event = (given: Parameters<typeof encodeChannelEvent>[0]) => environmentIdOf(encodeChannelEvent(given));
    expect(event({ kind: 'hello', bytes: encodeHello(hello) })).toEqual(hello.environmentId);
    expect(event({ kind: 'frame', ...frame })).toEqual(header.environmentId);
    expect(event({ kind: 'welcome', signed: signed(encodeWelcome(welcome)) })).toBeUndefined();
    expect(environmentIdOf(randomBytes(40))).toBeUndefined();
  });

  it('carry a Hello and its bytes as sent', () => {
    const bytes = new Uint8Array(encodeHello(hello));
    const decoded = decodeChannelEvent(encodeChannelEvent({ kind: 'hello', bytes }));
    expect(decoded.kind === 'hello' && decoded.hello).toEqual(hello);
    expect(decoded.kind === 'hello' && Buffer.compare(decoded.bytes, bytes)).toBe(0);
  });

  it('carry a Welcome, with a refusal too', () => {
    for (const given of [
      welcome,
      {
        ...welcome,
        version: 0,
        ephemeralKey: new Uint8Array(0),
        refusal: { reason: 'unknown-function' as const, text: 'no' },
      },
    ]) {
      const decoded = decodeChannelEvent(encodeChannelEvent({ kind: 'welcome', signed: signed(encodeWelcome(given)) }));
      expect(decoded.kind === 'welcome' && decoded.welcome).toEqual(given);
    }
  });

  it('carry a frame with its header as sealed', () => {
    const headerBytes = encodeFrameHeader(header);
    const decoded = decodeChannelEvent(
      encodeChannelEvent({ kind: 'frame', headerBytes, sealed: Buffer.from('sealed') }),
    );
    expect(decoded.kind === 'frame' && decoded.frame.header).toEqual(header);
    expect(decoded.kind === 'frame' && Buffer.compare(decoded.frame.headerBytes, headerBytes)).toBe(0);
  });

  it.each(['tunnel-here', 'take-over', 'hand-over'] as const)('carry what tunnels say to each other: %s', (kind) => {
    const given = signed(randomBytes(40));
    expect(decodeChannelEvent(encodeChannelEvent({ kind, signed: given }))).toEqual({ kind, signed: given });
  });

  it('carry a probe', () => {
    const probe = { kind: 'probe' as const, tunnelInstance: randomBytes(16), nonce: randomBytes(16) };
    expect(decodeChannelEvent(encodeChannelEvent(probe))).toEqual(probe);
  });

  it.each([
    ['no protobuf', Buffer.from('{"type":"hello"}')],
    ['nothing at all', new Uint8Array(0)],
    ['a length beyond the end', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0x0f])],
    [
      'an id of another size',
      encodeChannelEvent({ kind: 'hello', bytes: encodeHello({ ...hello, environmentId: randomBytes(15) }) }),
    ],
    [
      'a segment beyond the count',
      encodeChannelEvent({
        kind: 'frame',
        headerBytes: encodeFrameHeader({ ...header, index: 4 }),
        sealed: randomBytes(20),
      }),
    ],
    [
      'a counter that no double can hold',
      encodeChannelEvent({
        kind: 'frame',
        headerBytes: encodeFrameHeader({ ...header, counter: 2 ** 53 }),
        sealed: randomBytes(20),
      }),
    ],
    [
      'a Welcome without a key',
      encodeChannelEvent({
        kind: 'welcome',
        signed: signed(encodeWelcome({ ...welcome, ephemeralKey: new Uint8Array(0) })),
      }),
    ],
  ])('are refused with %s', (_what, bytes) => {
    expect(() => decodeChannelEvent(bytes)).toThrow(WireError);
  });

  it('ignore a codec of a later release in a Hello', () => {
    const bytes = Buffer.concat([encodeHello({ ...hello, codecs: [] }), Buffer.from([0x1a, 0x02, 0x09, 0x01])]);
    const decoded = decodeChannelEvent(encodeChannelEvent({ kind: 'hello', bytes }));
    expect(decoded.kind === 'hello' && decoded.hello.codecs).toEqual(['deflate']);
  });

  it('survive random bytes without anything but a WireError', () => {
    for (let round = 0; round < 2000; round++) {
      try {
        decodeChannelEvent(randomBytes(round % 200));
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
      }
    }
  });
});
