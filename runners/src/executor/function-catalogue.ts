import type { Clock } from '../clock.ts';
import { createFolderWatches } from '../reload/folder-watches.ts';
import { createFunctionSources, type FunctionSources } from '../reload/function-sources.ts';
import type { Build } from '../reload/source-state.ts';
import { isGivenUp } from '../reload/unprepared.ts';
import type { FunctionSpec, Runner } from '../runner.ts';
import { type ExecutionEvent, MAX_TOLD_FILES } from './execution-event.ts';

export interface FunctionCatalogueOptions {
  readonly runnerFor: (fn: FunctionSpec) => Runner;
  readonly watch: boolean;
  readonly clock: Clock;
  readonly onEvent: (event: ExecutionEvent) => void;
  /** A build counts; what runs on the one before is out of date. */
  readonly onBuilt: (functionId: string, build: Build) => void;
  /** A function is no more, or is another one by now. */
  readonly onGone: (functionId: string) => void;
}

/** The functions of an app with their sources. */
export interface FunctionCatalogue {
  /** Those of a function, which is taken up if it is new, and anew if it is described in another way. */
  sourcesOf(fn: FunctionSpec): FunctionSources;
  /** The build of a function that an event runs on which comes now, also if the function is described anew meanwhile. */
  latest(fn: FunctionSpec): Promise<Build>;
  find(functionId: string): FunctionSources | undefined;
  /** The name of the runner that prepared a function last. */
  runnerNameOf(functionId: string): string;
  /** Gives up all functions but these. @returns the ids of those that were given up. */
  keepOnly(functions: readonly FunctionSpec[]): Promise<readonly string[]>;
  dispose(): Promise<void>;
}

export function createFunctionCatalogue(options: FunctionCatalogueOptions): FunctionCatalogue {
  const { onEvent, clock } = options;
  const entries = new Map<string, FunctionSources>();
  const runnerNames = new Map<string, string>();
  const watches = options.watch
    ? createFolderWatches({
        onFault: (folder, error) =>
          onEvent({ type: 'note', level: 'warning', functionId: undefined, text: unwatchedText(folder, error) }),
      })
    : undefined;

  const takeUp = (fn: FunctionSpec, after: Promise<void>): FunctionSources => {
    const functionId = fn.id;
    return createFunctionSources({
      fn,
      runnerFor: options.runnerFor,
      watches,
      clock,
      onChanged: (paths) =>
        onEvent({ type: 'changed', functionId, files: paths.slice(0, MAX_TOLD_FILES), count: paths.length }),
      onBuilt: (build, runner) => {
        runnerNames.set(functionId, runner);
        onEvent(builtEvent(functionId, build, runner));
        options.onBuilt(functionId, build);
      },
      onNote: (text) => onEvent({ type: 'note', level: 'warning', functionId, text }),
      after,
    });
  };
  const giveUp = async (sources: FunctionSources): Promise<void> => {
    entries.delete(sources.fn.id);
    options.onGone(sources.fn.id);
    await sources.dispose();
  };

  const sourcesOf = (fn: FunctionSpec): FunctionSources => {
    const known = entries.get(fn.id);
    if (known !== undefined && isSame(known.fn, fn)) return known;
    const sources = takeUp(fn, known === undefined ? Promise.resolve() : giveUp(known));
    entries.set(fn.id, sources);
    return sources;
  };

  return {
    sourcesOf,
    async latest(fn) {
      let sources = sourcesOf(fn);
      for (;;) {
        const build = await sources.latest();
        const successor = entries.get(fn.id);
        if (!isGivenUp(build) || successor === undefined || successor === sources) return build;
        sources = successor;
      }
    },
    find: (functionId) => entries.get(functionId),
    runnerNameOf: (functionId) => runnerNames.get(functionId) ?? '',
    async keepOnly(functions) {
      const kept = new Set(functions.map(({ id }) => id));
      const gone = [...entries.values()].filter(({ fn }) => !kept.has(fn.id));
      await Promise.all(gone.map(giveUp));
      return gone.map(({ fn }) => fn.id);
    },
    async dispose() {
      await Promise.all([...entries.values()].map((sources) => sources.dispose()));
      watches?.close();
    },
  };
}

function builtEvent(functionId: string, { generation, prepared, durationMs }: Build, runner: string): ExecutionEvent {
  const common = { functionId, runner, generation, durationMs };
  return prepared.state === 'ready'
    ? { type: 'prepared', ...common, notes: prepared.notes ?? [] }
    : { type: 'broken', ...common, reason: prepared.reason };
}

/** Specs are plain data, made by the same code each time, so that their text is the same where they are. */
function isSame(one: FunctionSpec, other: FunctionSpec): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function unwatchedText(folder: string, error: Error): string {
  const hint = /ENOSPC|EMFILE/.test(error.message)
    ? ' Raise the limit of the system (on Linux `sysctl fs.inotify.max_user_watches`), or run fewer functions.'
    : '';
  return `${folder} is not watched for changes: ${error.message}.${hint}`;
}
