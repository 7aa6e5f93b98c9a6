import type { Clock } from '../clock.ts';
import type { Build } from '../reload/source-state.ts';
import type { ExecutionEvent } from './execution-event.ts';
import { describeInitFailure } from './init-failure.ts';
import { renewal } from './launch-variables.ts';
import type { Place, Places } from './places.ts';
import type { ProcessPool, ProcessRequest } from './process-pool.ts';
import type { Sandbox } from './sandbox.ts';

/**
 * How many environments of a function get a new process as soon as new code is built. The others get theirs with their
 * next event: a file that fifty share must not start fifty processes with every save.
 */
const EAGER_ENVIRONMENTS = 3;

export interface EnvironmentsOptions {
  readonly places: Places;
  readonly pool: ProcessPool;
  readonly clock: Clock;
  readonly onEvent: (event: ExecutionEvent) => void;
  /** The latest build of a function, unless a change is known that is not built. */
  readonly builtOf: (functionId: string) => Build | undefined;
}

/** Brings the processes of environments up to the latest build, variables and credentials. */
export interface Environments {
  /** The process of a place for its next event: the one that it has, if that is up to date. Undefined for a build that is broken, or without credentials. */
  bringUp(place: Place, build: Build): Sandbox | undefined;
  /** New code is built: the environments used last get their process now. */
  renewAll(functionId: string, build: Build): void;
  /** The function is no more: what is idle ends. */
  giveUpAll(functionId: string): void;
  /** A place is free again, or its process is up: what is out of date is renewed, and a spare is kept. */
  tend(place: Place): void;
}

export function createEnvironments({ places, pool, clock, onEvent, builtOf }: EnvironmentsOptions): Environments {
  const bringUp = (place: Place, build: Build): Sandbox | undefined => {
    const request = processRequest(place, build);
    if (request === undefined) return undefined;
    const plan = pool.planFor(request);
    const { held } = place;
    if (held?.build === build && renewal(held.sandbox.plan, plan) !== undefined) {
      held.sandbox.renew(plan);
      return held.sandbox;
    }
    replaceProcess(place);
    const sandbox = pool.obtain(request, plan);
    place.held = { sandbox, build };
    return sandbox;
  };
  /** Ends the process of a place, and not the event that is about to have the next one. */
  const replaceProcess = (place: Place): void => {
    if (place.held !== undefined) pool.stop(place.held.sandbox);
    place.held = undefined;
  };
  const renew = async (place: Place, build: Build): Promise<void> => {
    const builtAtMs = clock.nowMs();
    const sandbox = bringUp(place, build);
    if (sandbox === undefined) return;
    await pool.start(sandbox);
    if (place.held?.sandbox !== sandbox || pool.isStopped(sandbox)) return;
    const { environmentId, request } = place;
    const { pid, environment } = sandbox;
    const { generation } = build;
    const durationMs = build.durationMs + clock.nowMs() - builtAtMs;
    const common = { functionId: request.fn.id, environmentId, generation, durationMs };
    const { initFailure } = environment;
    if (initFailure !== undefined)
      onEvent({ type: 'load-failed', ...common, reason: describeInitFailure(initFailure) });
    else if (environment.state === 'ready' && pid !== undefined) onEvent({ type: 'reloaded', ...common, pid });
    tend(place);
  };
  const tend = (place: Place): void => {
    const build = builtOf(place.request.fn.id);
    if (build === undefined || place.held === undefined || build.prepared.state !== 'ready') return;
    if (place.held.build !== build && place.serving === undefined) void renew(place, build);
    const request = processRequest(place, build);
    if (request !== undefined && place.held.build === build) pool.keepSpare(request);
  };

  return {
    bringUp,
    renewAll(functionId, build) {
      if (build.prepared.state !== 'ready') return;
      for (const [index, place] of places.ofFunction(functionId).entries()) {
        if (place.serving !== undefined) continue;
        // One without a process was last asked for while the function was broken, or has been given up for now.
        if (place.held === undefined ? index === 0 : index < EAGER_ENVIRONMENTS) void renew(place, build);
        else places.release(place);
      }
    },
    giveUpAll(functionId) {
      pool.dropSpare(functionId);
      for (const place of places.ofFunction(functionId)) if (place.serving === undefined) places.release(place);
    },
    tend,
  };
}

function processRequest(place: Place, { generation, prepared }: Build): ProcessRequest | undefined {
  const { environmentId, request } = place;
  const { fn, variables, credentials } = request;
  if (credentials === undefined || prepared.state !== 'ready') return undefined;
  return { environmentId, fn, variables, credentials, launch: prepared.launch, generation };
}
