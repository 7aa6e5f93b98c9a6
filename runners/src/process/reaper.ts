import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';

/** The reaper's program, by the package's own name so that it is found from the sources as well as from the build. */
const PROGRAM = '@live-lambda/runner/programs/reaper';

const liveGroups = new Set<number>();
let reaper: ChildProcess | undefined;

/** Makes sure that a reaper runs. Called before a process is started, so that there is no moment without one. */
export function ensureReaper(): void {
  if (reaper !== undefined) return;
  const child = spawn(process.execPath, [createRequire(import.meta.url).resolve(PROGRAM)], {
    // A group of its own: Ctrl-C and a kill of our group must not reach it.
    detached: true,
    windowsHide: true,
    cwd: tmpdir(),
    // Only the input is ours. An inherited stdout would keep a pipe to us open after our end.
    stdio: ['pipe', 'ignore', 'ignore'],
    env: process.platform === 'win32' ? { SystemRoot: process.env.SystemRoot, PATH: process.env.PATH } : {},
  });
  const forget = (): void => {
    if (reaper === child) reaper = undefined;
  };
  child.once('error', forget);
  child.once('exit', forget);
  child.stdin?.on('error', forget);
  child.unref();
  unrefPipe(child.stdin);
  reaper = child;
  for (const pid of liveGroups) tell(`+${pid}`);
}

/** Says that a process group is alive and dies with us. */
export function groupStarted(leaderPid: number): void {
  liveGroups.add(leaderPid);
  tell(`+${leaderPid}`);
}

/** Says that a process group ended: its number may be given to somebody else from now on. */
export function groupEnded(leaderPid: number): void {
  liveGroups.delete(leaderPid);
  tell(`-${leaderPid}`);
}

function tell(line: string): void {
  reaper?.stdin?.write(`${line}\n`);
}

/** A child's pipe is a socket at run time, which its type does not say. */
function unrefPipe(pipe: unknown): void {
  if (typeof pipe === 'object' && pipe !== null && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
}
