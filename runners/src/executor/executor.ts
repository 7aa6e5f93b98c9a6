import { availableParallelism } from 'node:os';
import { type Clock, systemClock } from '../clock.ts';
import { createFunctionInspectors, type FunctionInspectors } from '../inspector/function-inspectors.ts';
import type { Invocation } from '../invocation.ts';
import { createStartLimiter } from '../process/start-limiter.ts';
import type { FunctionSpec, Runner } from '../runner.ts';
import { createEnvironments } from './environments.ts';
import { createEventServer } from './event-server.ts';
import type { Execution, ExecutionRequest } from './execution.ts';
import type { ExecutionEvent } from './execution-event.ts';
import { createFunctionCatalogue } from './function-catalogue.ts';
import { createPlaces } from './places.ts';
import { createProcessPool } from './process-pool.ts';

/**
 * Runs the functions of an app on this machine: one process for each execution environment in AWS, kept while it is
 * used, on the code as it was saved last.
 *
 * Throws only for faults of its own. What a function cannot do, cannot be built to do or cannot be started to do is an
 * {@link Outcome} that names the function, the reason and the next step.
 */
export interface Executor extends AsyncDisposable {
  /** Prepares functions ahead of their first event, and watches their sources from then on. */
  prepareAll(functions: readonly FunctionSpec[]): Promise<void>;
  /**
   * Takes over what changed in the app: functions that are new or described anew are prepared, those that are gone are
   * given up with their processes.
   */
  update(functions: readonly FunctionSpec[]): Promise<void>;
  /** Builds a function anew, and gives each of its environments a new process. */
  restart(functionId: string): Promise<void>;
  /** Starts the process of an environment ahead of its first event. */
  warm(request: ExecutionRequest): void;
  /**
   * Runs one event. Waits for the build of a change that was seen before. An event for an environment that is busy ends
   * what runs there: in AWS an environment has one at a time, so that nobody waits for the other one any more.
   */
  execute(request: ExecutionRequest, invocation: Invocation): Promise<Execution>;
  /**
   * Ends the process of an environment, with what it is doing; the environment's next event gets a new one. Under a
   * debugger what it is doing goes on, and its late result is told.
   */
  end(environmentId: string): void;
}

export interface InspectOptions {
  /** The first function's debuggers attach here, the next one's one above, and so on; where taken, the next free one. */
  readonly port: number;
  /** Each process waits for a debugger right before it loads the function's code. */
  readonly brk: boolean;
}

export interface ExecutorOptions {
  /** Chooses how a function is run; what it throws is the reason for which the function cannot be. */
  readonly runnerFor: (fn: FunctionSpec) => Runner;
  /** The variables of this machine. */
  readonly laptop: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly onEvent: (event: ExecutionEvent) => void;
  /** {@link DEFAULT_MAX_ENVIRONMENTS} if not given. */
  readonly maxEnvironments?: number;
  /** How many processes may initialise at a time: the number of processors if not given. */
  readonly maxStarts?: number;
  /** {@link DEFAULT_MAX_SPARES} if not given; 0 for none. */
  readonly maxSpares?: number;
  /** Debuggers can attach. */
  readonly inspect?: InspectOptions;
  /** Whether sources are watched; they are if not given. */
  readonly watch?: boolean;
  readonly clock?: Clock;
  /** Epoch milliseconds, in which deadlines are. */
  readonly wallClockMs?: () => number;
}

/** Processes of Node take some 50 MB each before they have loaded anything. */
export const DEFAULT_MAX_ENVIRONMENTS = 50;

/** Processes that wait without code, so that a save is answered sooner: for the functions used last. */
export const DEFAULT_MAX_SPARES = 4;

/**
 * How long a process may wait for an event before it is ended. Lambda recycles idle execution environments without
 * telling anybody, after a time that it does not document and that is minutes to a few hours; one that is invoked after
 * all is given a new process, which is a cold start and nothing worse.
 */
export const IDLE_LIMIT_MS = 30 * 60_000;

/** Makes an executor; nothing is prepared or started yet. */
export function createExecutor(options: ExecutorOptions): Executor {
  const { onEvent, clock = systemClock, wallClockMs = Date.now } = options;
  const inspectors = openInspectors(options, (functionId) => places.stopDetached(functionId));
  const pool = createProcessPool({
    laptop: options.laptop,
    platform: options.platform,
    limiter: createStartLimiter(options.maxStarts ?? availableParallelism()),
    maxSpares: options.watch === false ? 0 : (options.maxSpares ?? DEFAULT_MAX_SPARES),
    inspectors,
    brk: options.inspect?.brk ?? false,
    onEvent,
    onLoaded: ({ fn, generation }, files, sinceEpochMs) =>
      catalogue.find(fn.id)?.loaded(generation, files, sinceEpochMs),
    onOverdue: (environmentId, requestId) => events.overdue(environmentId, requestId),
    isServing: (sandbox) => places.of(sandbox)?.serving !== undefined || places.isDetached(sandbox),
  });
  const limit = options.maxEnvironments ?? DEFAULT_MAX_ENVIRONMENTS;
  const places = createPlaces({
    limit,
    idleLimitMs: IDLE_LIMIT_MS,
    clock,
    stop: pool.stop,
    onEvicted: ({ environmentId, request }) =>
      onEvent({ type: 'evicted', functionId: request.fn.id, environmentId, limit }),
    onUnused: pool.dropSpare,
  });
  const catalogue = createFunctionCatalogue({
    runnerFor: options.runnerFor,
    watch: options.watch ?? true,
    clock,
    onEvent,
    onBuilt: (functionId, build) => environments.renewAll(functionId, build),
    onGone: (functionId) => environments.giveUpAll(functionId),
  });
  const environments = createEnvironments({
    places,
    pool,
    clock,
    onEvent,
    builtOf: (id) => catalogue.find(id)?.built(),
  });
  const events = createEventServer({ places, pool, environments, catalogue, clock, wallClockMs, onEvent });

  let disposed = false;
  const prepareAll = async (functions: readonly FunctionSpec[]): Promise<void> => {
    // What would be taken up now, nobody gives up any more.
    if (disposed) return;
    for (const fn of functions) void inspectors?.open(fn);
    const all = functions.map((fn) => catalogue.sourcesOf(fn));
    await Promise.all(all.map((sources) => sources.latest()));
    await Promise.all(all.map((sources) => sources.watched()));
  };
  return {
    prepareAll,
    async update(functions) {
      const gone = await catalogue.keepOnly(functions);
      await Promise.all(gone.map((functionId) => inspectors?.close(functionId)));
      await prepareAll(functions);
    },
    async restart(functionId) {
      const sources = catalogue.find(functionId);
      sources?.rebuild();
      await sources?.latest();
    },
    warm: events.warm,
    execute: events.execute,
    end(environmentId) {
      const place = places.get(environmentId);
      if (place !== undefined) places.remove(place);
    },
    async [Symbol.asyncDispose]() {
      disposed = true;
      events.close();
      await Promise.all([catalogue.dispose(), pool.dispose()]);
      await inspectors?.closeAll();
    },
  };
}

/** The addresses for debuggers, where there are any. @param onLeft a debugger has left the function's process. */
function openInspectors(
  { inspect, onEvent }: ExecutorOptions,
  onLeft: (functionId: string) => void,
): FunctionInspectors | undefined {
  if (inspect === undefined) return undefined;
  return createFunctionInspectors({
    port: inspect.port,
    onListening: (functionId, { port, url }) =>
      onEvent({ type: 'inspector-listening', functionId, host: '127.0.0.1', port, url }),
    onAttached: (functionId, isAttached) => {
      onEvent({ type: isAttached ? 'debugger-attached' : 'debugger-detached', functionId });
      if (!isAttached) onLeft(functionId);
    },
    onFault: (functionId, error) =>
      onEvent({
        type: 'note',
        level: 'warning',
        functionId,
        text: `${functionId} cannot be debugged: ${error instanceof Error ? error.message : error}. Choose another port for debuggers.`,
      }),
  });
}
