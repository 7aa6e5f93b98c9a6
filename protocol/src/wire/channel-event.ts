import { live_lambda } from '#generated';
import {
  type ChannelEvent,
  codecs,
  type Direction,
  type Frame,
  type FrameHeader,
  type Hello,
  type RefusalReason,
  type SessionMessageKind,
  type Signed,
  type Welcome,
} from '../messages.ts';
import {
  bytes,
  codecNamed,
  idBytes,
  keyBytes,
  keyIdBytes,
  parse,
  safe,
  sized,
  sizedOrEmpty,
  WireError,
} from './fields.ts';

const v1 = live_lambda.v1;

/**
 * The execution environment that an event names in clear: a stub's Hello, and each sealed frame. Undefined for what names
 * none, and for what is no event of this protocol.
 */
export function environmentIdOf(event: Uint8Array): Uint8Array | undefined {
  try {
    const decoded = decodeChannelEvent(event);
    if (decoded.kind === 'hello') return decoded.hello.environmentId;
    return decoded.kind === 'frame' ? decoded.frame.header.environmentId : undefined;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

export function encodeHello(hello: Hello): Uint8Array {
  return v1.Hello.encode({ ...hello, codecs: hello.codecs.map((codec) => codecs[codec]) }).finish();
}

function decodeHello(raw: Uint8Array): Hello {
  const hello = v1.Hello.decode(raw);
  return {
    minVersion: hello.minVersion ?? 0,
    maxVersion: hello.maxVersion ?? 0,
    // A codec that came later than this release is simply not chosen.
    codecs: (hello.codecs ?? []).flatMap((codec) =>
      codec === codecs.none || codec === codecs.deflate ? [codecNamed(codec)] : [],
    ),
    apiHost: hello.apiHost ?? '',
    region: hello.region ?? '',
    app: hello.app ?? '',
    session: hello.session ?? '',
    functionName: hello.functionName ?? '',
    functionPath: hello.functionPath ?? '',
    environmentId: sized(hello.environmentId, idBytes, 'Hello.environment_id'),
    ephemeralKey: sized(hello.ephemeralKey, keyBytes, 'Hello.ephemeral_key'),
    nonce: sized(hello.nonce, idBytes, 'Hello.nonce'),
    release: hello.release ?? '',
  };
}

const refusalNumbers = {
  unspecified: v1.Refusal.Reason.REASON_UNSPECIFIED,
  version: v1.Refusal.Reason.REASON_VERSION,
  'unknown-function': v1.Refusal.Reason.REASON_UNKNOWN_FUNCTION,
} as const satisfies Record<RefusalReason, number>;

function refusalNamed(value: number | null | undefined): RefusalReason {
  if (value === refusalNumbers.version) return 'version';
  if (value === refusalNumbers['unknown-function']) return 'unknown-function';
  return 'unspecified';
}

export function encodeWelcome(welcome: Welcome): Uint8Array {
  const { refusal, codec, ...rest } = welcome;
  return v1.Welcome.encode({
    ...rest,
    codec: codecs[codec],
    ...(refusal && { refusal: { reason: refusalNumbers[refusal.reason], text: refusal.text } }),
  }).finish();
}

function decodeWelcome(raw: Uint8Array): Welcome {
  const welcome = v1.Welcome.decode(raw);
  const refused = welcome.refusal ?? undefined;
  return {
    version: welcome.version ?? 0,
    codec: codecNamed(welcome.codec),
    tunnelInstance: sized(welcome.tunnelInstance, idBytes, 'Welcome.tunnel_instance'),
    aloneForMs: welcome.aloneForMs ?? 0,
    ephemeralKey: refused
      ? sizedOrEmpty(welcome.ephemeralKey, keyBytes, 'Welcome.ephemeral_key')
      : sized(welcome.ephemeralKey, keyBytes, 'Welcome.ephemeral_key'),
    identityKey: sizedOrEmpty(welcome.identityKey, keyBytes, 'Welcome.identity_key'),
    helloHash: sized(welcome.helloHash, keyBytes, 'Welcome.hello_hash'),
    refusal: refused && { reason: refusalNamed(refused.reason), text: refused.text ?? '' },
    release: welcome.release ?? '',
  };
}

const directionNumbers = {
  'to-tunnel': v1.Direction.DIRECTION_TO_TUNNEL,
  'to-stub': v1.Direction.DIRECTION_TO_STUB,
} as const satisfies Record<Direction, number>;

export function encodeFrameHeader(header: FrameHeader): Uint8Array {
  return v1.FrameHeader.encode({
    ...header,
    direction: directionNumbers[header.direction],
    codec: codecs[header.codec],
  }).finish();
}

function decodeFrameHeader(raw: Uint8Array): FrameHeader {
  const header = v1.FrameHeader.decode(raw);
  const direction = (Object.keys(directionNumbers) as Direction[]).find(
    (name) => directionNumbers[name] === header.direction,
  );
  if (direction === undefined) throw new WireError(`direction ${header.direction} is unknown`);
  const index = header.index ?? 0;
  const count = header.count ?? 0;
  if (index >= count) throw new WireError(`segment ${index} of ${count} cannot be`);
  return {
    version: header.version ?? 0,
    environmentId: sized(header.environmentId, idBytes, 'FrameHeader.environment_id'),
    keyId: sized(header.keyId, keyIdBytes, 'FrameHeader.key_id'),
    direction,
    message: safe(header.message, 'FrameHeader.message'),
    index,
    count,
    counter: safe(header.counter, 'FrameHeader.counter'),
    codec: codecNamed(header.codec),
  };
}

/** What {@link encodeChannelEvent} takes: parts that are already bytes, since bytes are what gets hashed and sealed. */
export type OutgoingEvent =
  | { readonly kind: 'hello'; readonly bytes: Uint8Array }
  | { readonly kind: 'welcome' | SessionMessageKind; readonly signed: Signed }
  | { readonly kind: 'frame'; readonly headerBytes: Uint8Array; readonly sealed: Uint8Array }
  | { readonly kind: 'probe'; readonly tunnelInstance: Uint8Array; readonly nonce: Uint8Array };

export function encodeChannelEvent(event: OutgoingEvent): Uint8Array {
  switch (event.kind) {
    case 'hello':
      return v1.ChannelEvent.encode({ hello: event.bytes }).finish();
    case 'welcome':
      return v1.ChannelEvent.encode({ welcome: event.signed }).finish();
    case 'tunnel-here':
      return v1.ChannelEvent.encode({ tunnelHere: event.signed }).finish();
    case 'take-over':
      return v1.ChannelEvent.encode({ takeOver: event.signed }).finish();
    case 'hand-over':
      return v1.ChannelEvent.encode({ handOver: event.signed }).finish();
    case 'frame':
      return v1.ChannelEvent.encode({ frame: { header: event.headerBytes, sealed: event.sealed } }).finish();
    case 'probe':
      return v1.ChannelEvent.encode({ probe: { tunnelInstance: event.tunnelInstance, nonce: event.nonce } }).finish();
    default:
      return event satisfies never;
  }
}

/**
 * Reads one event from a channel.
 * @throws WireError when the bytes are not protobuf, the kind is unknown, or a field has an impossible value.
 */
export function decodeChannelEvent(raw: Uint8Array): ChannelEvent {
  return parse('channel event', () => {
    const event = v1.ChannelEvent.decode(raw);
    switch (event.kind) {
      case 'hello': {
        const hello = bytes(event.hello);
        return { kind: 'hello', hello: decodeHello(hello), bytes: hello };
      }
      case 'welcome': {
        const signed = decodeSigned(event.welcome);
        return { kind: 'welcome', welcome: decodeWelcome(signed.body), signed };
      }
      case 'tunnelHere':
        return { kind: 'tunnel-here', signed: decodeSigned(event.tunnelHere) };
      case 'takeOver':
        return { kind: 'take-over', signed: decodeSigned(event.takeOver) };
      case 'handOver':
        return { kind: 'hand-over', signed: decodeSigned(event.handOver) };
      case 'frame':
        return { kind: 'frame', frame: decodeFrame(event.frame) };
      case 'probe':
        return {
          kind: 'probe',
          tunnelInstance: sized(event.probe?.tunnelInstance, idBytes, 'Probe.tunnel_instance'),
          nonce: sized(event.probe?.nonce, idBytes, 'Probe.nonce'),
        };
      default:
        throw new WireError('the kind of this event is unknown');
    }
  });
}

function decodeSigned(signed: live_lambda.v1.Signed.$Properties | null | undefined): Signed {
  return { body: bytes(signed?.body), signature: bytes(signed?.signature) };
}

function decodeFrame(frame: live_lambda.v1.Frame.$Properties | null | undefined): Frame {
  const headerBytes = bytes(frame?.header);
  return { headerBytes, header: decodeFrameHeader(headerBytes), sealed: bytes(frame?.sealed) };
}
