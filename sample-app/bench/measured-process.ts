import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/** A Node process that says what CPU time it has spent. */
export interface MeasuredProcess extends AsyncDisposable {
  /** Resolves with the CPU time, in milliseconds, at the end of the first turn: Node and the program's modules. */
  readonly loaded: Promise<number>;
  /** Resolves with the CPU time, in milliseconds, at which it wrote the text that is awaited. */
  readonly wrote: Promise<number>;
  /** Rejects when the process ends by itself. */
  readonly ended: Promise<never>;
  /** CPU time until now, user and system, in milliseconds. */
  cpuMs(): Promise<number>;
}

const probe = join(import.meta.dirname, 'cpu-probe.cjs');

interface Report {
  readonly type: 'loaded' | 'spent' | 'wrote';
  readonly cpuMs: number;
}

function nextReport(child: ChildProcess, type: Report['type']): Promise<number> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`A measured process ended with code ${code}.`));
    const look = (message: unknown) => {
      const report = message as Report;
      if (report.type !== type) return;
      child.off('message', look);
      child.off('exit', ended);
      resolve(report.cpuMs);
    };
    child.on('message', look);
    child.on('exit', ended);
  });
}

export interface MeasuredOptions {
  /** Of the program. */
  readonly args?: readonly string[];
  /** All of its variables. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A text that it will write to standard output, in one piece. */
  readonly awaited?: string;
}

/** Starts Node with a program, or bare. */
export function startMeasured(
  program: string | undefined,
  { args: given = [], environment = {}, awaited }: MeasuredOptions = {},
): MeasuredProcess {
  const args = program === undefined ? [probe] : ['--require', probe, program, ...given];
  const env = awaited === undefined ? environment : { ...environment, CPU_PROBE_TEXT: awaited };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  child.stdout?.resume();
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`A measured process ended with code ${code}.`)));
  });
  ended.catch(() => {});
  const loaded = nextReport(child, 'loaded');
  const wrote = nextReport(child, 'wrote');
  // Whoever does not ask for it hears of a failure elsewhere.
  for (const report of [loaded, wrote]) report.catch(() => {});
  return {
    loaded,
    wrote,
    ended,
    cpuMs() {
      const spent = nextReport(child, 'spent');
      child.send({});
      return spent;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
