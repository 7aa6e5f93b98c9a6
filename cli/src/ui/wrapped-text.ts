import { stripVTControlCharacters } from 'node:util';

/**
 * The lines of a text in a terminal of so many columns, broken between words. A word that is longer than that stays whole,
 * so that a path can be taken from the screen; so does everything where nobody knows how wide the terminal is.
 */
export function wrapped(text: string, columns: number | undefined): readonly string[] {
  const lines = text.split('\n');
  return columns === undefined ? lines : lines.flatMap((line) => wrappedLine(line, columns));
}

function wrappedLine(line: string, columns: number): readonly string[] {
  if (widthOf(line) <= columns) return [line];
  const lines: string[] = [];
  let current: string | undefined;
  for (const word of line.split(' ')) {
    const longer: string = current === undefined ? word : `${current} ${word}`;
    if (current === undefined || widthOf(longer) <= columns) {
      current = longer;
      continue;
    }
    lines.push(current.trimEnd());
    current = word;
  }
  return [...lines, current ?? ''];
}

/** Of what is seen: colours take no columns. */
function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
