import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { eventText } from '../../dist/appsync/event-text.js';
import { channelSegment, stubChannel, tunnelChannel } from '../../dist/channel-names.js';
import { maxMessageBytes, pack } from '../../dist/packing.js';
import { environmentId, fixed, hex } from './notation.mjs';

export function channelNameVectors() {
  const names = {
    'a legal name': 'shop',
    'letters of both cases and digits': 'Shop2-prod',
    'a name with other characters': 'my shop/Ünit',
    'only other characters': '///',
    'no characters': '',
    'a hyphen at the start': '-shop',
    'a hyphen at the end': 'shop-',
    '50 characters': 'a'.repeat(50),
    '51 characters': 'a'.repeat(51),
    'a legal name that looks like a hashed one': `shop-x${'0123456789abcdef'}`,
  };
  const channel = { app: 'my shop', session: 'default' };
  return [
    ...Object.entries(names).map(([name, given]) => ({ name, given, segment: channelSegment(given) })),
    { name: 'the channel of a tunnel', ...channel, channel: tunnelChannel(channel) },
    {
      name: 'the channel of a stub',
      app: channel.app,
      environmentId: hex(environmentId),
      channel: stubChannel({ app: channel.app, environmentId }),
    },
  ];
}

export function eventTextVectors() {
  const given = {
    'no bytes': Buffer.alloc(0),
    'one byte': Buffer.from('f', 'latin1'),
    'two bytes': Buffer.from('fo'),
    'three bytes': Buffer.from('foo'),
    'the characters that base64 and base64url differ in': Buffer.from('fbefbeffffff', 'hex'),
  };
  return Object.entries(given).map(([name, bytes]) => ({ name, bytes: hex(bytes), text: eventText(bytes) }));
}

/** A message as a piece that repeats. */
function repeated(piece, times) {
  return { message: { piece: hex(piece), times }, bytes: Buffer.concat(Array.from({ length: times }, () => piece)) };
}

function uncompressed(name, { message, bytes }) {
  const { segments } = pack(bytes, 'none');
  const large = segments.length > 1;
  return {
    name,
    codec: 'none',
    message,
    ...(large
      ? {
          segmentHashes: segments.map((segment) => ({
            bytes: segment.length,
            sha256: createHash('sha256').update(segment).digest('hex'),
          })),
        }
      : { segments: segments.map(hex) }),
  };
}

function compressed(name, { message, bytes }, count) {
  const body = deflateRawSync(bytes, { level: 9 });
  const size = Math.ceil(body.length / count);
  const segments = Array.from({ length: count }, (_, index) => hex(body.subarray(index * size, (index + 1) * size)));
  return { name, codec: 'deflate', message, segments, onlyDecode: true };
}

export function packingVectors() {
  const text = repeated(Buffer.from('{"item":"apple","quantity":1.0}\n'), 64);
  const split = fixed('split', 32);
  return [
    uncompressed('an empty message', { message: { piece: '', times: 0 }, bytes: Buffer.alloc(0) }),
    uncompressed('a short message', repeated(Buffer.from('hello'), 1)),
    uncompressed('a message of two segments', repeated(Buffer.from('live-lambda\n'), 20_000)),
    {
      name: 'segments of any length, an empty one too',
      codec: 'none',
      message: { piece: hex(split), times: 1 },
      segments: [hex(split.subarray(0, 1)), '', hex(split.subarray(1, 30)), hex(split.subarray(30))],
      onlyDecode: true,
    },
    compressed('a compressed message', text, 1),
    compressed('a compressed message in three segments', text, 3),
    compressed('a compressed message without a byte', repeated(Buffer.alloc(0), 1), 1),
    {
      ...compressed('a message that inflates beyond 8 MiB', repeated(Buffer.alloc(1), maxMessageBytes + 1), 1),
      refused: true,
    },
    { name: 'what is no DEFLATE', codec: 'deflate', segments: ['ffff'], refused: true, onlyDecode: true },
  ];
}
