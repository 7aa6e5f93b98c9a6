import { realpath, stat } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import type { FunctionSpec, Inputs, Prepared, Runner } from '../runner.ts';
import { createChangeTeller } from './change-teller.ts';
import { createFingerprints } from './fingerprints.ts';
import type { FolderWatches } from './folder-watches.ts';
import { listTree } from './input-tree.ts';
import { createLoadedFiles } from './loaded-files.ts';
import {
  type Build,
  type SourceEffect,
  type SourceInput,
  type SourceState,
  stepSources,
  UNPREPARED,
} from './source-state.ts';
import { brokenBy, checkedPrepared, givenUpBuild, tooManyFoldersText } from './unprepared.ts';
import { type Concern, type FolderChange, isSource, type WatchedPaths, watchedPaths } from './watched-paths.ts';

/** How long a build that was aborted, and what its runner kept, may take to end. */
const MAX_RELEASE_MS = 1_000;

export interface FunctionSourcesOptions {
  readonly fn: FunctionSpec;
  /** May throw: then the function is broken for that reason. */
  readonly runnerFor: (fn: FunctionSpec) => Runner;
  /** Undefined where changes are not looked for. */
  readonly watches: FolderWatches | undefined;
  readonly clock: Clock;
  /** Told of the first files of a change, before they are built. */
  readonly onChanged: (files: readonly string[]) => void;
  readonly onBuilt: (build: Build, runner: string) => void;
  readonly onNote: (text: string) => void;
}

/** The sources of one function: built when they are wanted, watched from then on, and built anew when they change. */
export interface FunctionSources {
  readonly fn: FunctionSpec;
  /** The build that an event runs on which comes now: waits for the one that is being made. Never rejects. */
  latest(): Promise<Build>;
  /** The latest build, unless a change is known that is not built. */
  built(): Build | undefined;
  /** Resolves when all is watched that is known by now. */
  watched(): Promise<void>;
  /** A process of this generation read these files, after `sinceEpochMs`. */
  loaded(generation: number, files: readonly string[], sinceEpochMs: number): void;
  /** Builds anew, whatever changed. */
  rebuild(): void;
  /** Ends what is being built, and watches no more. */
  dispose(): Promise<void>;
}

export function createFunctionSources(options: FunctionSourcesOptions): FunctionSources {
  const { fn, clock, watches } = options;
  const fingerprints = createFingerprints();
  const processFiles = createLoadedFiles();
  const told = createChangeTeller(clock, options.onChanged);
  let state: SourceState = UNPREPARED;
  let inputs: Inputs = { files: [fn.entry], folders: [] };
  let watched: WatchedPaths | undefined;
  let base: string | undefined;
  let looked: Promise<void> = Promise.resolve();
  let building: { readonly abort: AbortController; readonly done: Promise<void> } | undefined;
  let runner: Runner | undefined;
  let cancelWake: (() => void) | undefined;
  let disposed = false;
  /** Changes whose content is being looked at. */
  let looking = 0;
  let waiting: ((build: Build) => void)[] = [];

  const dispatch = (input: SourceInput): void => {
    if (disposed) return;
    const step = stepSources(state, input, clock.nowMs());
    state = step.state;
    for (const effect of step.effects) perform(effect);
  };
  const perform = (effect: SourceEffect): void => {
    switch (effect.type) {
      case 'prepare':
        build();
        break;
      case 'abort':
        building?.abort.abort();
        break;
      case 'wake':
        cancelWake?.();
        cancelWake = clock.after(effect.atMs - clock.nowMs(), () => dispatch({ type: 'woken' }));
        break;
      case 'built':
        told.flush();
        options.onBuilt(effect.build, runner?.name ?? '');
        giveOut();
        break;
    }
  };
  const build = (): void => {
    const abort = new AbortController();
    const sinceEpochMs = Date.now();
    const done = prepare(abort.signal).then((prepared) => {
      // An aborted build says little of what it would have read.
      if (!abort.signal.aborted) {
        inputs = prepared.inputs;
        look(prepared.state === 'broken', sinceEpochMs);
      }
      dispatch({ type: 'prepared', prepared });
    });
    building = { abort, done };
  };
  const prepare = async (signal: AbortSignal): Promise<Prepared> => {
    try {
      runner = options.runnerFor(fn);
      return checkedPrepared(await runner.prepare(fn, { signal }), fn, runner.name);
    } catch (error) {
      return brokenBy(fn, error, inputs);
    }
  };

  /** Watches what the build, and the processes that ran on it, have read. A change before that is seen by its time. */
  const look = (broken: boolean, sinceEpochMs: number): void => {
    if (watches === undefined) return;
    const files = [...new Set([...inputs.files, ...processFiles.all()])];
    const { folders } = inputs;
    looked = looked.then(async () => {
      if (disposed) return;
      base ??= await realpath(fn.projectRoot ?? fn.root).catch(() => fn.root);
      watched = watchedPaths({ inputs: { files, folders }, broken, base });
      const trees = await Promise.all(watched.trees.map(listTree));
      if (trees.some(({ isCut }) => isCut)) options.onNote(tooManyFoldersText(fn));
      await watches.set(heard, new Set([...watched.folders, ...trees.flatMap((tree) => tree.folders)]));
      await learn([...files, ...trees.flatMap((tree) => tree.files)], sinceEpochMs);
    });
  };
  const learn = async (files: readonly string[], sinceEpochMs: number): Promise<void> => {
    fingerprints.keep(new Set(files));
    const late = await fingerprints.learn(files, sinceEpochMs);
    // Written while it was read, and before it was watched.
    for (const file of late) if (await fingerprints.hasChanged(file)) change(file);
  };
  const heard = (happened: FolderChange): void => {
    const concern = watched?.concernOf(happened);
    if (concern === undefined || concern.type === 'none') return;
    looking += 1;
    void changedPaths(concern).then((paths) => {
      looking -= 1;
      for (const path of paths) change(path);
      if (looking === 0) giveOut();
    });
  };
  const changedPaths = async (concern: Concern): Promise<readonly string[]> => {
    switch (concern.type) {
      case 'none':
        return [];
      case 'files': {
        const changed = await Promise.all(concern.files.map((file) => fingerprints.hasChanged(file)));
        return concern.files.filter((_, index) => changed[index]);
      }
      case 'rival':
        return (await isThere(concern.path)) ? [concern.path] : [];
      case 'folder':
        return (await isFolderOrGone(concern.path)) ? [concern.path] : [];
      case 'remedy':
        return [concern.path];
    }
  };
  const change = (path: string): void => {
    if (disposed) return;
    told.add(path);
    dispatch({ type: 'changed' });
  };
  const giveOut = (): void => {
    if (looking > 0 || (state.name !== 'ready' && state.name !== 'broken')) return;
    const given = waiting;
    waiting = [];
    for (const give of given) give(state.build);
  };

  return {
    fn,
    latest: () =>
      new Promise((resolve) => {
        if (disposed) return resolve(givenUpBuild(fn));
        waiting.push(resolve);
        dispatch({ type: 'wanted' });
        giveOut();
      }),
    built: () => (looking === 0 && (state.name === 'ready' || state.name === 'broken') ? state.build : undefined),
    watched: () => looked,
    loaded(generation, files, sinceEpochMs) {
      if (watches === undefined || !processFiles.add(generation, files.filter(isSource))) return;
      look(state.name === 'broken', sinceEpochMs);
    },
    rebuild: () => dispatch({ type: 'changed' }),
    async dispose() {
      disposed = true;
      cancelWake?.();
      building?.abort.abort();
      void watches?.set(heard, new Set());
      for (const give of waiting.splice(0)) give(givenUpBuild(fn));
      await withinLimit(building?.done.then(() => runner?.release?.(fn)));
    },
  };
}

/** A runner may be anybody's, and must not keep us from ending. */
async function withinLimit(work: Promise<void> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, MAX_RELEASE_MS);
  });
  await Promise.race([work, limit]).catch(() => undefined);
  clearTimeout(timer);
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

async function isFolderOrGone(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined);
  return info === undefined || info.isDirectory();
}
