import { inspect, styleText } from 'node:util';
import type { Failure } from './failure.ts';

/** Where a failure is told. */
export interface FailureOutput {
  readonly json: boolean;
  /** Also the error itself, with the places in the program that it comes from. */
  readonly debug: boolean;
}

/**
 * Tells why a command failed: to people on stderr, to programs as one small JSON object on stdout.
 * Resolves when it was passed on.
 */
export async function tellFailure(failure: Failure, { json, debug }: FailureOutput, error?: unknown): Promise<void> {
  if (debug && error !== undefined) await written(process.stderr, `${inspect(error)}\n`);
  if (json) await written(process.stdout, `${JSON.stringify(failureJson(failure))}\n`);
  else await written(process.stderr, failureText(failure));
}

/** What programs get: `suggestions` only where there are some. */
function failureJson({ message, code, suggestions }: Failure): object {
  return { error: { message, code, ...(suggestions.length === 0 ? {} : { suggestions }) } };
}

function failureText({ message, suggestions }: Failure): string {
  const label = styleText('red', 'Error:', { stream: process.stderr, validateStream: true });
  const lines = suggestions.map((each) => each.split('\n').join('\n  '));
  const advice = lines.length > 1 ? lines.map((each) => `  - ${each}`) : lines.map((each) => `  ${each}`);
  return `${[`${label} ${message}`, ...advice].join('\n')}\n`;
}

function written(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(text, () => resolve());
  });
}
