import type { Generation } from './conformance-case.ts';

/** A case in which AWS's published client is not what we go by. */
export interface KnownDifference {
  /** The title of the case. */
  readonly title: string;
  readonly generation: Generation;
  /**
   * `older`: Lambda runs a newer client than npm has, and the suite's expectation is by that one's public source; it is
   * an error when the two no longer differ. `timing`: what AWS's client does here depends on which of two connections
   * is faster, so that only the answer of the first invocation is compared.
   */
  readonly kind: 'older' | 'timing';
  readonly reason: string;
}

const NOT_PUBLISHED =
  "Lambda's nodejs22.x runs a client newer than the 3.3.0 that npm has; its source is public (aws/aws-lambda-nodejs-runtime-interface-client)";

const FAILED_STREAM =
  "AWS's client asks for the next event while its failed stream is still on its way: it may be refused, and end, or be given the same event again; ours waits until the stream is delivered";

const failedStream = (title: string): KnownDifference => ({
  title,
  generation: 'promise',
  kind: 'timing',
  reason: FAILED_STREAM,
});

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    title: 'an async handler that never settles, and an empty event loop',
    generation: 'callback',
    kind: 'older',
    reason: `${NOT_PUBLISHED}, and it answers Runtime.NodeJsExit where 3.3.0 answers null.`,
  },
  {
    title: 'a callback handler is told of its end by one line at the start',
    generation: 'callback',
    kind: 'older',
    reason: `${NOT_PUBLISHED}, and it writes this line.`,
  },
  ...[
    'setContentType after the first write',
    'HttpResponseStream.from after the first write',
    'a throw before the first byte',
    'a throw after the first byte',
    'a string thrown after the first byte',
    'a throw after the end',
    'a failure of a stream, and a success after it in the same process',
    'a handler that is not async and ended its stream',
    'a handler that is not async and did not end its stream',
    'write with null',
    'an error within a stream in the log',
  ].map(failedStream),
];
