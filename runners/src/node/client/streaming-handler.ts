import type { Generation } from './generation.ts';
import type { Handler } from './load-handler.ts';
import type { HandlerStream } from './response-stream.ts';
import { runtimeError } from './runtime-error.ts';

/** The marks that `awslambda.streamifyResponse` puts on a handler. */
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

type Marked = Handler & { [STREAMING]?: unknown; [HIGH_WATER_MARK]?: unknown };

/** Content type of a response that begins with its status, headers and cookies as JSON. */
const HTTP_INTEGRATION_RESPONSE = 'application/vnd.awslambda.http-integration-response';

/** Zero bytes that stand between that JSON and the body. Source: AWS Lambda Developer Guide, "Response streaming". */
const DELIMITER_BYTES = 8;

// biome-ignore lint/complexity/noStaticOnlyClass: handlers may look at what this is.
class HttpResponseStream {
  static from(stream: HandlerStream, metadata: unknown): HandlerStream {
    stream.setContentType(HTTP_INTEGRATION_RESPONSE);
    const prelude = JSON.stringify(metadata);
    stream._onBeforeFirstWrite = (write) => {
      write(prelude);
      write(new Uint8Array(DELIMITER_BYTES));
    };
    return stream;
  }
}

/** The members of the global `awslambda` that both generations have. */
export const streamingMembers = {
  streamifyResponse(handler: Marked, options?: { readonly highWaterMark?: unknown }): Marked {
    handler[STREAMING] = 'response';
    if (typeof options?.highWaterMark === 'number') handler[HIGH_WATER_MARK] = Math.trunc(options.highWaterMark);
    return handler;
  },
  HttpResponseStream,
};

/** Sets the global `awslambda`, unless `AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA` says not to. */
export function defineAwsLambdaGlobal(members: object, env: NodeJS.ProcessEnv): void {
  const off = env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA;
  if (off !== '1' && off !== 'true') Object.assign(globalThis, { awslambda: members });
}

/** Lambda's texts about streaming handlers. */
export const NO_PROMISE = 'Streaming does not support non-async handlers.';
export const NOT_FINISHED = 'Response stream is not finished.';
export const VALUE_IGNORED = 'Streaming handlers ignore return values.';

/** How a handler streams; undefined for one that returns its response. */
export interface Streaming {
  readonly highWaterMarkBytes: number | undefined;
}

/**
 * Reads the marks of a handler.
 * @throws for a mark that Lambda does not know what Lambda's runtime throws, in the older generation a ReferenceError.
 */
export function streamingOf(handler: Handler, generation: Generation): Streaming | undefined {
  const { [STREAMING]: mark, [HIGH_WATER_MARK]: highWaterMark } = handler as Marked;
  if (mark === 'response') return { highWaterMarkBytes: Number(highWaterMark) || undefined };
  const unmarked = mark === undefined || mark === null || mark === false;
  if (unmarked || (generation === 'promise' && !mark)) return undefined;
  if (generation === 'callback') throw new ReferenceError('MalformedStreamingHandler is not defined');
  const message = 'Only response streaming is supported.';
  throw runtimeError({ generation, name: 'MalformedStreamingHandler', message });
}
