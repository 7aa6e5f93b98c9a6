import { encodeChannelEvent, encodeFrameHeader, encodeHello, encodeWelcome } from '../../dist/wire/channel-event.js';
import { encodeHandOver, encodeTakeOver, encodeTunnelHere } from '../../dist/wire/session-message.js';
import { empty, environmentId, fixed, hex, legible, tunnelInstance } from './notation.mjs';

export const hello = {
  minVersion: 1,
  maxVersion: 1,
  codecs: ['deflate', 'none'],
  apiHost: 'abcdefghijklmnopqrstuvwxyz.appsync-api.eu-west-1.amazonaws.com',
  region: 'eu-west-1',
  app: 'shop',
  session: 'default',
  functionName: 'shop-Orders-1A2B3C',
  functionPath: 'Shop/Orders',
  environmentId,
  ephemeralKey: fixed('an X25519 public key', 32),
  nonce: fixed('nonce', 16),
  release: '0.1.0',
};
export const welcome = {
  version: 1,
  codec: 'deflate',
  tunnelInstance,
  aloneForMs: 61_000,
  ephemeralKey: fixed('another X25519 public key', 32),
  identityKey: fixed('an Ed25519 public key', 32),
  helloHash: fixed('hash of a Hello', 32),
  release: '0.1.0',
};
const refusedWelcome = { ...welcome, version: 0, codec: 'none', aloneForMs: 0, ephemeralKey: empty };
export const tunnelHere = {
  tunnelInstance,
  ageMs: 61_000,
  identityKey: fixed('an Ed25519 public key', 32),
  owner: 'ann@laptop',
};
export const takeOver = {
  tunnelInstance: fixed('the instance that asks', 16),
  holderInstance: tunnelInstance,
  identityKey: fixed('an Ed25519 public key', 32),
  owner: 'bob@desk',
  app: 'shop',
  session: 'default',
};
export const handOver = {
  tunnelInstance,
  toInstance: takeOver.tunnelInstance,
  identityKey: fixed('an Ed25519 public key', 32),
  finished: 1,
  unfinishedCount: 2,
  unfinished: [
    { functionPath: 'Shop/Orders', runningMs: 3000 },
    { functionPath: 'Shop/Prices', runningMs: 12 },
  ],
  ended: false,
};
const header = {
  version: 1,
  environmentId,
  keyId: fixed('key id', 8),
  direction: 'to-tunnel',
  message: 2,
  index: 0,
  count: 1,
  counter: 2,
  codec: 'none',
};
const headers = {
  'the only segment of a message': header,
  'to a stub, compressed, the last of many': {
    ...header,
    direction: 'to-stub',
    index: 46,
    count: 47,
    counter: 130,
    codec: 'deflate',
  },
  'the largest numbers': {
    ...header,
    version: 2 ** 32 - 1,
    message: 2 ** 53 - 1,
    index: 2 ** 32 - 2,
    count: 2 ** 32 - 1,
    counter: 2 ** 53 - 1,
  },
};
const signature = fixed('a signature', 32);
const twice = Buffer.concat([signature, signature]);

const events = {
  Hello: { kind: 'hello', hello },
  'Hello of a stub that can undo no compression': { kind: 'hello', hello: { ...hello, codecs: [] } },
  Welcome: { kind: 'welcome', welcome, signature: twice },
  'Welcome by a tunnel without an identity': {
    kind: 'welcome',
    welcome: { ...welcome, identityKey: empty },
    signature: empty,
  },
  'Welcome that refuses: no common version': {
    kind: 'welcome',
    welcome: { ...refusedWelcome, refusal: { reason: 'version', text: 'redeploy' } },
    signature: twice,
  },
  'Welcome that refuses: unknown function': {
    kind: 'welcome',
    welcome: { ...refusedWelcome, refusal: { reason: 'unknown-function', text: 'run it where the app is' } },
    signature: twice,
  },
  TunnelHere: { kind: 'tunnel-here', tunnelHere, signature: twice },
  TakeOver: { kind: 'take-over', takeOver, signature: twice },
  'HandOver, while two invocations run': { kind: 'hand-over', handOver, signature: twice },
  'HandOver, at its end': {
    kind: 'hand-over',
    handOver: { ...handOver, finished: 3, unfinishedCount: 0, unfinished: [], ended: true },
    signature: twice,
  },
  Frame: { kind: 'frame', header, sealed: fixed('sealed', 24) },
  Probe: { kind: 'probe', tunnelInstance, nonce: fixed('probe', 16) },
};

function encode(event) {
  switch (event.kind) {
    case 'hello':
      return encodeChannelEvent({ kind: 'hello', bytes: encodeHello(event.hello) });
    case 'welcome':
      return encodeChannelEvent({
        kind: 'welcome',
        signed: { body: encodeWelcome(event.welcome), signature: event.signature },
      });
    case 'tunnel-here':
      return encodeChannelEvent({
        kind: 'tunnel-here',
        signed: { body: encodeTunnelHere(event.tunnelHere), signature: event.signature },
      });
    case 'take-over':
      return encodeChannelEvent({
        kind: 'take-over',
        signed: { body: encodeTakeOver(event.takeOver), signature: event.signature },
      });
    case 'hand-over':
      return encodeChannelEvent({
        kind: 'hand-over',
        signed: { body: encodeHandOver(event.handOver), signature: event.signature },
      });
    case 'frame':
      return encodeChannelEvent({
        kind: 'frame',
        headerBytes: encodeFrameHeader(event.header),
        sealed: event.sealed,
      });
    default:
      return encodeChannelEvent(event);
  }
}

/** A length-delimited field, up to 127 bytes. */
function field(number, bytes) {
  return Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
}

function fromLaterReleases() {
  const ids = Buffer.concat([field(10, environmentId), field(11, hello.ephemeralKey), field(12, hello.nonce)]);
  const bare = {
    ...{ apiHost: '', region: '', app: '', session: '', functionName: '', functionPath: '', release: '' },
    ...{ environmentId, ephemeralKey: hello.ephemeralKey, nonce: hello.nonce },
  };
  const versions = Buffer.from('08011007', 'hex');
  const codecs = Buffer.from('1a03090100', 'hex');
  const unknown = Buffer.from('a206020a00', 'hex');
  const said = Buffer.concat([versions, codecs, ids, unknown]);
  const refused = Buffer.concat([
    field(3, tunnelInstance),
    field(7, welcome.helloHash),
    Buffer.from('4202087f', 'hex'),
  ]);
  return [
    {
      name: 'Hello with a codec and a field from a later release, and defaults left out',
      bytes: hex(field(1, said)),
      event: legible({ kind: 'hello', hello: { minVersion: 1, maxVersion: 7, codecs: ['deflate', 'none'], ...bare } }),
      onlyDecode: true,
    },
    {
      name: 'Welcome that refuses for a reason from a later release',
      bytes: hex(field(2, field(1, refused))),
      event: legible({
        kind: 'welcome',
        welcome: {
          ...refusedWelcome,
          identityKey: empty,
          release: '',
          refusal: { reason: 'unspecified', text: '' },
        },
        signature: empty,
      }),
      onlyDecode: true,
    },
  ];
}

export function channelEventVectors() {
  return [
    ...Object.entries(events).map(([name, event]) => ({ name, bytes: hex(encode(event)), event: legible(event) })),
    ...fromLaterReleases(),
  ];
}

export function frameHeaderVectors() {
  return Object.entries(headers).map(([name, each]) => ({
    name,
    bytes: hex(encodeFrameHeader(each)),
    header: legible(each),
  }));
}

/** What a decoder has to refuse. */
export function invalidVectors() {
  const event = (name, bytes) => ({ name, of: 'channel event', bytes: hex(bytes) });
  const message = (name, bytes) => ({ name, of: 'message', bytes });
  const framed = (change) => encode({ kind: 'frame', header: { ...header, ...change }, sealed: empty });
  const helloed = (change) => encode({ kind: 'hello', hello: { ...hello, ...change } });
  const welcomed = (change) => encode({ kind: 'welcome', welcome: { ...welcome, ...change }, signature: empty });
  const invocation = hex(fixed('invocation', 16));
  return [
    event('an event without a kind', empty),
    event('an event of a kind from a later release', Buffer.from('a206020a00', 'hex')),
    event('an event that ends within a length', Buffer.from('0a8080', 'hex')),
    event('an event whose length goes beyond its end', Buffer.from('0aff01', 'hex')),
    event('an event with wire type 7', Buffer.from('0f', 'hex')),
    event('a Hello with an environment id of 15 bytes', helloed({ environmentId: fixed('environment', 15) })),
    event('a Hello with an ephemeral key of 31 bytes', helloed({ ephemeralKey: fixed('key', 31) })),
    event('a Hello without a nonce', helloed({ nonce: empty })),
    event('a Hello whose region is not UTF-8', Buffer.from('0a032a01ff', 'hex')),
    event('a Welcome without an ephemeral key that refuses nothing', welcomed({ ephemeralKey: empty })),
    event('a Welcome without the hash of the Hello', welcomed({ helloHash: empty })),
    event('a Probe without a nonce', encode({ kind: 'probe', tunnelInstance, nonce: empty })),
    event('a frame with no segments', framed({ count: 0 })),
    event('a frame whose index is its count', framed({ index: 3, count: 3 })),
    event('a frame with a counter of 2^53', framed({ counter: 2 ** 53 })),
    event('a frame with a key id of 7 bytes', framed({ keyId: fixed('key id', 7) })),
    event('a frame without a header', encodeChannelEvent({ kind: 'frame', headerBytes: empty, sealed: empty })),
    message('a Withdraw with an invocation id of 4 bytes', '52060a0401020304'),
    message('a Result with neither a response nor an error', `22120a10${invocation}`),
    message('a StreamCredit with an offset of 2^53', `321b0a10${invocation}1080808080808080 10`.replace(' ', '')),
    message('a message cut short', `52120a10${invocation.slice(0, 20)}`),
  ];
}
