/** A config file as it is written. */
export interface ConfigSource {
  readonly file: string;
  readonly text: string;
}

/** `live-lambda.config.ts:12`, or the file alone where the line of a setting cannot be told. */
export function placeOf({ file, text }: ConfigSource, path: readonly string[]): string {
  const line = lineOf(text, path);
  return line === undefined ? file : `${file}:${line}`;
}

/**
 * The line on which a setting is most likely written: each key of the path is looked for after the one before. Values may
 * come from anywhere in a program, so that undefined is possible.
 */
function lineOf(text: string, path: readonly string[]): number | undefined {
  let at = 0;
  for (const key of path.filter((each) => !/^\d+$/.test(each))) {
    const escaped = key.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    const found = new RegExp(`(["'\`])${escaped}\\1\\s*\\]?\\s*:|(?<![\\w$])${escaped}\\s*:`).exec(text.slice(at));
    if (!found) return undefined;
    at += found.index;
  }
  return path.length === 0 ? undefined : text.slice(0, at).split('\n').length;
}

/** The line on which a text stops being JSON; the last one where only its end is missing. */
export function jsonFaultLine(text: string): number {
  const lines = text.split('\n');
  const first = lines.findIndex((_, index) => !canGoOn(lines.slice(0, index + 1).join('\n')));
  return first < 0 ? lines.length : first + 1;
}

/** Whether a text is JSON, or may become it by what follows. The parser's place, where it names one, is then the end. */
function canGoOn(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const { message } = error as SyntaxError;
    const position = /at position (\d+)/.exec(message)?.[1];
    return /^(Unexpected end|Unterminated)/.test(message) || Number(position) === text.length;
  }
}
