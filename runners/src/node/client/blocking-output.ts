/** The part of libuv's pipe that Node itself uses for this on Windows (`lib/net.js`). */
interface WithPipe {
  readonly _handle?: { setBlocking?(blocking: boolean): number };
}

/**
 * Makes writing to stdout and stderr wait until it is written, as Lambda's runtime does. Otherwise Node keeps in memory
 * what a loop prints that never pauses, and the function dies of its own output.
 */
export function blockOutput(): void {
  for (const stream of [process.stdout, process.stderr] as readonly WithPipe[]) stream._handle?.setBlocking?.(true);
}
