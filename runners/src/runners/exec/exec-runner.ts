import { deployedHandler } from '../../deployed-handler.ts';
import type { FunctionSpec, InputFolder, LaunchCommand, Prepared, PrepareOptions, Runner } from '../../runner.ts';
import { pathFault, realPath } from '../function-files.ts';
import { folderOf } from '../nearest-folder.ts';
import { functionOutputFolder, makeOutputFolder } from '../output-folder.ts';
import { filledCommand, filledFolder, placeholdersOf } from './placeholders.ts';
import { type Command, type ProgramResult, runProgram } from './program.ts';

/** Lines of a failed build that are told: the last ones say what is wrong. */
const TOLD_LINES = 30;

/** The command that runs a function, and what differs from Lambda. */
export interface RunCommand extends Command {
  /** Sentences about this function. */
  readonly notes?: readonly string[];
}

/** Why a function cannot be built or run on this machine, and what to do, as sentences. */
export interface Unavailable {
  readonly unavailable: string;
  /** Files whose appearance may mend it. Absolute paths. */
  readonly files?: readonly string[];
}

/** What finding a command may need. */
export interface ExecTools {
  /** Makes the folder that the function may be built into, if it is not there, and returns its path. */
  outputFolder(): Promise<string>;
  /** Runs a program of the developer's machine to its end, in the function's root if no folder is given. */
  run(command: Command): Promise<ProgramResult>;
}

type Finder<Found> = (fn: FunctionSpec, tools: ExecTools) => Promise<Found | Unavailable>;

export interface ExecRunnerOptions {
  /** The name used by `--runner`. */
  readonly name: string;
  readonly claims: (fn: FunctionSpec) => boolean;
  /**
   * The runtimes whose functions it can run when it is chosen by name; all if not given. What `claims` looks for beyond
   * the runtime may be on its way.
   */
  readonly runtimes?: RegExp;
  /**
   * Builds the function; exit status 0 says that it was. `{entry}`, `{handler}`, `{id}`, `{moduleHandler}`, `{output}`,
   * `{projectRoot}` and `{root}` in its words stand for what they name; `{output}` is a folder of the function's own.
   */
  readonly build?: Command | Finder<Command | undefined>;
  /** Starts a process that speaks the Runtime API, after the build; with the same placeholders. */
  readonly run: Command | Finder<RunCommand>;
  /** What decides whether the function is still what was built. With the same placeholders. */
  readonly watch: readonly InputFolder[] | ((fn: FunctionSpec) => readonly InputFolder[]);
}

/**
 * Runs functions by any command that speaks Lambda's Runtime API: `AWS_LAMBDA_RUNTIME_API` is `host:port`, `_HANDLER` the
 * deployed handler, `LAMBDA_TASK_ROOT` and the working directory the function's root.
 */
export function execRunner(options: ExecRunnerOptions): Runner {
  return {
    name: options.name,
    claims: options.claims,
    prepare: async (fn, { signal }) => {
      const folders = await foldersOf(options, fn);
      const own = folderOf(fn.entry) === fn.entry ? [] : [await realPath(fn.entry)];
      const broken = ({ unavailable, files = [] }: Unavailable): Prepared => ({
        state: 'broken',
        reason: `Function ${fn.id}: ${unavailable}`,
        inputs: { files: [...own, ...files], folders },
      });
      const missing = wrongRuntime(options, fn) ?? (await missingPath(fn));
      if (missing !== undefined) return broken({ unavailable: missing });
      const tools = toolsOf(fn, { signal });
      const fault = await built(options, fn, tools);
      if (fault !== undefined) return broken(fault);
      const run: RunCommand | Unavailable = await found(options.run, fn, tools);
      if ('unavailable' in run) return broken(run);
      const notes = (run.notes ?? []).map((note) => `Function ${fn.id}: ${note}`);
      return {
        state: 'ready',
        launch: launchOf(fn, run),
        inputs: { files: own, folders },
        ...(notes.length === 0 ? {} : { notes }),
      };
    },
  };
}

function wrongRuntime({ name, runtimes }: ExecRunnerOptions, { entry, runtime }: FunctionSpec): string | undefined {
  if (runtimes === undefined || runtimes.test(runtime)) return undefined;
  return `the ${name} runner cannot run ${entry}, whose runtime is ${runtime}. Choose another runner for this function.`;
}

async function missingPath(fn: FunctionSpec): Promise<string | undefined> {
  const entry = (await pathFault(fn.entry, 'file')) === undefined ? undefined : await pathFault(fn.entry, 'directory');
  const root = await pathFault(fn.root, 'directory');
  if (entry !== undefined) {
    return `its source ${fn.entry} ${entry}. If it was moved, correct the function in the CDK app and synthesize again.`;
  }
  return root && `its root folder ${fn.root} ${root}. Synthesize the CDK app again on this machine.`;
}

function foldersOf({ watch }: ExecRunnerOptions, fn: FunctionSpec): Promise<readonly InputFolder[]> {
  const folders =
    typeof watch === 'function' ? watch(fn) : watch.map((each) => filledFolder(each, placeholdersOf(fn, undefined)));
  return Promise.all(folders.map(async (folder) => ({ ...folder, path: await realPath(folder.path) })));
}

function toolsOf(fn: FunctionSpec, { signal }: PrepareOptions): ExecTools {
  return {
    outputFolder: async () => {
      const folder = await functionOutputFolder(fn);
      await makeOutputFolder(folder);
      return folder;
    },
    run: (command) => runProgram({ cwd: fn.root, ...command, signal }),
  };
}

async function built(options: ExecRunnerOptions, fn: FunctionSpec, tools: ExecTools): Promise<Unavailable | undefined> {
  if (options.build === undefined) return undefined;
  const build = await found(options.build, fn, tools);
  if (build === undefined || 'unavailable' in build) return build;
  const result = await tools.run(build);
  return result.succeeded ? undefined : { unavailable: buildFailure(build, result) };
}

/** Why a build failed: the command, how it ended, and its last words. */
export function buildFailure(build: Command, { end, output }: ProgramResult): string {
  const words = [build.command, ...build.args].join(' ');
  return [
    `its build failed: \`${words}\` ${end}.`,
    ...output.slice(-TOLD_LINES),
    'Correct the sources and save: the function is built again by itself.',
  ].join('\n');
}

async function found<Found extends Command | undefined>(
  command: Command | Finder<Found>,
  fn: FunctionSpec,
  tools: ExecTools,
): Promise<Command | Found | Unavailable> {
  if (typeof command === 'function') return command(fn, tools);
  const usesOutput = JSON.stringify(command).includes('{output}');
  return filledCommand(command, placeholdersOf(fn, usesOutput ? await tools.outputFolder() : undefined));
}

function launchOf(fn: FunctionSpec, { command, args, cwd = fn.root, env }: Command): LaunchCommand {
  return { command, args, cwd, env: { LAMBDA_TASK_ROOT: fn.root, _HANDLER: deployedHandler(fn), ...env } };
}
