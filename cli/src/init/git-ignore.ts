/** The folder that a synth writes; it is made anew each time. Source: AWS CDK CLI reference, `--output`. */
const pattern = /^\/?(\*\*\/)?cdk\.out\/?(\*\*?)?$/;

/** Whether a text of `.gitignore` leaves out what a synth writes. */
export function ignoresOutput(text: string): boolean {
  return text.split(/\r?\n/).some((line) => pattern.test(line.trim()));
}

/** The text with that line at its end; a new one where there is none. */
export function ignoreOutput(text = ''): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const complete = text === '' || text.endsWith('\n') ? text : text + newline;
  return `${complete}cdk.out/${newline}`;
}
