import { BrokenStream, type LinkOutcome, type StubLink } from '@live-lambda/protocol';
import { errorBody, type FunctionError, functionError } from './failure.ts';
import { httpUnavailable } from './http-event.ts';
import type { NextInvocation, RuntimeClient } from './runtime-client.ts';
import type { Settings } from './settings.ts';

/**
 * How long the init phase waits for the subscription. Lambda gives it 10 s; what is not ready by then gets ready while
 * the first event waits.
 */
const openLimitMs = 2000;

/** Takes events one after the other, for as long as the execution environment lives. */
export async function run(options: {
  readonly runtime: RuntimeClient;
  readonly link: StubLink;
  readonly settings: Settings;
  readonly wallClockMs: () => number;
  readonly log: (line: string) => void;
}): Promise<never> {
  const { runtime, link } = options;
  await withinLimit(link.open());
  for (;;) {
    const next = await runtime.next();
    await answer(next);
  }

  async function answer({ requestId, headers, event, deadlineMs }: NextInvocation): Promise<void> {
    const remainingMs = deadlineMs - options.wallClockMs();
    const outcome = await link.invoke({ headers, event, deadlineMs: link.nowMs() + remainingMs });
    switch (outcome.type) {
      case 'failed':
        return fail(requestId, event, outcome);
      case 'stream':
        return runtime.stream(requestId, streamed(requestId, outcome.body), outcome.headers);
      case 'result': {
        const { headers: answered, outcome: result } = outcome.result;
        return result.type === 'response'
          ? runtime.respond(requestId, result.body, answered)
          : runtime.fail(requestId, result.body, answered);
      }
      default:
        outcome satisfies never;
    }
  }

  function told(requestId: string, failed: Extract<LinkOutcome, { type: 'failed' }>): FunctionError {
    const error = functionError(failed, options.settings);
    options.log(`${requestId} ${error.errorType}: ${error.errorMessage}`);
    return error;
  }

  async function fail(
    requestId: string,
    event: Uint8Array,
    failed: Extract<LinkOutcome, { type: 'failed' }>,
  ): Promise<void> {
    const error = told(requestId, failed);
    const http = httpUnavailable(event, error.errorMessage);
    if (http)
      return runtime.respond(requestId, Buffer.from(JSON.stringify(http)), { 'content-type': 'application/json' });
    const headers = { 'content-type': 'application/json', 'lambda-runtime-function-error-type': error.errorType };
    return runtime.fail(requestId, errorBody(error), headers);
  }

  /** The body of a stream, whose failure is told as a function's. */
  async function* streamed(
    requestId: string,
    body: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array, Uint8Array | undefined> {
    try {
      for await (const part of body) yield part;
      return undefined;
    } catch (broken) {
      if (!(broken instanceof BrokenStream)) throw broken;
      return broken.reason instanceof Uint8Array ? broken.reason : errorBody(told(requestId, broken.reason));
    }
  }
}

async function withinLimit(opening: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, openLimitMs);
  });
  await Promise.race([opening, limit]);
  clearTimeout(timer);
}
