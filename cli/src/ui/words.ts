/** Colours and weights that the terminal shows; names of `util.styleText`. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'blue' | 'magenta';

/** Not red, which is for errors. */
const idColours: readonly Style[] = ['cyan', 'magenta', 'yellow', 'blue', 'green'];

/** The colour of a request id: what belongs together has one, among what runs at the same time. */
export function colourOf(requestId: string): Style {
  let sum = 0;
  for (const character of requestId) sum = (sum * 31 + character.charCodeAt(0)) % 65_521;
  return idColours[sum % idColours.length] ?? 'cyan';
}

/** `1 invocation`, `2 invocations` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `12 ms`, `12.3 s` */
export function milliseconds(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
