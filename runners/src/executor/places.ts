import type { Clock } from '../clock.ts';
import type { Build } from '../reload/source-state.ts';
import type { ExecutionRequest } from './execution.ts';
import type { Sandbox } from './sandbox.ts';

/** An event that has an environment's process, or waits for it. */
export interface Serving {
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly deadlineMs: number;
  /** Aborted when nobody waits for it any more. */
  readonly ended: AbortController;
  /** The process that took it. */
  takenBy: Sandbox | undefined;
  /** Its time is over, and a debugger lets it run. */
  overdue: boolean;
}

/** The place of one environment in AWS on this machine. */
export interface Place {
  readonly environmentId: string;
  /** What its stub told last. */
  request: ExecutionRequest;
  /** Its process, and the build that it runs. */
  held: { readonly sandbox: Sandbox; readonly build: Build } | undefined;
  serving: Serving | undefined;
  /** Counts the uses of all places. */
  lastUse: number;
  cancelIdle: (() => void) | undefined;
}

export interface PlacesOptions {
  readonly limit: number;
  readonly idleLimitMs: number;
  readonly clock: Clock;
  readonly stop: (sandbox: Sandbox) => void;
  readonly onEvicted: (place: Place) => void;
  /** The last place of a function is gone. */
  readonly onUnused: (functionId: string) => void;
}

/** Which environments have a place here, for how long, and what becomes of their processes when they lose it. */
export interface Places {
  get(environmentId: string): Place | undefined;
  /** The one that holds this process. */
  of(sandbox: Sandbox): Place | undefined;
  /** The one used last comes first. */
  ofFunction(functionId: string): readonly Place[];
  /** The place of an environment; a new one may cost the one that was unused for longest its own. */
  take(request: ExecutionRequest): Place;
  /** An event is there for a place. What runs there is given up. */
  begin(place: Place, serving: Serving): void;
  /** The event is over. @returns whether the place is still its own. */
  finish(place: Place, serving: Serving): boolean;
  /** Takes its process from a place, and ends it unless a debugger holds it with an event. */
  release(place: Place): void;
  /** As `release`, and the place with it. */
  remove(place: Place): void;
  /** Whether an event that nobody waits for any more runs in this process, since a debugger holds it. */
  isDetached(sandbox: Sandbox): boolean;
  /** Ends what was detached of a function. */
  stopDetached(functionId: string): void;
}

export function createPlaces(options: PlacesOptions): Places {
  const { clock, stop } = options;
  const places = new Map<string, Place>();
  const detached = new Map<Serving, { readonly sandbox: Sandbox; readonly cancelIdle: () => void }>();
  let uses = 0;

  const detach = (serving: Serving, sandbox: Sandbox): void => {
    // Of a debugger that an editor brought along nobody is told when it leaves.
    const cancelIdle = clock.after(options.idleLimitMs, () => stop(sandbox));
    detached.set(serving, { sandbox, cancelIdle });
  };

  const release = (place: Place): void => {
    const { held, serving } = place;
    place.held = undefined;
    place.serving = undefined;
    serving?.ended.abort();
    if (held === undefined) return;
    if (serving?.takenBy === held.sandbox && held.sandbox.isAttached()) detach(serving, held.sandbox);
    else stop(held.sandbox);
  };
  const remove = (place: Place): void => {
    place.cancelIdle?.();
    release(place);
    if (places.get(place.environmentId) === place) places.delete(place.environmentId);
    const functionId = place.request.fn.id;
    if (![...places.values()].some(({ request }) => request.fn.id === functionId)) options.onUnused(functionId);
  };
  const use = (place: Place): void => {
    uses += 1;
    place.lastUse = uses;
    place.cancelIdle?.();
    place.cancelIdle = undefined;
  };
  const awaitUse = (place: Place): void => {
    use(place);
    place.cancelIdle = clock.after(options.idleLimitMs, () => remove(place));
  };
  const makeRoom = (): void => {
    for (const place of placesToEvict(places.values(), options.limit)) {
      options.onEvicted(place);
      remove(place);
    }
  };

  return {
    get: (environmentId) => places.get(environmentId),
    of: (sandbox) => [...places.values()].find(({ held }) => held?.sandbox === sandbox),
    ofFunction: (functionId) => byLastUse([...places.values()].filter(({ request }) => request.fn.id === functionId)),
    take(request) {
      const { environmentId } = request;
      const known = places.get(environmentId);
      const place = known ?? {
        environmentId,
        request,
        held: undefined,
        serving: undefined,
        lastUse: 0,
        cancelIdle: undefined,
      };
      place.request = request;
      places.set(environmentId, place);
      if (place.serving === undefined) awaitUse(place);
      if (known === undefined) makeRoom();
      return place;
    },
    begin(place, serving) {
      if (place.serving !== undefined) release(place);
      use(place);
      place.serving = serving;
    },
    finish(place, serving) {
      const gone = detached.get(serving);
      if (gone !== undefined) {
        detached.delete(serving);
        gone.cancelIdle();
        stop(gone.sandbox);
      }
      if (place.serving !== serving) return false;
      place.serving = undefined;
      awaitUse(place);
      // While all were busy, there may have come more than the limit.
      makeRoom();
      return true;
    },
    release,
    remove,
    isDetached: (sandbox) => [...detached.values()].some((each) => each.sandbox === sandbox),
    stopDetached(functionId) {
      for (const { sandbox } of detached.values()) if (sandbox.fn.id === functionId) stop(sandbox);
    },
  };
}

/** The places to give up so that there are no more than the limit: of those that idle, the ones unused for longest. */
export function placesToEvict(places: Iterable<Place>, limit: number): readonly Place[] {
  const all = [...places];
  const excess = Math.max(0, all.length - limit);
  const idle = byLastUse(all.filter(({ serving }) => serving === undefined)).reverse();
  // The last one is the newcomer, for which room is made, or the one that has just been used.
  return idle.slice(0, Math.min(excess, idle.length - 1));
}

function byLastUse(places: readonly Place[]): Place[] {
  return [...places].sort((a, b) => b.lastUse - a.lastUse);
}
