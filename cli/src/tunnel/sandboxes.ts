import { setTimeout } from 'node:timers/promises';
import type { Clock } from '@live-lambda/protocol';
import type { Invocation, Outcome } from '@live-lambda/runner';
import type { LocalFunction } from '../functions/live-functions.ts';
import { notRun } from './not-run.ts';
import { createSandbox, type Sandbox, type SandboxOptions, type SandboxRequest } from './sandbox.ts';

/**
 * How long a process may wait for an event before it is ended. Lambda recycles idle execution environments without
 * telling anybody, after a time that it does not document and that is minutes to a few hours; one that is invoked after
 * all is given a new process, which is a cold start and nothing worse.
 */
export const idleLimitMs = 30 * 60_000;

/** What became of an invocation here. */
export interface Execution {
  readonly outcome: Outcome;
  readonly pid: number | undefined;
  /** Until a process could take the invocation; 0 when one was waiting. */
  readonly startMs: number;
  readonly runMs: number;
}

/** The local twins of the execution environments in AWS: one process for each. */
export interface Sandboxes extends AsyncDisposable {
  /** Starts the process of an environment ahead of its first event. */
  warm(request: SandboxRequest): void;
  /**
   * Runs one event. A process that has another event is ended first: in AWS an environment has one at a time, so that
   * nobody waits for the other one any more. Never rejects: what cannot be run is an outcome.
   */
  execute(request: SandboxRequest, invocation: Invocation): Promise<Execution>;
  /** Ends the process of an environment, with what it is doing; the environment's next event gets a new one. */
  end(environmentId: string): void;
}

export interface SandboxesOptions extends SandboxOptions {
  readonly clock: Clock;
  /** Epoch milliseconds, in which deadlines are. */
  readonly wallClockMs: () => number;
}

/** A sandbox in its place. */
interface Place {
  readonly sandbox: Sandbox;
  /** Aborted when the sandbox is given up. */
  readonly ended: AbortController;
  /** An invocation has it. */
  serving: boolean;
  cancelIdle: (() => void) | undefined;
}

type Use = 'warm' | 'execute';

export function createSandboxes(options: SandboxesOptions): Sandboxes {
  const { clock } = options;
  /** The latest of each environment. Taking one waits for whoever took it before, so that there is one at a time. */
  const places = new Map<string, Promise<Place>>();
  const stopping = new Set<Promise<void>>();
  let disposed = false;

  function take(request: SandboxRequest, use: Use): Promise<Place> {
    const before = places.get(request.environmentId);
    const taken = (before ?? Promise.resolve(undefined)).then(async (held) => {
      const place = held && (await isUsable(held, request, use)) ? held : await replace(held, request);
      if (use === 'execute') {
        place.serving = true;
        place.cancelIdle?.();
      }
      return place;
    });
    places.set(request.environmentId, taken);
    return taken;
  }

  async function replace(held: Place | undefined, request: SandboxRequest): Promise<Place> {
    if (held) track(discard(held));
    const sandbox = await createSandbox(options, request);
    const place: Place = { sandbox, ended: new AbortController(), serving: false, cancelIdle: undefined };
    if (disposed) track(discard(place));
    else awaitUse(request.environmentId, place);
    return place;
  }

  /** Ends a sandbox that is not used for too long, unless another has come into its place. */
  function awaitUse(environmentId: string, place: Place): void {
    place.cancelIdle?.();
    place.cancelIdle = clock.after(idleLimitMs, () => {
      const latest = places.get(environmentId);
      void latest?.then((held) => {
        if (held === place && !held.serving && places.get(environmentId) === latest) end(environmentId);
      });
    });
  }

  function end(environmentId: string): void {
    const held = places.get(environmentId);
    places.delete(environmentId);
    if (held !== undefined) track(held.then(discard));
  }

  /** What cannot be ended here is ended by the reaper when this process ends. */
  function track(stop: Promise<void>): void {
    const settled = stop.catch(() => undefined).finally(() => stopping.delete(settled));
    stopping.add(settled);
  }

  return {
    end,
    warm(request) {
      void take(request, 'warm').then(async ({ sandbox: { environment } }) => {
        // Stopped meanwhile is no failure: nobody waits for this process.
        if (!('missing' in environment)) await environment.start().catch(() => undefined);
      });
    },
    async execute(request, invocation) {
      const place = await take(request, 'execute');
      try {
        return await serve(place, { fn: request.fn, invocation, options });
      } finally {
        place.serving = false;
        if (!place.ended.signal.aborted) awaitUse(request.environmentId, place);
      }
    },
    async [Symbol.asyncDispose]() {
      disposed = true;
      for (const held of places.values()) track(held.then(discard));
      places.clear();
      await Promise.all(stopping);
    },
  };
}

async function isUsable(place: Place, request: SandboxRequest, use: Use): Promise<boolean> {
  if (place.serving) return use === 'warm';
  return place.sandbox.isCurrent(request);
}

async function discard({ sandbox: { environment }, ended, cancelIdle }: Place): Promise<void> {
  ended.abort();
  cancelIdle?.();
  if (!('missing' in environment)) await environment.stop();
}

async function serve(
  { sandbox, ended }: Place,
  given: { readonly fn: LocalFunction; readonly invocation: Invocation; readonly options: SandboxesOptions },
): Promise<Execution> {
  const { fn, invocation } = given;
  const { clock, wallClockMs } = given.options;
  const receivedMs = clock.nowMs();
  const { environment } = sandbox;
  const elapsedMs = () => clock.nowMs() - receivedMs;
  const unserved = (outcome: Outcome) => ({ outcome, pid: sandbox.pid, startMs: elapsedMs(), runMs: 0 });
  if ('missing' in environment) return unserved(environment.missing);
  if (environment.state === 'starting' || environment.state === 'stopped') {
    await settledWithin(environment.start(), invocation.deadlineMs - wallClockMs(), ended.signal);
  }
  if (ended.signal.aborted) {
    const reason = `Function ${fn.spec.id}: its process on the developer's machine was ended before it took the event.`;
    return unserved(notRun('LiveLambda.ProcessEnded', reason));
  }
  if (wallClockMs() >= invocation.deadlineMs) {
    const reason = `Function ${fn.spec.id}: its time was over before its process on the developer's machine had started.`;
    return unserved(notRun('LiveLambda.OutOfTime', reason));
  }
  const startMs = elapsedMs();
  const outcome = await environment.invoke(invocation);
  return { outcome, pid: sandbox.pid, startMs, runMs: elapsedMs() - startMs };
}

/** Waits until something has settled, for so many milliseconds at most, or until a signal. */
async function settledWithin(work: Promise<void>, limitMs: number, signal: AbortSignal): Promise<void> {
  const settled = new AbortController();
  const limit = setTimeout(Math.max(0, limitMs), undefined, { signal: AbortSignal.any([settled.signal, signal]) });
  await Promise.race([work, limit]).catch(() => undefined);
  settled.abort();
}
