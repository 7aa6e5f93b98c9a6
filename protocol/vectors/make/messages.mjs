import { encodeMessage } from '../../dist/wire/message.js';
import { empty, fixed, hex, invocationId, legible, tunnelInstance } from './notation.mjs';

export const credentials = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: 'AQoDYXdzEJr...<remainder of security token>',
};
export const facts = {
  runtime: 'nodejs22.x',
  memoryMb: 128,
  architecture: 'arm64',
  initializationType: 'on-demand',
};
export const invoke = {
  kind: 'invoke',
  invocationId,
  tunnelInstance,
  remainingMs: 3000,
  headers: { 'lambda-runtime-aws-request-id': '8476a536-e9f4-11e8-9739-2dfe598c3fcd' },
  event: Buffer.from('{"price":1.0}'),
  confirmed: [],
};
export const result = {
  kind: 'result',
  invocationId,
  headers: { 'content-type': 'application/json' },
  outcome: { type: 'response', body: Buffer.from('{"total":2.0}') },
};

const progress = {
  kind: 'progress',
  message: 0,
  missing: [],
  invocationId: empty,
  ask: false,
  remainingMs: 0,
  aboutMessage: 0,
};
const chunk = { kind: 'stream-chunk', invocationId, offset: 0, data: empty, headers: {}, end: false, error: empty };

const messages = {
  'Attach with credentials': { kind: 'attach', variables: { TABLE: 'orders' }, credentials, facts },
  'Attach without credentials or variables': { kind: 'attach', variables: {}, facts },
  Invoke: invoke,
  'Invoke with new credentials and results confirmed': {
    ...invoke,
    credentials,
    confirmed: [fixed('confirmed 1', 16), fixed('confirmed 2', 16)],
  },
  'Invoke with an empty event, without headers': { ...invoke, headers: {}, event: empty },
  'Accepted of an Attach': { kind: 'accepted', invocationId: empty },
  'Accepted of an Invoke': { kind: 'accepted', invocationId },
  'Result with a response': result,
  'Result with an empty response': { ...result, headers: {}, outcome: { type: 'response', body: empty } },
  'Result with an error': {
    ...result,
    outcome: { type: 'error', body: Buffer.from('{"errorType":"Error","errorMessage":"no"}') },
  },
  'StreamChunk, the first': { ...chunk, headers: { 'content-type': 'text/plain' }, data: Buffer.from('one ') },
  'StreamChunk beyond 4 GiB': { ...chunk, offset: 2 ** 32 + 1, data: Buffer.from('two') },
  'StreamChunk, the last': { ...chunk, offset: 4, data: Buffer.from('three'), end: true },
  'StreamChunk, the last of a stream that failed': { ...chunk, offset: 4, end: true, error: Buffer.from('{}') },
  StreamCredit: { kind: 'stream-credit', invocationId, upToOffset: 2 ** 53 - 1, receivedOffset: 2 ** 32 },
  'Progress: how does it stand': { ...progress, invocationId, ask: true, remainingMs: 2600, aboutMessage: 2 },
  'Progress: segments are missing': { ...progress, invocationId, message: 300, missing: [0, 1, 46, 128] },
  'Progress: nothing of it has come': { ...progress, invocationId, message: 2 },
  Ping: { kind: 'ping', nonce: fixed('ping', 16) },
  Pong: { kind: 'pong', nonce: fixed('ping', 16) },
  'Pong that nobody asked for': { kind: 'pong', nonce: empty },
  Withdraw: { kind: 'withdraw', invocationId },
  Goodbye: { kind: 'goodbye', reason: 'stopped — à bientôt' },
  'Goodbye that is final': {
    kind: 'goodbye',
    reason: 'it was stopped',
    final: { started: [invocationId], answered: [fixed('answered', 16)], successor: empty },
  },
  'Goodbye for another tunnel, with nothing taken': {
    kind: 'goodbye',
    reason: 'bob@desk took the session over',
    final: { started: [], answered: [], successor: fixed('the instance that asks', 16) },
  },
};

/** Of the same meaning as what is sent, or from a later release: read, but not made. */
const onlyRead = {
  'Attach with two variables, in either order': {
    bytes: '0a1c0a0a0a034f4e451203756e6f0a0a0a0354574f1203646f73' + '1a020a00',
    message: {
      kind: 'attach',
      variables: { ONE: 'uno', TWO: 'dos' },
      facts: { runtime: '', memoryMb: 0, architecture: '', initializationType: '' },
    },
  },
  'Progress with nothing but defaults': { bytes: '3a00', message: progress },
  'Progress whose numbers are not packed': {
    bytes: '3a06' + '0807' + '1001' + '1002',
    message: { ...progress, message: 7, missing: [1, 2] },
  },
  'Ping with a field from a later release': {
    bytes: '4207' + '0a0161' + '92060161',
    message: { kind: 'ping', nonce: Buffer.from('a') },
  },
  'A kind from a later release is ignored': { bytes: 'a206020a00', message: null },
  'No kind at all is ignored': { bytes: '', message: null },
};

export function messageVectors() {
  return [
    ...Object.entries(messages).map(([name, message]) => ({
      name,
      bytes: hex(encodeMessage(message)),
      message: legible(message),
    })),
    ...Object.entries(onlyRead).map(([name, { bytes, message }]) => ({
      name,
      bytes,
      message: legible(message),
      onlyDecode: true,
    })),
  ];
}
