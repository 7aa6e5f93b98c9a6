import { live_lambda } from '#generated';
import type { Attach, Credentials, Goodbye, Invoke, Message, Result } from '../messages.ts';
import { bytes, idBytes, parse, record, safe, sized, sizedOrEmpty, WireError } from './fields.ts';
import { checkMessageShape } from './message-shape.ts';

const v1 = live_lambda.v1;
type Properties = live_lambda.v1.Message.$Properties;

export function encodeMessage(message: Message): Uint8Array {
  return v1.Message.encode(toProperties(message)).finish();
}

function toProperties(message: Message): Properties {
  switch (message.kind) {
    case 'attach':
      return { attach: { ...message, credentials: message.credentials ?? null } };
    case 'invoke':
      return { invoke: { ...message, credentials: message.credentials ?? null, confirmed: [...message.confirmed] } };
    case 'accepted':
      return { accepted: message };
    case 'result':
      return {
        result: {
          invocationId: message.invocationId,
          headers: message.headers,
          [message.outcome.type]: message.outcome.body,
        },
      };
    case 'stream-chunk':
      return { streamChunk: message };
    case 'stream-credit':
      return { streamCredit: message };
    case 'progress':
      return { progress: { ...message, missing: [...message.missing] } };
    case 'ping':
      return { ping: message };
    case 'pong':
      return { pong: message };
    case 'withdraw':
      return { withdraw: message };
    case 'goodbye':
      return { goodbye: goodbyeProperties(message) };
    default:
      return message satisfies never;
  }
}

/**
 * Reads a message that was sealed.
 * @returns undefined for a kind that a later release may have added.
 * @throws WireError when the bytes are not protobuf or a field has an impossible value.
 */
export function decodeMessage(raw: Uint8Array): Message | undefined {
  return parse('message', () => {
    checkMessageShape(raw);
    return fromProperties(v1.Message.decode(raw));
  });
}

function fromProperties(message: Properties): Message | undefined {
  if (message.attach) return readAttach(message.attach);
  if (message.invoke) return readInvoke(message.invoke);
  if (message.accepted) {
    return {
      kind: 'accepted',
      invocationId: sizedOrEmpty(message.accepted.invocationId, idBytes, 'Accepted.invocation_id'),
    };
  }
  if (message.result) return readResult(message.result);
  if (message.streamChunk) {
    const chunk = message.streamChunk;
    return {
      kind: 'stream-chunk',
      invocationId: id(chunk.invocationId, 'StreamChunk'),
      offset: safe(chunk.offset, 'StreamChunk.offset'),
      data: bytes(chunk.data),
      headers: record(chunk.headers),
      end: chunk.end ?? false,
      error: bytes(chunk.error),
    };
  }
  if (message.streamCredit) {
    const { invocationId, upToOffset, receivedOffset } = message.streamCredit;
    return {
      kind: 'stream-credit',
      invocationId: id(invocationId, 'StreamCredit'),
      upToOffset: safe(upToOffset, 'StreamCredit.up_to_offset'),
      receivedOffset: safe(receivedOffset, 'StreamCredit.received_offset'),
    };
  }
  if (message.progress) {
    const progress = message.progress;
    return {
      kind: 'progress',
      message: safe(progress.message, 'Progress.message'),
      missing: progress.missing ?? [],
      invocationId: sizedOrEmpty(progress.invocationId, idBytes, 'Progress.invocation_id'),
      ask: progress.ask ?? false,
      remainingMs: progress.remainingMs ?? 0,
      aboutMessage: safe(progress.aboutMessage, 'Progress.about_message'),
    };
  }
  if (message.ping) return { kind: 'ping', nonce: bytes(message.ping.nonce) };
  if (message.pong) return { kind: 'pong', nonce: bytes(message.pong.nonce) };
  if (message.withdraw) return { kind: 'withdraw', invocationId: id(message.withdraw.invocationId, 'Withdraw') };
  if (message.goodbye) return readGoodbye(message.goodbye);
  return undefined;
}

function goodbyeProperties({ reason, final }: Goodbye): live_lambda.v1.Goodbye.$Properties {
  if (!final) return { reason };
  return {
    reason,
    final: true,
    started: [...final.started],
    answered: [...final.answered],
    successor: final.successor,
  };
}

function readGoodbye(goodbye: live_lambda.v1.Goodbye.$Properties): Goodbye {
  const ids = (given: readonly Uint8Array[] | null | undefined) =>
    (given ?? []).map((each) => sized(each, idBytes, 'Goodbye.invocation_id'));
  return {
    kind: 'goodbye',
    reason: goodbye.reason ?? '',
    final: goodbye.final
      ? {
          started: ids(goodbye.started),
          answered: ids(goodbye.answered),
          successor: sizedOrEmpty(goodbye.successor, idBytes, 'Goodbye.successor'),
        }
      : undefined,
  };
}

function id(value: Uint8Array | null | undefined, message: string): Uint8Array {
  return sized(value, idBytes, `${message}.invocation_id`);
}

function readCredentials(given: live_lambda.v1.Credentials.$Properties | null | undefined): Credentials | undefined {
  if (!given) return undefined;
  return {
    accessKeyId: given.accessKeyId ?? '',
    secretAccessKey: given.secretAccessKey ?? '',
    sessionToken: given.sessionToken ?? '',
  };
}

function readAttach(attach: live_lambda.v1.Attach.$Properties): Attach {
  return {
    kind: 'attach',
    variables: record(attach.variables),
    credentials: readCredentials(attach.credentials),
    facts: {
      runtime: attach.facts?.runtime ?? '',
      memoryMb: attach.facts?.memoryMb ?? 0,
      architecture: attach.facts?.architecture ?? '',
      initializationType: attach.facts?.initializationType ?? '',
    },
  };
}

function readInvoke(invoke: live_lambda.v1.Invoke.$Properties): Invoke {
  return {
    kind: 'invoke',
    invocationId: id(invoke.invocationId, 'Invoke'),
    tunnelInstance: sized(invoke.tunnelInstance, idBytes, 'Invoke.tunnel_instance'),
    remainingMs: invoke.remainingMs ?? 0,
    headers: record(invoke.headers),
    event: bytes(invoke.event),
    credentials: readCredentials(invoke.credentials),
    confirmed: (invoke.confirmed ?? []).map((confirmed) => sized(confirmed, idBytes, 'Invoke.confirmed')),
  };
}

function readResult(result: live_lambda.v1.Result.$Properties): Result {
  if (result.outcome === undefined) throw new WireError('Result has neither a response nor an error');
  return {
    kind: 'result',
    invocationId: id(result.invocationId, 'Result'),
    headers: record(result.headers),
    outcome: { type: result.outcome, body: bytes(result.outcome === 'response' ? result.response : result.error) },
  };
}
