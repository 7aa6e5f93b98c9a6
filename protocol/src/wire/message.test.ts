import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Message } from '../messages.ts';
import { WireError } from './fields.ts';
import { decodeMessage, encodeMessage } from './message.ts';

const invocationId = new Uint8Array(randomBytes(16));
const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const credentials = { accessKeyId: 'ASIA', secretAccessKey: 'secret', sessionToken: 'token' };

const messages: readonly Message[] = [
  {
    kind: 'attach',
    variables: { TABLE: 'orders', EMPTY: '' },
    credentials,
    facts: { runtime: 'nodejs22.x', memoryMb: 256, architecture: 'arm64', initializationType: 'on-demand' },
  },
  {
    kind: 'invoke',
    invocationId,
    tunnelInstance: new Uint8Array(randomBytes(16)),
    remainingMs: 2999,
    headers: { 'lambda-runtime-aws-request-id': 'r', 'x-unknown': 'passes' },
    event: bytes('{"price":1.0,"id":12345678901234567890}'),
    credentials: undefined,
    confirmed: [new Uint8Array(randomBytes(16))],
  },
  { kind: 'accepted', invocationId },
  { kind: 'accepted', invocationId: new Uint8Array(0) },
  {
    kind: 'result',
    invocationId,
    headers: { 'content-type': 'application/json' },
    outcome: { type: 'response', body: bytes('1.0') },
  },
  { kind: 'result', invocationId, headers: {}, outcome: { type: 'error', body: bytes('{}') } },
  { kind: 'result', invocationId, headers: {}, outcome: { type: 'response', body: new Uint8Array(0) } },
  { kind: 'stream-chunk', invocationId, offset: 2 ** 33, data: bytes('x'), headers: {}, end: true, error: bytes('{}') },
  { kind: 'stream-credit', invocationId, upToOffset: 2 ** 34, receivedOffset: 2 ** 33 },
  { kind: 'progress', message: 7, missing: [1, 5], invocationId, ask: true, remainingMs: 100, aboutMessage: 3 },
  { kind: 'ping', nonce: bytes('n') },
  { kind: 'pong', nonce: bytes('n') },
  { kind: 'withdraw', invocationId },
  { kind: 'goodbye', reason: 'stopped', final: undefined },
  {
    kind: 'goodbye',
    reason: 'stopped',
    final: { started: [invocationId], answered: [], successor: new Uint8Array(16).fill(7) },
  },
];

describe('messages', () => {
  it.each(messages.map((message) => [message.kind, message] as const))(
    '%s comes back as it was sent',
    (_kind, message) => {
      expect(decodeMessage(new Uint8Array(encodeMessage(message)))).toEqual(message);
    },
  );

  it('of a kind that a later release added are ignored', () => {
    expect(decodeMessage(Buffer.from([0xa2, 0x06, 0x02, 0x0a, 0x00]))).toBeUndefined();
  });

  it('with an id of another size, or a result without an outcome, are refused', () => {
    expect(() => decodeMessage(encodeMessage({ kind: 'withdraw', invocationId: randomBytes(4) }))).toThrow(WireError);
    expect(() => decodeMessage(Buffer.from([0x22, 0x12, 0x0a, 0x10, ...invocationId]))).toThrow(WireError);
  });

  it('keep a variable whose name is that of a property of objects', () => {
    const attach = messages[0]!;
    const decoded = decodeMessage(
      encodeMessage({ ...attach, variables: { constructor: 'x', toString: 'y' } } as Message),
    );
    expect(decoded).toMatchObject({ variables: { constructor: 'x', toString: 'y' } });
  });
});
