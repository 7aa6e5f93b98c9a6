/**
 * Which functions are live, decided by the app's context:
 *
 * - `live-lambda`: `true` (all), `false` (none, whatever else is said), or a comma list of names, `!name` excluding one;
 * - `live-lambda:<name>`: `true` or `false` for one name.
 *
 * A name is a construct id, a construct path, or a glob over either (`*` within a path segment, `**` across them, `?`
 * one character; a glob without a slash is held against ids). The most specific name decides: path, then id, then glob,
 * then `live-lambda=true`; between equals, exclusion. The order of keys never matters, because the CDK CLI mixes those of
 * files and of the command line.
 */
export type Selection =
  | { readonly state: 'off' }
  | {
      readonly state: 'on';
      /** Whether the function at this construct path is selected. */
      readonly includes: (path: string) => boolean;
      /** The names that match none of these construct paths. */
      readonly unmatchedNames: (paths: readonly string[]) => readonly string[];
    };

/** The context key that switches everything; with `:<name>` behind it, one name. */
export const CONTEXT_KEY = 'live-lambda';

interface Rule {
  readonly name: string;
  readonly specificity: Specificity;
  readonly live: boolean;
  readonly matches: (path: string) => boolean;
}

type Specificity = 'all' | 'glob' | 'id' | 'path';
const FROM_LEAST_SPECIFIC: readonly Specificity[] = ['all', 'glob', 'id', 'path'];

/**
 * Reads the selection out of an app's whole context.
 *
 * @throws Error if a value is empty or cannot be understood: a mistyped switch must not silently mean "off".
 */
export function parseSelection(context: Readonly<Record<string, unknown>>): Selection {
  const main = CONTEXT_KEY in context ? parseMain(context[CONTEXT_KEY]) : [];
  const named = Object.entries(context)
    .filter(([key]) => key.startsWith(`${CONTEXT_KEY}:`))
    .map(([key, value]) => parseNamed(key, value));
  if (main === 'off') return { state: 'off' };
  const rules = [...main, ...named];
  if (!rules.some((rule) => rule.live)) return { state: 'off' };
  return {
    state: 'on',
    includes: (path) => decide(rules, path),
    unmatchedNames: (paths) => {
      // "All" is no name: an app without functions is no mistake.
      const unmatched = rules.filter((rule) => rule.specificity !== 'all' && !paths.some(rule.matches));
      return [...new Set(unmatched.map((rule) => rule.name))];
    },
  };
}

function parseMain(value: unknown): readonly Rule[] | 'off' {
  const flag = parseFlag(value);
  if (flag !== undefined) return flag ? [{ name: '**', specificity: 'all', live: true, matches: () => true }] : 'off';
  if (typeof value !== 'string' || value.trim() === '') {
    throw new Error(
      `live-lambda: the context value ${CONTEXT_KEY}=${show(value)} says nothing. ` +
        `Write -c ${CONTEXT_KEY}=true, -c ${CONTEXT_KEY}=false, or a comma list of construct ids, paths or globs.`,
    );
  }
  const rules = value.split(',').map((item) => {
    const text = item.trim();
    const excluded = text.startsWith('!');
    const name = excluded ? text.slice(1).trim() : text;
    if (name === '') throw new Error(`live-lambda: the list ${CONTEXT_KEY}=${show(value)} has an empty name in it.`);
    return createRule(name, !excluded);
  });
  if (rules.some((rule) => rule.live)) return rules;
  throw new Error(
    `live-lambda: the list ${CONTEXT_KEY}=${show(value)} only excludes. ` +
      `To make all but these live, begin it with ** : ${CONTEXT_KEY}='**,${value}'.`,
  );
}

function parseNamed(key: string, value: unknown): Rule {
  const name = key.slice(CONTEXT_KEY.length + 1).trim();
  if (name === '') throw new Error(`live-lambda: the context key ${show(key)} names no function.`);
  const live = parseFlag(value);
  if (live === undefined) {
    throw new Error(`live-lambda: the context value ${key}=${show(value)} is neither true nor false.`);
  }
  return createRule(name, live);
}

/** The CDK CLI turns every `-c` value into a string; values in `cdk.json` keep their types. */
function parseFlag(value: unknown): boolean | undefined {
  if (value === true || value === 'true' || value === 1 || value === '1') return true;
  if (value === false || value === 'false' || value === 0 || value === '0') return false;
  return undefined;
}

function createRule(name: string, live: boolean): Rule {
  const ofPath = name.includes('/');
  const subject = (path: string) => (ofPath ? path : path.slice(path.lastIndexOf('/') + 1));
  if (!/[*?]/.test(name)) {
    return { name, live, specificity: ofPath ? 'path' : 'id', matches: (path) => subject(path) === name };
  }
  const pattern = globPattern(name);
  return { name, live, specificity: 'glob', matches: (path) => pattern.test(subject(path)) };
}

function globPattern(glob: string): RegExp {
  const source = glob.replace(/\*\*|[*?]|[\\^$.+()[\]{}|]/g, (part) => {
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    return part === '?' ? '[^/]' : `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}

function decide(rules: readonly Rule[], path: string): boolean {
  const matching = rules.filter((rule) => rule.matches(path));
  const highest = Math.max(-1, ...matching.map(rank));
  const deciding = matching.filter((rule) => rank(rule) === highest);
  return deciding.length > 0 && deciding.every((rule) => rule.live);
}

function rank(rule: Rule): number {
  return FROM_LEAST_SPECIFIC.indexOf(rule.specificity);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
