/** What differs from run to run, and how it looks. The longer ones come first. */
const changing: readonly RegExp[] = [
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/,
  /\b\d\d:\d\d:\d\d\b/,
  /\b\d+(?:\.\d+)? (?:ms|s|min|h|days)\b/,
  /\$\d+\.\d+\b/,
  // Operations, before their bytes.
  /(?<= )\d+(?= +\d+(?:\.\d+)? (?:bytes|KB|MB)\b)/,
  /\b\d+(?:\.\d+)? (?:bytes|KB|MB)\b/,
  /\b\d+ operations\b/,
  /\b127\.0\.0\.1:\d+\b/,
  /\bprocess \d+\b/,
  /\b\d+ files and folders\b/,
  // What CloudFormation adds to a name, and what CDK does.
  /(?<=-)[0-9A-Z]{12}\b/,
  // A request id, shortened.
  /(?<= {2})[0-9a-f]{8}(?= {2}|$)/,
  // A fingerprint.
  /(?<![\w/-])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{22}(?![\w-])/,
  /\b20\.\d+\.\d+\b/,
];

const anyOf = new RegExp(changing.map(({ source }) => source).join('|'), 'g');

/** What a document shows where the output goes on. */
const anyLines = '...';

/** A line as it is in every run. */
function steady(line: string): string {
  return line.replace(anyOf, '<>').replace(/\s+/g, ' ').trim();
}

/**
 * The first line that a document shows and the output has not got, in the order in which they are shown; undefined where
 * it has all. `...` stands for any number of lines, without it they follow each other; what differs from run to run, such
 * as times, is the same as another of its kind.
 */
export function missingLine(shown: readonly string[], output: string): string | undefined {
  const actual = lines(output);
  const wanted = lines(shown.join('\n'));
  let from = 0;
  let isLoose = false;
  for (const line of wanted) {
    if (line === anyLines) {
      isLoose = true;
      continue;
    }
    const at = isLoose || from === 0 ? actual.indexOf(line, from) : actual[from] === line ? from : -1;
    if (at === -1) return line;
    from = at + 1;
    isLoose = false;
  }
  return undefined;
}

function lines(text: string): readonly string[] {
  return text
    .split('\n')
    .map(steady)
    .filter((line) => line !== '');
}
