import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Clock } from '../clock.ts';
import type { FunctionSpec, Inputs, Prepared, PrepareOptions, Runner } from '../runner.ts';
import { createChangeTeller } from './change-teller.ts';
import type { FolderWatches } from './folder-watches.ts';
import { createInputWatch, type InputWatch, type InputWatchOptions } from './input-watch.ts';
import { createLoadedFiles } from './loaded-files.ts';
import { createRemedies } from './remedies.ts';
import {
  type Build,
  type SourceEffect,
  type SourceInput,
  type SourceState,
  stepSources,
  UNPREPARED,
} from './source-state.ts';
import { brokenBy, checkedPrepared, givenUpBuild, tooManyFoldersText, unwatchedText } from './unprepared.ts';
import { isSource } from './watched-paths.ts';

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
  /** The first build waits for this: runners keep things by function, of those before too. */
  readonly after?: Promise<void>;
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
  const { fn, clock } = options;
  const processFiles = createLoadedFiles();
  // Processes tell real paths.
  const sourceFolders = { base: realPathOf(fn.projectRoot ?? fn.root), temporary: realPathOf(tmpdir()) };
  const told = createChangeTeller(clock, options.onChanged);
  const builder = createBuilder(options);
  let state: SourceState = UNPREPARED;
  let cancelWake: (() => void) | undefined;
  let disposed = false;
  const waiting: ((build: Build) => void)[] = [];
  const changedSinceReady = new Set<string>();

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
        builder.abort();
        break;
      case 'wake':
        cancelWake?.();
        cancelWake = clock.after(effect.atMs - clock.nowMs(), () => dispatch({ type: 'woken' }));
        break;
      case 'built':
        told.flush();
        remedies.built(effect.build.prepared.state === 'ready');
        options.onBuilt(effect.build, builder.runnerName);
        giveOut();
        break;
    }
  };
  const build = (): void => {
    const sinceEpochMs = Date.now();
    const changed = [...changedSinceReady];
    void builder.build(changed).then(({ prepared, isWhole }) => {
      if (isWhole && prepared.state === 'ready') for (const path of changed) changedSinceReady.delete(path);
      // An aborted build says little of what it would have read.
      if (isWhole) watchInputs(prepared.state === 'broken', sinceEpochMs);
      dispatch({ type: 'prepared', prepared });
    });
  };
  const change = (path: string): void => {
    told.add(path);
    changedSinceReady.add(path);
    dispatch({ type: 'changed' });
  };
  const remedies = createRemedies({ clock, isBuilding: () => state.name === 'preparing', onChange: change });
  const inputWatch = watchFor(options, {
    onChange: (path) => {
      remedies.forget();
      change(path);
    },
    onRemedy: remedies.add,
    onLooked: () => giveOut(),
  });
  /** What the build has read, and the processes that ran on it. */
  const watchInputs = (broken: boolean, sinceEpochMs: number): void => {
    const { files, folders } = builder.inputs;
    inputWatch?.watch({ files: [...new Set([...files, ...processFiles.all()])], folders, broken }, sinceEpochMs);
  };
  const built = (): Build | undefined => {
    if (inputWatch?.isLooking) return undefined;
    return state.name === 'ready' || state.name === 'broken' ? state.build : undefined;
  };
  const giveOut = (): void => {
    const build = built();
    if (build !== undefined) for (const give of waiting.splice(0)) give(build);
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
    built,
    watched: async () => inputWatch?.settled(),
    loaded(generation, files, sinceEpochMs) {
      const read = files.filter((file) => isSource(file, sourceFolders));
      if (processFiles.add(generation, read)) watchInputs(state.name === 'broken', sinceEpochMs);
    },
    rebuild: () => dispatch({ type: 'changed' }),
    async dispose() {
      disposed = true;
      cancelWake?.();
      inputWatch?.close();
      remedies.close();
      for (const give of waiting.splice(0)) give(givenUpBuild(fn));
      await withinLimit(builder.release());
    },
  };
}

function realPathOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

/** Runs a function's builds, one at a time. */
interface Builder {
  /** Of the last build that was not aborted. */
  readonly inputs: Inputs;
  /** Empty before the first build. */
  readonly runnerName: string;
  /** Never rejects. `isWhole`: it was not aborted. */
  build(changed: readonly string[]): Promise<{ readonly prepared: Prepared; readonly isWhole: boolean }>;
  abort(): void;
  release(): Promise<void>;
}

function createBuilder({ fn, runnerFor, after }: FunctionSourcesOptions): Builder {
  let inputs: Inputs = { files: [fn.entry], folders: [] };
  let runner: Runner | undefined;
  let running: { readonly abort: AbortController; readonly done: Promise<Prepared> } | undefined;

  const prepare = async (options: PrepareOptions): Promise<Prepared> => {
    try {
      await after;
      runner = runnerFor(fn);
      return checkedPrepared(await runner.prepare(fn, options), fn, runner.name);
    } catch (error) {
      return brokenBy(fn, error, inputs);
    }
  };
  return {
    get inputs() {
      return inputs;
    },
    get runnerName() {
      return runner?.name ?? '';
    },
    async build(changed) {
      const abort = new AbortController();
      const done = prepare({ signal: abort.signal, changed });
      running = { abort, done };
      const prepared = await done;
      const isWhole = !abort.signal.aborted;
      if (isWhole) inputs = prepared.inputs;
      return { prepared, isWhole };
    },
    abort: () => running?.abort.abort(),
    async release() {
      running?.abort.abort();
      await running?.done;
      await runner?.release?.(fn);
    },
  };
}

function watchFor(
  { fn, watches, onNote }: FunctionSourcesOptions,
  told: Pick<InputWatchOptions, 'onChange' | 'onRemedy' | 'onLooked'>,
): InputWatch | undefined {
  if (watches === undefined) return undefined;
  const base = fn.projectRoot ?? fn.root;
  return createInputWatch({
    watches,
    base,
    ...told,
    onCut: () => onNote(tooManyFoldersText(fn)),
    onFault: (error) => onNote(unwatchedText(fn, error)),
  });
}

/** A runner may be anybody's, and must not keep us from ending. */
async function withinLimit(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, MAX_RELEASE_MS);
  });
  await Promise.race([work, limit]).catch(() => undefined);
  clearTimeout(timer);
}
