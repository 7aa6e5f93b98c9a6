import type { Prepared } from '../runner.ts';

/**
 * How long no further change may come before a build counts. Measured with the ways in which editors save (written in
 * place, renamed into place, moved away and written anew) and with git: a save is up to six changes with less than 1 ms
 * between two, a branch switch goes on with gaps as short. A busy machine makes gaps of 10 to 20 ms, and those cost a
 * build that is overtaken.
 */
export const QUIET_MS = 5;

/** What became of the sources as they were at one time. */
export interface Build {
  /** 1 for the first, and one more for each attempt after it. */
  readonly generation: number;
  readonly prepared: Prepared;
  /** From the change, or the wish, until it counted. */
  readonly durationMs: number;
}

/**
 * The sources of one function. A build begins with the first change, and counts when no other came for
 * {@link QUIET_MS}; one that is overtaken is aborted, and the next begins when it is quiet.
 */
export type SourceState =
  | { readonly name: 'unprepared' }
  | {
      readonly name: 'preparing';
      readonly generation: number;
      /** When the first of the changes came that the build is for. */
      readonly sinceMs: number;
      readonly quietAtMs: number;
      /** Another change came: what the build gives is of no use. */
      readonly overtaken: boolean;
      /** The build is done, and waits for quiet. */
      readonly result: Prepared | undefined;
    }
  /** Changed, and waits for quiet. */
  | { readonly name: 'stale'; readonly generation: number; readonly sinceMs: number; readonly quietAtMs: number }
  | { readonly name: 'ready' | 'broken'; readonly build: Build };

export type SourceInput =
  | { readonly type: 'wanted' }
  | { readonly type: 'changed' }
  | { readonly type: 'prepared'; readonly prepared: Prepared }
  /** The time of a `wake` has come. */
  | { readonly type: 'woken' };

export type SourceEffect =
  | { readonly type: 'prepare' }
  /** The build that runs is of no use any more. It is `prepared` all the same, at its end. */
  | { readonly type: 'abort' }
  | { readonly type: 'wake'; readonly atMs: number }
  | { readonly type: 'built'; readonly build: Build };

export interface SourceStep {
  readonly state: SourceState;
  readonly effects: readonly SourceEffect[];
}

export const UNPREPARED: SourceState = { name: 'unprepared' };

/** The one place that changes the state of a function's sources. */
export function stepSources(state: SourceState, input: SourceInput, nowMs: number): SourceStep {
  switch (input.type) {
    case 'wanted':
      return state.name === 'unprepared'
        ? prepare({ generation: 1, sinceMs: nowMs, quietAtMs: nowMs })
        : { state, effects: [] };
    case 'changed':
      return changed(state, nowMs);
    case 'prepared':
      return prepared(state, input.prepared, nowMs);
    case 'woken':
      return woken(state, nowMs);
  }
}

interface Attempt {
  readonly generation: number;
  readonly sinceMs: number;
  readonly quietAtMs: number;
}

function prepare({ generation, sinceMs, quietAtMs }: Attempt): SourceStep {
  return {
    state: { name: 'preparing', generation, sinceMs, quietAtMs, overtaken: false, result: undefined },
    effects: [{ type: 'prepare' }],
  };
}

function becomeStale({ generation, sinceMs, quietAtMs }: Attempt): SourceStep {
  return { state: { name: 'stale', generation, sinceMs, quietAtMs }, effects: [{ type: 'wake', atMs: quietAtMs }] };
}

function changed(state: SourceState, nowMs: number): SourceStep {
  const quietAtMs = nowMs + QUIET_MS;
  switch (state.name) {
    case 'unprepared':
      return { state, effects: [] };
    case 'ready':
    case 'broken':
      return prepare({ generation: state.build.generation + 1, sinceMs: nowMs, quietAtMs });
    case 'stale':
      return becomeStale({ ...state, quietAtMs });
    case 'preparing':
      if (state.result !== undefined) return becomeStale({ ...state, quietAtMs });
      return {
        state: { ...state, quietAtMs, overtaken: true },
        effects: state.overtaken ? [] : [{ type: 'abort' }],
      };
  }
}

function prepared(state: SourceState, result: Prepared, nowMs: number): SourceStep {
  if (state.name !== 'preparing') return { state, effects: [] };
  if (state.overtaken) return nowMs < state.quietAtMs ? becomeStale(state) : again(state, nowMs);
  if (nowMs >= state.quietAtMs) return built({ ...state, result, nowMs });
  return { state: { ...state, result }, effects: [{ type: 'wake', atMs: state.quietAtMs }] };
}

function woken(state: SourceState, nowMs: number): SourceStep {
  if (state.name !== 'stale' && state.name !== 'preparing') return { state, effects: [] };
  if (nowMs < state.quietAtMs) return { state, effects: [{ type: 'wake', atMs: state.quietAtMs }] };
  if (state.name === 'stale') return again(state, nowMs);
  const { result } = state;
  return result === undefined ? { state, effects: [] } : built({ ...state, result, nowMs });
}

function again(state: Attempt, nowMs: number): SourceStep {
  return prepare({ generation: state.generation + 1, sinceMs: state.sinceMs, quietAtMs: nowMs });
}

interface Finished extends Attempt {
  readonly result: Prepared;
  readonly nowMs: number;
}

function built({ generation, sinceMs, result, nowMs }: Finished): SourceStep {
  const build: Build = { generation, prepared: result, durationMs: nowMs - sinceMs };
  return { state: { name: result.state, build }, effects: [{ type: 'built', build }] };
}
