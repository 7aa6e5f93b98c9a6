import type { StubLink } from '@live-lambda/protocol';
import { errorBody, functionError } from './failure.ts';
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
    if (outcome.type === 'failed') {
      const error = functionError(outcome, options.settings);
      options.log(`${requestId} ${error.errorType}: ${error.errorMessage}`);
      await runtime.fail(requestId, errorBody(error), {
        'content-type': 'application/json',
        'lambda-runtime-function-error-type': error.errorType,
      });
      return;
    }
    const { headers: answered, outcome: result } = outcome.result;
    if (result.type === 'response') await runtime.respond(requestId, result.body, answered);
    else await runtime.fail(requestId, result.body, answered);
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
