import type { FunctionSpec, Inputs, LaunchCommand, Prepared } from '../runner.ts';
import { MAX_TREE_FOLDERS } from './input-tree.ts';
import type { Build } from './source-state.ts';

/** What a runner gives, which may be a third party's. */
export function checkedPrepared(prepared: Prepared, fn: FunctionSpec, runnerName: string): Prepared {
  const { state, inputs } = (prepared ?? {}) as Partial<Prepared>;
  const advice = `check it with \`npx live-lambda runners test ${runnerName}\` or choose another runner for ${fn.id}`;
  const hasState = state === 'ready' || state === 'broken';
  if (!hasState || !Array.isArray(inputs?.files) || !Array.isArray(inputs?.folders)) {
    throw new Error(`the runner ${runnerName} gave neither a ready nor a broken function with its inputs; ${advice}`);
  }
  if (prepared.state === 'ready' && !isWholeLaunch(prepared.launch)) {
    throw new Error(
      `the runner ${runnerName} gave a ready function whose \`launch\` is no command with its args, cwd and env, all of them strings; ${advice}`,
    );
  }
  return prepared;
}

function isWholeLaunch(launch: Partial<LaunchCommand> | undefined): boolean {
  const { command, args, cwd, env } = launch ?? {};
  return (
    isText(command) &&
    isText(cwd) &&
    Array.isArray(args) &&
    args.every(isText) &&
    typeof env === 'object' &&
    env !== null &&
    Object.values(env).every(isText)
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

/** A function whose runner threw, or for which there is none. */
export function brokenBy(fn: FunctionSpec, error: unknown, inputs: Inputs): Prepared {
  const cause = error instanceof Error ? error.message : String(error);
  const reason = cause.includes(fn.id)
    ? cause
    : `Function ${fn.id} (${fn.entry}): its process could not be prepared on the developer's machine: ${cause}`;
  return { state: 'broken', reason, inputs };
}

/** Of no build: the first one is 1. */
const GIVEN_UP = 0;

/** For those who wait for a build that nobody makes any more. */
export function givenUpBuild(fn: FunctionSpec): Build {
  const reason = `Function ${fn.id} (${fn.entry}) was given up while it was prepared: the tunnel ends, or the app has it no more.`;
  return {
    generation: GIVEN_UP,
    prepared: { state: 'broken', reason, inputs: { files: [], folders: [] } },
    durationMs: 0,
  };
}

export function isGivenUp({ generation }: Build): boolean {
  return generation === GIVEN_UP;
}

export function tooManyFoldersText(fn: FunctionSpec): string {
  return `Function ${fn.id}: only the first ${MAX_TREE_FOLDERS} folders of its sources are watched; a change elsewhere is seen with the next one here.`;
}

export function unwatchedText(fn: FunctionSpec, error: unknown): string {
  const cause = error instanceof Error ? error.message : String(error);
  return `Function ${fn.id}: its sources are not watched (${cause}). Restart the tunnel to see their changes.`;
}
