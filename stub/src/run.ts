import { BrokenStream, type Failed, type LinkOutcome, type StubLink } from '@live-lambda/protocol';
import type { ProcessEnd } from '@live-lambda/runner/runtime-api';
import type { DeployedCode } from './deployed-code.ts';
import { errorBody, errorHeaders, type FunctionError, fallbackNote, functionError } from './failure.ts';
import { httpUnavailable } from './http-event.ts';
import type { NextInvocation, RuntimeClient, StreamBody } from './runtime-client.ts';
import type { Settings } from './settings.ts';

/**
 * How long the init phase waits for the subscription. Lambda gives it 10 s; what is not ready by then gets ready while
 * the first event waits.
 */
const openLimitMs = 2000;

/** Lambda's limit for the init phase (Lambda Developer Guide, "Lambda execution environment lifecycle"). */
const initLimitMs = 10_000;

export interface RunOptions {
  readonly runtime: RuntimeClient;
  readonly link: StubLink;
  readonly settings: Settings;
  /** What runs where no tunnel is there, if anything does. */
  readonly deployed?: DeployedCode | undefined;
  readonly wallClockMs: () => number;
  readonly log: (line: string) => void;
}

/**
 * Takes events one after the other, for as long as the execution environment lives.
 * @returns how the deployed code's process ended, between two events.
 */
export async function run(options: RunOptions): Promise<ProcessEnd> {
  const { runtime, link, deployed } = options;
  const noted = new Set<string>();
  await (deployed ? initialise(deployed) : withinLimit(link.open()));
  for (;;) {
    if (deployed?.end) return deployed.end;
    const next = await (deployed ? deployed.unlessEnded(runtime.next()) : runtime.next());
    if ('type' in next) return next;
    // The environment stood still until now: what came meanwhile, such as a Goodbye, is read in this turn, and before
    // the event is sent to a tunnel that is gone.
    await new Promise((resolve) => setImmediate(resolve));
    if (!deployed) await answer(next, await invoke(next));
    else await answerOrFallBack(next, deployed);
  }

  /** The deployed code is started ahead of its first event, as Lambda would, unless a tunnel is there to take it. */
  async function initialise(code: DeployedCode): Promise<void> {
    void link.open();
    if (await absence(link.nowMs() + initLimitMs)) await code.start();
  }

  async function answerOrFallBack(next: NextInvocation, code: DeployedCode): Promise<void> {
    if (await absence(link.nowMs() + next.deadlineMs - options.wallClockMs())) return code.run(next);
    const outcome = await invoke(next);
    // Nothing was published: nobody can have run it.
    if (outcome.type === 'failed' && !outcome.mayHaveRun) return code.run(next);
    return answer(next, outcome);
  }

  /** Whether nobody is there, which is noted where it is not simply so. */
  async function absence(deadlineMs: number): Promise<boolean> {
    const absent = await link.look(deadlineMs);
    const note = absent && fallbackNote(absent, options.settings);
    if (note && !noted.has(note)) options.log(note);
    if (note) noted.add(note);
    return absent !== undefined;
  }

  function invoke({ headers, event, deadlineMs }: NextInvocation): Promise<LinkOutcome> {
    const remainingMs = deadlineMs - options.wallClockMs();
    return link.invoke({ headers, event, deadlineMs: link.nowMs() + remainingMs });
  }

  async function answer({ requestId, event }: NextInvocation, outcome: LinkOutcome): Promise<void> {
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

  function told(requestId: string, failed: Failed): FunctionError {
    const error = functionError(failed, options.settings);
    options.log(`${requestId} ${error.errorType}: ${error.errorMessage}`);
    return error;
  }

  async function fail(requestId: string, event: Uint8Array, failed: Failed): Promise<void> {
    const error = told(requestId, failed);
    const http = httpUnavailable(event, error.errorMessage);
    if (http)
      return runtime.respond(requestId, Buffer.from(JSON.stringify(http)), { 'content-type': 'application/json' });
    return runtime.fail(requestId, errorBody(error), errorHeaders(error));
  }

  /** The body of a stream, whose failure is told as a function's. */
  async function* streamed(requestId: string, body: AsyncIterable<Uint8Array>): StreamBody {
    try {
      for await (const part of body) yield part;
      return undefined;
    } catch (broken) {
      if (!(broken instanceof BrokenStream)) throw broken;
      const { reason } = broken;
      if (reason instanceof Uint8Array) return { errorType: errorTypeOf(reason), body: reason };
      const error = told(requestId, reason);
      return { errorType: error.errorType, body: errorBody(error) };
    }
  }
}

/** A runtime may post anything as its error. */
function errorTypeOf(error: Uint8Array): string {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(error).toString());
    const errorType =
      typeof parsed === 'object' && parsed !== null && 'errorType' in parsed ? parsed.errorType : undefined;
    return typeof errorType === 'string' ? errorType : 'Runtime.Unknown';
  } catch {
    return 'Runtime.Unknown';
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
