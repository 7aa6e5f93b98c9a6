import { type ApiAnswer, apiError } from './api-answer.ts';
import {
  maxAsynchronousRequestBytes,
  maxClientContextBytes,
  maxSynchronousRequestBytes,
} from './function-configuration.ts';

export type InvocationType = 'RequestResponse' | 'Event' | 'DryRun';

/** An Invoke request, checked. */
export interface InvokeRequest {
  readonly invocationType: InvocationType;
  readonly wantsLogTail: boolean;
  /** JSON text, decoded. */
  readonly clientContext: string | undefined;
  readonly traceId: string;
  readonly event: Uint8Array;
}

/** An Invoke request as it came. */
export interface InvokeInput {
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: Uint8Array;
  readonly nowMs: number;
  readonly randomBytes: (count: number) => Uint8Array;
  /** Those that the operation knows. */
  readonly invocationTypes: readonly InvocationType[];
}

export type ParsedInvoke =
  | { readonly type: 'invoke'; readonly request: InvokeRequest }
  | { readonly type: 'refused'; readonly answer: ApiAnswer };

const refused = (status: number, errorType: string, message: string): ParsedInvoke => ({
  type: 'refused',
  answer: apiError({ status, errorType, message }),
});

/** The refusal of a request body that is too large for its kind. The error's name on the wire is not that of the model. */
export const tooLargeAnswer = (invocationType: string, receivedBytes: number): ApiAnswer =>
  apiError({
    status: 413,
    errorType: 'RequestEntityTooLargeException',
    message:
      invocationType === 'Event'
        ? `${receivedBytes} byte payload is too large for the Event invocation type (limit ${maxAsynchronousRequestBytes} bytes)`
        : `Request must be smaller than ${maxSynchronousRequestBytes} bytes for the InvokeFunction operation`,
  });

/** A text that says why this is not JSON, or `undefined` when it is. */
const jsonProblem = (text: string): string | undefined => {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const isJsonObjectText = (text: string): boolean => jsonProblem(text) === undefined && /^\s*\{/.test(text);

/** The same JSON in printable ASCII, since it becomes a header. Outside strings only white space is touched. */
const headerText = (json: string): string =>
  json
    .replace(/[\r\n\t]/g, ' ')
    .replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

type DecodedContext = { readonly text: string | undefined } | { readonly problem: string };

const decodeClientContext = (header: string | undefined): DecodedContext => {
  if (header === undefined) return { text: undefined };
  if (Buffer.byteLength(header) > maxClientContextBytes) {
    return { problem: `Client context must not be longer than ${maxClientContextBytes} bytes of base64.` };
  }
  const text = Buffer.from(header, 'base64').toString('utf8');
  if (!isJsonObjectText(text)) return { problem: 'Client context must be a valid Base64-encoded JSON object.' };
  return { text: headerText(text) };
};

/** A new trace that is not sampled ("Tracing header" in the AWS X-Ray developer guide). */
const newTraceId = ({ nowMs, randomBytes }: Pick<InvokeInput, 'nowMs' | 'randomBytes'>): string => {
  const random = (bytes: number): string => Buffer.from(randomBytes(bytes)).toString('hex');
  const seconds = Math.floor(nowMs / 1_000)
    .toString(16)
    .padStart(8, '0');
  return `Root=1-${seconds}-${random(12)};Parent=${random(8)};Sampled=0`;
};

/** Checks an Invoke request as Lambda does, before it looks for a place to run it. */
export const parseInvoke = (input: InvokeInput): ParsedInvoke => {
  const { headers, payload, invocationTypes } = input;
  const named = headers.get('x-amz-invocation-type') ?? 'RequestResponse';
  const invocationType = invocationTypes.find((type) => type === named);
  if (invocationType === undefined) {
    const message = `1 validation error detected: Value '${named}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [${invocationTypes.join(', ')}]`;
    return refused(400, 'ValidationException', message);
  }
  const maxBytes = invocationType === 'Event' ? maxAsynchronousRequestBytes : maxSynchronousRequestBytes;
  if (payload.byteLength > maxBytes) {
    return { type: 'refused', answer: tooLargeAnswer(invocationType, payload.byteLength) };
  }
  const event = payload.byteLength === 0 ? Buffer.from('{}') : payload;
  const problem = jsonProblem(Buffer.from(event).toString('utf8'));
  if (problem !== undefined) {
    const message = `Could not parse request body into json: Could not parse payload into json: ${problem}`;
    return refused(400, 'InvalidRequestContentException', message);
  }
  const context = decodeClientContext(headers.get('x-amz-client-context'));
  if ('problem' in context) return refused(400, 'InvalidRequestContentException', context.problem);
  return {
    type: 'invoke',
    request: {
      invocationType,
      wantsLogTail: headers.get('x-amz-log-type') === 'Tail',
      clientContext: context.text,
      traceId: headers.get('x-amzn-trace-id') ?? newTraceId(input),
      event,
    },
  };
};
