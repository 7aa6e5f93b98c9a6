import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex, type Readable } from 'node:stream';
import type { ProcessEnd } from '../runtime-api/outcomes.ts';
import {
  CONTROL_FD,
  type ControlChannel,
  type ControlOrder,
  type ControlReport,
  openControlChannel,
} from './control-channel.ts';
import { createLineSplitter } from './output-lines.ts';
import { killProcessGroup, signalProcessGroup } from './process-group.ts';
import { ensureReaper, groupEnded, groupStarted } from './reaper.ts';

/** How long output is awaited after the end, should a descendant that escaped the group hold the pipes open. */
const MAX_OUTPUT_WAIT_MS = 1_000;

/** Turns of the event loop after which output is taken for an endless stream rather than for what was written so far. */
const MAX_DRAIN_TURNS = 64;

export type OutputStream = 'stdout' | 'stderr';

export interface SupervisedProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Called for each line, or piece of a very long one. The process is held back while this runs. */
  readonly onOutput?: (line: { readonly stream: OutputStream; readonly text: string }) => void;
  /** The process is given a control channel, on {@link CONTROL_FD}, and this what it tells through it. */
  readonly onReport?: (report: ControlReport) => void;
}

/**
 * A process that leads a group of its own and never outlives this one: whatever it started is killed with it, also when
 * this process is killed with SIGKILL.
 */
export interface SupervisedProcess {
  /** Undefined if it could not be started. */
  readonly pid: number | undefined;
  /** Settles when the process ended, its group was killed and its output was read. Never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** Tells the process something through its control channel; nothing happens without one. */
  send(order: ControlOrder): void;
  /** Resolves when everything written up to now was passed on. */
  drainOutput(): Promise<void>;
  /**
   * Stops the whole group where it is, as Lambda does with an execution environment that waits for work. Time goes on
   * for it, sockets stay open, and it can be killed. Nothing happens on Windows, which has no such signal.
   */
  freeze(): void;
  /** Lets a frozen group run on. */
  thaw(): void;
  /** Kills the whole group at once. */
  kill(): void;
  /** Asks with SIGTERM, waits for at most `graceMs`, then kills. */
  stop(options: { readonly graceMs: number }): Promise<ProcessEnd>;
}

/** Starts a process under supervision. A command that cannot be started is an end, `not-started`, not an exception. */
export function startSupervisedProcess(options: SupervisedProcessOptions): SupervisedProcess {
  ensureReaper();
  const spawned = spawnInOwnGroup(options);
  if (!('child' in spawned)) return neverStarted(options.command, spawned.error);
  const { child } = spawned;
  const output = [
    readLines(child.stdout, (text) => options.onOutput?.({ stream: 'stdout', text })),
    readLines(child.stderr, (text) => options.onOutput?.({ stream: 'stderr', text })),
  ];
  const control = openControl(child, options.onReport);
  const { pid } = child;
  if (pid !== undefined) groupStarted(pid);
  let alive = pid !== undefined;
  const ended = whenEnded({
    child,
    command: options.command,
    onExit: () => {
      // Still within the turn in which the leader was reaped: what is left of its group holds the number.
      if (pid !== undefined) {
        if (process.platform !== 'win32') killProcessGroup(pid);
        groupEnded(pid);
      }
      alive = false;
    },
    output,
    control,
  });
  const kill = (): void => {
    if (alive && pid !== undefined) killProcessGroup(pid);
  };
  const signal = (name: NodeJS.Signals): void => {
    if (alive && pid !== undefined) signalProcessGroup(pid, name);
  };
  const canFreeze = process.platform !== 'win32';
  const thaw = (): void => {
    if (canFreeze) signal('SIGCONT');
  };
  return {
    pid,
    ended,
    send: (order) => control?.send(order),
    drainOutput: () => drain(output),
    freeze: () => {
      if (canFreeze) signal('SIGSTOP');
    },
    thaw,
    kill,
    stop: async ({ graceMs }) => {
      signal('SIGTERM');
      // A frozen process would not hear it.
      thaw();
      const timer = setTimeout(kill, graceMs);
      try {
        return await ended;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

type Spawned = { readonly child: ChildProcess } | { readonly error: unknown };

function spawnInOwnGroup({ command, args, cwd, env, onReport }: SupervisedProcessOptions): Spawned {
  try {
    const child = spawn(command, args, {
      cwd,
      env,
      // Overlapped is what Node reads on Windows from an inherited pipe; elsewhere it is a pipe like any other.
      stdio: ['ignore', 'pipe', 'pipe', ...(onReport === undefined ? [] : ['overlapped' as const])],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    return { child };
  } catch (error) {
    // Thrown, and not emitted, for an argument that no system takes, such as one with a NUL byte.
    return { error };
  }
}

function openControl(child: ChildProcess, onReport: SupervisedProcessOptions['onReport']): ControlChannel | undefined {
  const pipe = child.stdio[CONTROL_FD];
  return onReport !== undefined && pipe instanceof Duplex ? openControlChannel(pipe, onReport) : undefined;
}

function neverStarted(command: string, error: unknown): SupervisedProcess {
  const ended = Promise.resolve(notStarted(command, error));
  const nothing = (): void => undefined;
  return {
    pid: undefined,
    ended,
    send: nothing,
    drainOutput: async () => undefined,
    freeze: nothing,
    thaw: nothing,
    kill: nothing,
    stop: () => ended,
  };
}

function notStarted(command: string, error: unknown): ProcessEnd {
  const { code, message } = error as NodeJS.ErrnoException;
  const why = code === 'ENOENT' ? 'the command or its working directory does not exist' : message;
  return { type: 'not-started', reason: `Could not start ${command}: ${why}` };
}

interface WatchedChild {
  readonly child: ChildProcess;
  readonly command: string;
  readonly onExit: () => void;
  readonly output: readonly LineReader[];
  readonly control: ControlChannel | undefined;
}

function whenEnded({ child, command, onExit, output, control }: WatchedChild): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve(notStarted(command, error));
    });
    child.once('exit', (code, signal) => {
      onExit();
      const end: ProcessEnd = signal === null ? { type: 'exited', code: code ?? 0 } : { type: 'signalled', signal };
      const finish = (): void => {
        clearTimeout(timer);
        for (const reader of output) reader.finish();
        control?.close();
        resolve(end);
      };
      const timer = setTimeout(finish, MAX_OUTPUT_WAIT_MS);
      child.once('close', finish);
    });
  });
}

interface LineReader {
  /** Bytes received so far. */
  bytes(): number;
  finish(): void;
}

function readLines(stream: Readable | null, onLine: (text: string) => void): LineReader {
  const splitter = createLineSplitter(onLine);
  let bytes = 0;
  let open = true;
  stream?.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength;
    splitter.push(chunk);
  });
  stream?.on('error', () => undefined);
  return {
    bytes: () => bytes,
    finish() {
      if (!open) return;
      open = false;
      stream?.removeAllListeners('data');
      stream?.destroy();
      splitter.end();
    },
  };
}

/**
 * What a process wrote before it said something over a socket lies in its pipes by then, so it is read when the event
 * loop has gone round; a turn that brought nothing more says that all of it was.
 */
async function drain(output: readonly LineReader[]): Promise<void> {
  const received = (): number => output.reduce((sum, reader) => sum + reader.bytes(), 0);
  let before = -1;
  for (let turn = 0; turn < MAX_DRAIN_TURNS && before !== received(); turn += 1) {
    before = received();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
