import type { Clock } from '../clock.ts';
import type { Answer, Invocation, Outcome } from '../invocation.ts';
import type { Build } from '../reload/source-state.ts';
import type { Environments } from './environments.ts';
import type { Execution, ExecutionRequest } from './execution.ts';
import type { ExecutionEvent } from './execution-event.ts';
import type { FunctionCatalogue } from './function-catalogue.ts';
import { notRun } from './not-run.ts';
import type { Place, Places, Serving } from './places.ts';
import type { ProcessPool } from './process-pool.ts';
import { explainSilence } from './runner-failure.ts';
import type { Sandbox } from './sandbox.ts';
import { settledWithin } from './waiting.ts';

export interface EventServerOptions {
  readonly places: Places;
  readonly pool: ProcessPool;
  readonly environments: Environments;
  readonly catalogue: FunctionCatalogue;
  readonly clock: Clock;
  readonly wallClockMs: () => number;
  readonly onEvent: (event: ExecutionEvent) => void;
}

/** Takes events to processes: waits for builds and starts, within the event's time, and tells what became of it. */
export interface EventServer {
  execute(request: ExecutionRequest, invocation: Invocation): Promise<Execution>;
  warm(request: ExecutionRequest): void;
  /** An event's time is over, and a debugger lets it run. */
  overdue(environmentId: string, requestId: string): void;
  /** Takes no more events. */
  close(): void;
}

/**
 * What is left of an event's time when it is no use any more to wait for a process: whoever sent it wants the reason before
 * its own time is over, and nothing that starts so late could answer. Of a short time it is half.
 */
const ANSWER_MARGIN_MS = 400;

/** One event on its way. */
interface Attempt {
  readonly place: Place;
  readonly serving: Serving;
  readonly request: ExecutionRequest;
  readonly invocation: Invocation;
}

/** A process that can take an event, or why there is none. */
type Readiness = { readonly sandbox: Sandbox } | { readonly refusal: Outcome };

export function createEventServer(options: EventServerOptions): EventServer {
  const { places, pool, environments, catalogue, clock, wallClockMs, onEvent } = options;
  const open = new Set<Serving>();
  let closed = false;

  const execute = async (request: ExecutionRequest, invocation: Invocation): Promise<Execution> => {
    if (closed) return { answer: endedEarly(request), pid: undefined, startMs: 0, runMs: 0 };
    const { requestId, deadlineMs } = invocation;
    const place = places.take(request);
    const serving: Serving = {
      requestId,
      deadlineMs,
      ended: new AbortController(),
      takenBy: undefined,
      overdue: false,
    };
    places.begin(place, serving);
    open.add(serving);
    const attempt: Attempt = { place, serving, request, invocation };
    const finish = (outcome: Outcome | undefined): void => {
      open.delete(serving);
      tellIfLate(attempt, outcome);
      if (places.finish(place, serving)) environments.tend(place);
    };
    try {
      const execution = await serve(attempt);
      const { answer } = execution;
      if (answer.type !== 'stream') {
        finish(answer);
        return execution;
      }
      const ended = answer.ended.then((failure) => {
        finish(failure);
        return failure;
      });
      return { ...execution, answer: { ...answer, ended } };
    } catch (error) {
      finish(undefined);
      throw error;
    }
  };
  const serve = async (attempt: Attempt): Promise<Execution> => {
    const receivedMs = clock.nowMs();
    const readiness = await ready(attempt);
    const startMs = clock.nowMs() - receivedMs;
    if ('refusal' in readiness) {
      return { answer: readiness.refusal, pid: attempt.place.held?.sandbox.pid, startMs, runMs: 0 };
    }
    const { sandbox } = readiness;
    const answer = await hand(attempt, sandbox);
    return { answer, pid: sandbox.pid, startMs, runMs: clock.nowMs() - receivedMs - startMs };
  };
  const waitMs = ({ deadlineMs }: Serving): number => {
    const remainingMs = deadlineMs - wallClockMs();
    return Math.max(remainingMs / 2, remainingMs - ANSWER_MARGIN_MS);
  };
  const isOutdated = ({ fn }: ExecutionRequest, build: Build): boolean => {
    const sources = catalogue.find(fn.id);
    return sources !== undefined && sources.built() !== build;
  };
  const ready = async (attempt: Attempt): Promise<Readiness> => {
    const { place, serving, request } = attempt;
    const { signal } = serving.ended;
    const build = await settledWithin(catalogue.latest(request.fn), waitMs(serving), signal);
    if (signal.aborted) return { refusal: endedEarly(request) };
    if (build === undefined) return { refusal: outOfTime(request, 'was still being built') };
    const sandbox = environments.bringUp(place, build);
    if (sandbox === undefined) return { refusal: notRunnable(request, build) };
    let isUp: boolean | undefined = true;
    if (sandbox.environment.state !== 'ready') {
      const started = pool.start(sandbox).then(() => true);
      isUp = await settledWithin(started, waitMs(serving), signal);
      // Somebody steps through the start, or is waited for to do so.
      if (!isUp && !signal.aborted && sandbox.isDebugged()) {
        overdue(place.environmentId, serving.requestId);
        isUp = await settledWithin(started, Number.POSITIVE_INFINITY, signal);
      }
    }
    if (signal.aborted) return { refusal: endedEarly(request) };
    if (!isUp) {
      const late = explainSilence(
        outOfTime(request, 'had not started'),
        sandbox,
        catalogue.runnerNameOf(request.fn.id),
      );
      return { refusal: late };
    }
    // It may have loaded a file that was just being written; nothing of the event has run.
    if (sandbox.environment.initFailure !== undefined && isOutdated(request, build)) return ready(attempt);
    return { sandbox };
  };
  const hand = async ({ serving, request, invocation }: Attempt, sandbox: Sandbox): Promise<Answer> => {
    serving.takenBy = sandbox;
    pool.show(sandbox);
    const explained = (outcome: Outcome): Outcome =>
      explainSilence(outcome, sandbox, catalogue.runnerNameOf(request.fn.id));
    // It has had the time that Lambda gives to a start, and gets another one within that of the event.
    const isMute = (): boolean =>
      !sandbox.environment.hasSpoken && sandbox.plan.control !== true && !sandbox.isDebugged();
    const answering = sandbox.environment.invokeStreaming(withinTimeout(invocation, wallClockMs()));
    if (isMute()) {
      const { signal } = serving.ended;
      const early = await settledWithin(answering, waitMs(serving), signal);
      if (early === undefined && isMute() && !signal.aborted) return explained(outOfTime(request, 'had not started'));
    }
    const answer = await answering;
    return answer.type === 'stream' ? answer : explained(answer);
  };
  const overdue = (environmentId: string, requestId: string): void => {
    for (const serving of open) if (serving.requestId === requestId) markOverdue(environmentId, serving);
  };
  /** Under a debugger an event runs on beyond the timeout of its function; its caller waits for as long as that is deployed with. */
  const awaitOverdue = (environmentId: string, requestId: string): void => {
    for (const serving of open) {
      if (serving.requestId !== requestId) continue;
      const leftMs = serving.deadlineMs - wallClockMs();
      if (leftMs <= 0) markOverdue(environmentId, serving);
      else clock.after(leftMs, () => open.has(serving) && markOverdue(environmentId, serving));
    }
  };
  const markOverdue = (environmentId: string, serving: Serving): void => {
    const place = places.get(environmentId);
    if (serving.overdue || (place?.serving !== serving && serving.takenBy === undefined)) return;
    serving.overdue = true;
    const functionId = serving.takenBy?.fn.id ?? place?.request.fn.id ?? '';
    onEvent({ type: 'debugger-overdue', functionId, environmentId, requestId: serving.requestId });
  };
  const tellIfLate = ({ place, serving, request }: Attempt, outcome: Outcome | undefined): void => {
    const givenUp = serving.ended.signal.aborted && serving.takenBy !== undefined && places.isDetached(serving.takenBy);
    if (!serving.overdue && !givenUp) return;
    const { environmentId } = place;
    const lateMs = wallClockMs() - serving.deadlineMs;
    onEvent({
      type: 'late-result',
      functionId: request.fn.id,
      environmentId,
      requestId: serving.requestId,
      outcome,
      lateMs,
    });
  };
  const warmUp = async (request: ExecutionRequest): Promise<void> => {
    const place = places.take(request);
    const build = await catalogue.latest(request.fn);
    // An event that came meanwhile brings it up itself.
    if (closed || place.serving !== undefined || places.get(request.environmentId) !== place) return;
    const sandbox = environments.bringUp(place, build);
    if (sandbox === undefined) return;
    await pool.start(sandbox);
    if (place.held?.sandbox === sandbox) environments.tend(place);
  };

  return {
    execute,
    warm: (request) => {
      if (!closed) void warmUp(request);
    },
    overdue: awaitOverdue,
    close() {
      closed = true;
      for (const serving of open) serving.ended.abort();
    },
  };
}

/** With the deadline that the function sees, now that its process takes the event. */
function withinTimeout(invocation: Invocation, nowMs: number): Invocation {
  const { deadlineMs, timeoutMs = Number.POSITIVE_INFINITY } = invocation;
  return { ...invocation, deadlineMs: Math.min(deadlineMs, nowMs + timeoutMs) };
}

function endedEarly({ fn }: ExecutionRequest): Outcome {
  return notRun(
    'LiveLambda.ProcessEnded',
    `Function ${fn.id} (${fn.entry}): its process on the developer's machine was ended before it took the event. Invoke it again.`,
  );
}

function outOfTime({ fn }: ExecutionRequest, what: string): Outcome {
  const text = `Function ${fn.id} (${fn.entry}) ${what} on the developer's machine when its time was over. Invoke it again, or give it a longer timeout.`;
  return { ...notRun('LiveLambda.OutOfTime', text), origin: 'timeout' };
}

function notRunnable({ fn, credentials }: ExecutionRequest, { prepared }: Build): Outcome {
  if (prepared.state === 'broken') return notRun('LiveLambda.BuildFailed', prepared.reason);
  return notRun(
    'LiveLambda.NotRunnable',
    credentials === undefined
      ? `Function ${fn.id}: its execution environment sent no credentials of its role. Deploy the app again.`
      : `Function ${fn.id} (${fn.entry}): there is no process for it.`,
  );
}
