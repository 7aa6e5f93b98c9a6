import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { ProcessEnd } from '@live-lambda/runner/runtime-api';

/** Names the descriptor to which Lambda's runtimes write the log; it is not passed on by itself. */
const logDescriptorVariable = '_LAMBDA_TELEMETRY_LOG_FD';

/** A shell's status for the end by a signal: 128 and the signal's number (POSIX, "Exit Status for Commands"). */
const signalStatus = 128;

export interface DeployedProcess {
  readonly command: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Starts the deployed code's process in this one's place: same folder, same output, same log, same group, so that what
 * ends this one ends it as well. Lambda asks with SIGTERM where an extension is registered, and asks this process.
 * @returns how it ended; never rejects.
 */
export function startDeployedProcess({ command, variables }: DeployedProcess): Promise<ProcessEnd> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: variables, stdio: inherited(variables[logDescriptorVariable]) });
    passTermination(child);
    child.once('error', (error) => {
      if (child.pid === undefined)
        resolve({ type: 'not-started', reason: `Could not start ${program}: ${error.message}` });
    });
    child.once('exit', (code, signal) =>
      resolve(signal === null ? { type: 'exited', code: code ?? 0 } : { type: 'signalled', signal }),
    );
  });
}

/** Ends this process as another one has ended, for whoever watches it. */
export function endLike(end: ProcessEnd): never {
  if (end.type === 'exited') process.exit(end.code);
  if (end.type === 'not-started') process.exit(1);
  const number = Object.entries(constants.signals).find(([name]) => name === end.signal)?.[1];
  if (number === undefined) process.exit(1);
  process.removeAllListeners(end.signal);
  process.kill(process.pid, number);
  // Not every signal ends Node.
  process.exit(signalStatus + number);
}

function inherited(logDescriptor: string | undefined): ('inherit' | 'ignore' | number)[] {
  const descriptor = Number(logDescriptor);
  const standard = ['inherit', 'inherit', 'inherit'] as const;
  if (!Number.isInteger(descriptor) || descriptor < standard.length) return [...standard];
  return [...standard, ...Array<'ignore'>(descriptor - standard.length).fill('ignore'), descriptor];
}

function passTermination(child: ChildProcess): void {
  const pass = () => child.kill('SIGTERM');
  process.on('SIGTERM', pass);
  child.once('exit', () => process.off('SIGTERM', pass));
}
