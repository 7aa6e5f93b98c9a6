import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Invocation, Outcome } from '../invocation.ts';
import type { AnswerKind, ReceivedAnswer } from './machine.ts';
import { MAX_RESPONSE_BYTES, MAX_STREAMED_BYTES } from './outcomes.ts';
import type { Reply } from './replies.ts';
import { createResponseStream, type ResponseStream } from './response-stream.ts';

const ERROR_WITH_CAUSE = 'application/vnd.aws.lambda.error.cause+json';
const ERROR_TYPE = 'lambda-runtime-function-error-type';
const ERROR_BODY = 'lambda-runtime-function-error-body';

/** Headers that belong to one connection (RFC 9110, section 7.6.1) or to one message; ours are written anew. */
const NOT_FORWARDED = new Set([
  'connection',
  'content-length',
  'date',
  'host',
  'keep-alive',
  'lambda-runtime-aws-request-id',
  'lambda-runtime-deadline-ms',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Writes the answer of `GET /runtime/invocation/next`. */
export function writeInvocation(response: ServerResponse, invocation: Invocation): void {
  const headers: Record<string, string> = { 'Content-Type': 'application/json' };
  for (const [name, value] of Object.entries(invocation.headers)) {
    if (!NOT_FORWARDED.has(name.toLowerCase())) headers[canonicalName(name)] = headerValue(value);
  }
  headers['Lambda-Runtime-Aws-Request-Id'] = headerValue(invocation.requestId);
  headers['Lambda-Runtime-Deadline-Ms'] = String(Math.round(invocation.deadlineMs));
  headers['Content-Length'] = String(invocation.event.byteLength);
  response.writeHead(200, headers);
  response.end(invocation.event);
}

/** Writes a status and a JSON body. */
export function writeReply(response: ServerResponse, reply: Reply): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(reply.status, {
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(reply.body)),
  });
  response.end(reply.body);
}

/**
 * Reads an answer to its end. What is above {@link MAX_RESPONSE_BYTES} is read and dropped,
 * since clients look at the status only once they have written everything.
 */
export async function receiveAnswer(
  request: IncomingMessage,
  kind: AnswerKind | 'init-error',
): Promise<ReceivedAnswer> {
  const received = await receiveBody(request);
  return received.type === 'complete'
    ? { type: 'complete', outcome: toOutcome({ request, kind, body: received.body }) }
    : received;
}

/**
 * Reads a streamed answer to its end, as fast as it is taken. What is above {@link MAX_STREAMED_BYTES} is dropped.
 * @param begun is given the answer's headers and bytes at once.
 */
export function receiveStream(
  request: IncomingMessage,
  begun: (headers: Readonly<Record<string, string>>, stream: ResponseStream) => void,
): Promise<ReceivedAnswer> {
  const stream = createResponseStream(() => request.resume());
  begun(runtimeHeaders(request.headers), stream);
  return new Promise((resolve) => {
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size <= MAX_STREAMED_BYTES && !stream.write(chunk)) request.pause();
    });
    request.on('end', () => {
      if (size > MAX_STREAMED_BYTES) resolve({ type: 'too-large' });
      else resolve({ type: 'complete', outcome: toOutcome({ request, kind: 'response', body: Buffer.alloc(0) }) });
    });
    request.on('close', () => resolve({ type: 'truncated' }));
    request.on('error', () => undefined);
  });
}

type ReceivedBody =
  | { readonly type: 'complete'; readonly body: Buffer }
  | { readonly type: 'too-large' }
  | { readonly type: 'truncated' };

function receiveBody(request: IncomingMessage): Promise<ReceivedBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size <= MAX_RESPONSE_BYTES) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.on('end', () => {
      resolve(
        size > MAX_RESPONSE_BYTES ? { type: 'too-large' } : { type: 'complete', body: Buffer.concat(chunks, size) },
      );
    });
    // Comes in every case; after 'end' it changes nothing any more. The error before it says no more than that.
    request.on('close', () => resolve({ type: 'truncated' }));
    request.on('error', () => undefined);
  });
}

interface Received {
  readonly request: IncomingMessage;
  readonly kind: AnswerKind | 'init-error';
  readonly body: Buffer;
}

function toOutcome({ request, kind, body }: Received): Outcome {
  const headers = runtimeHeaders(request.headers);
  if (kind === 'response') {
    const trailers = runtimeHeaders(request.trailers);
    const errorType = trailers[ERROR_TYPE];
    if (errorType === undefined) return { type: 'response', headers, body };
    return {
      type: 'error',
      origin: 'handler',
      headers: { 'content-type': 'application/json', [ERROR_TYPE]: errorType },
      body: Buffer.from(trailers[ERROR_BODY] ?? '', 'base64'),
    };
  }
  const origin = kind === 'error' ? 'handler' : 'init';
  if (headers['content-type'] !== ERROR_WITH_CAUSE) return { type: 'error', origin, headers, body };
  return {
    type: 'error',
    origin,
    headers: { ...headers, 'content-type': 'application/json' },
    body: withoutCause(body),
  };
}

function withoutCause(body: Buffer): Buffer {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    if (typeof parsed !== 'object' || parsed === null) return body;
    const { errorCause: _, ...rest } = parsed as Record<string, unknown>;
    return Buffer.from(JSON.stringify(rest));
  } catch {
    // Not JSON: handed over as it is, as Lambda does.
    return body;
  }
}

function runtimeHeaders(raw: NodeJS.Dict<string | string[]>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (value === undefined || !(name === 'content-type' || name.startsWith('lambda-runtime-'))) continue;
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

/** Lambda writes `Lambda-Runtime-Trace-Id`; clients that compare letter by letter exist. */
function canonicalName(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (letters) => letters.toUpperCase());
}

/**
 * Header values are byte strings (one character for each byte), as `node:http` reads them. A value that cannot be one,
 * such as client context taken from JSON, is written as UTF-8; control characters, which HTTP forbids, become spaces.
 */
function headerValue(value: string): string {
  const bytes = /[\u0100-\uffff]/.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  return bytes.replace(/[\u0000-\u0008\u000a-\u001f\u007f]/g, ' ');
}
