/** Comments, which strings may look like and stay. */
const STRINGS_AND_COMMENTS = /"(?:\\.|[^"\\\n])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
const STRINGS_AND_TRAILING_COMMAS = /"(?:\\.|[^"\\\n])*"|,(?=\s*[}\]])/g;

/** Reads JSON as TypeScript reads a tsconfig: with comments and trailing commas. What is no JSON at all is undefined. */
export function parseTolerantJson(text: string): unknown {
  const keepStrings = (part: string) => (part.startsWith('"') ? part : '');
  const strict = text
    .replace(/^\uFEFF/, '')
    .replace(STRINGS_AND_COMMENTS, keepStrings)
    .replace(STRINGS_AND_TRAILING_COMMAS, keepStrings);
  try {
    return JSON.parse(strict);
  } catch {
    return undefined;
  }
}
