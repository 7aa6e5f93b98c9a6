import type { ErrorOutcome } from '@live-lambda/runner/runtime-api';
import { EventStreamCodec } from '@smithy/core/event-streams';
import type { StreamingInvocation } from './pooled-environment.ts';

/** The body of an answer that consists of events (AWS, "Amazon event stream" encoding). */
export const eventStreamType = 'application/vnd.amazon.eventstream';

/**
 * What Lambda calls every failure of a function, in the last event of a stream as in the header of a buffered answer
 * ("InvokeWithResponseStreamCompleteEvent" in the AWS Lambda API reference).
 */
const functionErrorCode = 'Unhandled';

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')),
  (text) => Buffer.from(text, 'utf8'),
);

const eventFrame = (eventType: string, contentType: string, body: Uint8Array): Uint8Array =>
  codec.encode({
    headers: {
      ':message-type': { type: 'string', value: 'event' },
      ':event-type': { type: 'string', value: eventType },
      ':content-type': { type: 'string', value: contentType },
    },
    body,
  });

const payloadChunk = (bytes: Uint8Array): Uint8Array => eventFrame('PayloadChunk', 'application/octet-stream', bytes);

const errorFields = (failure: ErrorOutcome | undefined): object =>
  failure === undefined
    ? {}
    : { ErrorCode: functionErrorCode, ErrorDetails: Buffer.from(failure.body).toString('utf8') };

const invokeComplete = (fields: object): Uint8Array =>
  eventFrame('InvokeComplete', 'application/json', Buffer.from(JSON.stringify(fields)));

/** The events that a caller of InvokeWithResponseStream gets, each as soon as it is known. */
export async function* responseEvents(
  { answer, finished }: StreamingInvocation,
  { wantsLogTail }: { readonly wantsLogTail: boolean },
): AsyncGenerator<Uint8Array> {
  if (answer.type === 'stream') for await (const part of answer.body) yield payloadChunk(part);
  if (answer.type === 'response' && answer.body.byteLength > 0) yield payloadChunk(answer.body);
  const { failure, logTail } = await finished;
  yield invokeComplete({ ...errorFields(failure), ...(wantsLogTail ? { LogResult: logTail } : {}) });
}
