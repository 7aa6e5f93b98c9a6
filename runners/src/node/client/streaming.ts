import type { Generation, Handler } from './load-handler.ts';
import { runtimeError } from './runtime-error.ts';

/** The mark that `awslambda.streamifyResponse` puts on a handler. */
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');

type Marked = Handler & { [STREAMING]?: unknown };

/** Defines the global `awslambda`, unless `AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA` says not to. */
export function defineAwsLambdaGlobal(env: NodeJS.ProcessEnv): void {
  const off = env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA;
  if (off === '1' || off === 'true') return;
  const awslambda = {
    streamifyResponse: (handler: Marked): Marked => Object.assign(handler, { [STREAMING]: 'response' }),
    HttpResponseStream: {
      from(): never {
        throw notSupported();
      },
    },
  };
  Object.assign(globalThis, { awslambda });
}

/**
 * Response streaming is not built yet. A handler that streams is refused when it is loaded, rather than called with
 * parameters that it does not expect.
 * @throws Runtime.StreamingNotSupported; for a mark that Lambda does not know either, what Lambda's runtime throws.
 */
export function refuseStreamingHandler(handler: Handler, generation: Generation): void {
  const mark = (handler as Marked)[STREAMING];
  if (mark === undefined || mark === null || mark === false) return;
  if (mark === 'response') throw notSupported();
  throw generation === 'callback'
    ? new ReferenceError('MalformedStreamingHandler is not defined')
    : runtimeError('MalformedStreamingHandler', 'Only response streaming is supported.');
}

function notSupported(): Error {
  return runtimeError(
    'StreamingNotSupported',
    'Handlers made by awslambda.streamifyResponse cannot run on this machine yet: return the whole response, or take this function out of live mode.',
  );
}
