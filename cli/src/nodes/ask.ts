import { createInterface } from 'node:readline';

/**
 * Asks a question at a terminal; any answer but yes is no. Ctrl-C is the signal that it is everywhere.
 * @returns undefined where the terminal was closed instead
 */
export function askYesNo(question: string): Promise<boolean | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    // A terminal whose lines are edited gives the key, and no signal.
    terminal.on('SIGINT', () => process.emit('SIGINT', 'SIGINT'));
    terminal.on('close', () => resolve(undefined));
    terminal.question(`${question} [y/N] `, (answer) => {
      resolve(/^y(es)?$/i.test(answer.trim()));
      terminal.close();
    });
  });
}

/** Whether somebody sits at this program who could answer. */
export function canAsk(environment: Readonly<Record<string, string | undefined>>): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true && !environment.CI;
}
