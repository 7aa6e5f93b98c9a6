import type { FunctionSpec, Inputs, Prepared } from '../runner.ts';
import { MAX_TREE_FOLDERS } from './input-tree.ts';
import type { Build } from './source-state.ts';

/** What a runner gives, which may be a third party's. */
export function checkedPrepared(prepared: Prepared, fn: FunctionSpec, runnerName: string): Prepared {
  const { state, inputs } = (prepared ?? {}) as Partial<Prepared>;
  const isWhole =
    (state === 'ready' || state === 'broken') && Array.isArray(inputs?.files) && Array.isArray(inputs?.folders);
  if (isWhole) return prepared;
  throw new Error(
    `the runner ${runnerName} gave neither a ready nor a broken function with its inputs; check it with \`live-lambda runners test ${runnerName}\` or choose another runner for ${fn.id}`,
  );
}

/** A function whose runner threw, or for which there is none. */
export function brokenBy(fn: FunctionSpec, error: unknown, inputs: Inputs): Prepared {
  const cause = error instanceof Error ? error.message : String(error);
  const reason = cause.includes(fn.id)
    ? cause
    : `Function ${fn.id} (${fn.entry}): its process could not be prepared on the developer's machine: ${cause}`;
  return { state: 'broken', reason, inputs };
}

/** For those who wait for a build that nobody makes any more. */
export function givenUpBuild(fn: FunctionSpec): Build {
  const reason = `Function ${fn.id} (${fn.entry}) was given up while it was prepared: the tunnel ends, or the app has it no more.`;
  return {
    generation: 0,
    prepared: { state: 'broken', reason, inputs: { files: [], folders: [] } },
    durationMs: 0,
  };
}

export function tooManyFoldersText(fn: FunctionSpec): string {
  return `Function ${fn.id}: only the first ${MAX_TREE_FOLDERS} folders of its sources are watched; a change elsewhere is seen with the next one here.`;
}

export function unwatchedText(fn: FunctionSpec, error: unknown): string {
  const cause = error instanceof Error ? error.message : String(error);
  return `Function ${fn.id}: its sources are not watched (${cause}). Restart the tunnel to see their changes.`;
}
