import { startSupervisedProcess } from '../../process/supervised-process.ts';
import type { ProcessEnd } from '../../runtime-api/outcomes.ts';

/** Output that is kept of a program; a build that says more says the important at its end. */
const MAX_OUTPUT_LINES = 2_000;

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** Absolute; the function's root if not given. */
  readonly cwd?: string;
  /** Added to the environment that the program has anyway. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface ProgramResult {
  /** It ended with exit status 0. */
  readonly succeeded: boolean;
  /** How it ended, in words. */
  readonly end: string;
  readonly stdout: readonly string[];
  /** Everything it wrote, in the order in which it was read: its last {@link MAX_OUTPUT_LINES} lines. */
  readonly output: readonly string[];
}

export interface ProgramOptions extends Command {
  readonly cwd: string;
  /** Kills the program and what it started. */
  readonly signal: AbortSignal;
}

/** Runs a program of the developer's machine to its end, in the environment of this one. Never throws. */
export async function runProgram({ command, args, cwd, env, signal }: ProgramOptions): Promise<ProgramResult> {
  if (signal.aborted) return { succeeded: false, end: 'was not started', stdout: [], output: [] };
  const lines: { readonly stream: string; readonly text: string }[] = [];
  const program = startSupervisedProcess({
    command,
    args,
    cwd,
    env: { ...laptopVariables(), ...env },
    onOutput: (line) => {
      lines.push(line);
      if (lines.length > MAX_OUTPUT_LINES) lines.shift();
    },
  });
  signal.addEventListener('abort', program.kill, { once: true });
  const end = await program.ended;
  signal.removeEventListener('abort', program.kill);
  return {
    succeeded: end.type === 'exited' && end.code === 0,
    end: described(end),
    stdout: lines.flatMap(({ stream, text }) => (stream === 'stdout' ? [text] : [])),
    output: lines.map(({ text }) => text),
  };
}

function laptopVariables(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function described(end: ProcessEnd): string {
  switch (end.type) {
    case 'exited':
      return `ended with exit status ${end.code}`;
    case 'signalled':
      return `was ended by ${end.signal}`;
    case 'not-started':
      return end.reason;
  }
}
