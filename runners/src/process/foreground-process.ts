import { spawn } from 'node:child_process';
import type { ProcessEnd } from '../runtime-api/outcomes.ts';

export interface ForegroundProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Signals that ask this process to end, and are its child's business while that has the terminal. */
const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a program as if it were this one: it has this process's terminal, its questions are answered there, and what a
 * signal does is its decision. Resolves with its end, also where it could not be started.
 */
export async function runInForeground({ command, args, cwd, env }: ForegroundProcessOptions): Promise<ProcessEnd> {
  // Before the child is there, which may be faster than this process is on a busy machine.
  const handlers = passedOn.map((signal) => {
    const handler = (): void => {
      // A terminal sends Ctrl-C to everybody in its foreground, the child included.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  const child = spawn(command, args, { cwd, env: { ...env }, stdio: 'inherit' });
  try {
    return await new Promise((resolve) => {
      child.once('error', (error) => resolve({ type: 'not-started', reason: error.message }));
      child.once('close', (code, signal) => {
        resolve(signal === null ? { type: 'exited', code: code ?? 1 } : { type: 'signalled', signal });
      });
    });
  } finally {
    for (const remove of handlers) remove();
  }
}
