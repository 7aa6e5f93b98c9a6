import { Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';
import { functionAround, functionBehind, targetsOf } from './references.ts';

/** Raises the timeout of live functions to so many seconds, so that there is time to debug. */
export const TIMEOUT_CONTEXT_KEY = 'live-lambda-timeout';

/** {@link https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html} */
const MAX_TIMEOUT_SECONDS = Duration.minutes(15).toSeconds();

/** {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html} */
const DEFAULT_VISIBILITY_TIMEOUT_SECONDS = 30;

/**
 * Reads how long live functions may take at least.
 *
 * @throws Error if the value is no whole number of seconds that Lambda allows
 */
export function parseDebugTimeout(context: Readonly<Record<string, unknown>>): number | undefined {
  if (!(TIMEOUT_CONTEXT_KEY in context)) return undefined;
  const value = context[TIMEOUT_CONTEXT_KEY];
  const seconds = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '') ? Number(value) : NaN;
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_TIMEOUT_SECONDS) return seconds;
  throw new Error(
    `live-lambda: the context value ${TIMEOUT_CONTEXT_KEY}=${JSON.stringify(value)} ` +
      `is no whole number of seconds from 1 to ${MAX_TIMEOUT_SECONDS}.`,
  );
}

/** A function whose timeout is raised. */
export interface RaisedFunction {
  readonly path: string;
  readonly resource: lambda.CfnFunction;
}

/**
 * SQS delivers a message again when its visibility timeout is over, and Lambda refuses an event source whose visibility
 * timeout is shorter than the function's timeout.
 * {@link https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html}
 *
 * @returns an error for each queue whose visibility timeout is shorter than the raised timeout
 */
export function explainShortQueues(request: {
  readonly timeoutSeconds: number;
  readonly raised: readonly RaisedFunction[];
  readonly constructs: readonly IConstruct[];
}): readonly string[] {
  const { timeoutSeconds, raised, constructs } = request;
  const paths = new Map(raised.map(({ resource, path }) => [resource, path]));
  return constructs.flatMap((mapping) => {
    if (!(mapping instanceof lambda.CfnEventSourceMapping)) return [];
    const fn = functionBehind(mapping.functionName) ?? functionAround(mapping);
    const path = fn && paths.get(fn);
    const queue = targetsOf(mapping.eventSourceArn).find((target) => target instanceof sqs.CfnQueue);
    if (path === undefined || !(queue instanceof sqs.CfnQueue)) return [];
    const visibleSeconds = visibilityTimeoutOf(queue);
    if (typeof visibleSeconds !== 'number' || visibleSeconds >= timeoutSeconds) return [];
    return [
      `live-lambda: ${TIMEOUT_CONTEXT_KEY}=${timeoutSeconds} raises the timeout of ${path} above the visibility timeout ` +
        `of ${visibleSeconds} s of its queue ${nameOf(queue)}, so that messages would be delivered twice. ` +
        `Choose at most ${visibleSeconds} s, or give the queue a visibilityTimeout of ${timeoutSeconds} s.`,
    ];
  });
}

function visibilityTimeoutOf(queue: sqs.CfnQueue): unknown {
  return queue.stack.resolve(queue.visibilityTimeout) ?? DEFAULT_VISIBILITY_TIMEOUT_SECONDS;
}

function nameOf(resource: IConstruct): string {
  const parent = resource.node.scope;
  return (parent?.node.defaultChild === resource ? parent : resource).node.path;
}
