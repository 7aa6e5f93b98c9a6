import { type NamePattern, parseName } from './name-pattern.ts';

/**
 * Which functions are live, decided by the app's context and by its code:
 *
 * - `live-lambda` in the context: `true` (all), `false` (none, whatever else is said, also in code), or a comma list of
 *   names, `!name` excluding one;
 * - `live-lambda:<name>` in the context: `true` or `false` for one name;
 * - `include` and `exclude` in code: lists of names.
 *
 * A name is a construct id, a construct path, or a glob over either ({@link parseName}). The most specific name decides,
 * wherever it is written: path, then id, then glob, then `live-lambda=true`; between equals, exclusion. The order of keys
 * never matters, because the CDK CLI mixes those of files and of the command line.
 */
export type Selection = { readonly state: 'off' } | SelectionOn;

export interface SelectionOn {
  readonly state: 'on';
  /**
   * What becomes of the function that goes by these names (its construct path, and that of whoever shares it): `named` if
   * a path or an id selects it, `matched` if a glob or the switch for all does.
   */
  readonly choose: (paths: readonly string[]) => Choice;
  /** The names that match none of these construct paths. */
  readonly unmatchedNames: (paths: readonly string[]) => readonly string[];
}

export type Choice = 'named' | 'matched' | 'unselected';

export interface SelectionRequest {
  /** The app's whole context. */
  readonly context: Readonly<Record<string, unknown>>;
  /** Names that the app's code selects. */
  readonly include?: readonly string[] | undefined;
  /** Names that the app's code excludes. */
  readonly exclude?: readonly string[] | undefined;
}

/** The context key that switches everything; with `:<name>` behind it, one name. */
export const CONTEXT_KEY = 'live-lambda';

type Specificity = 'all' | NamePattern['specificity'];

interface Rule {
  readonly name: string;
  readonly specificity: Specificity;
  readonly live: boolean;
  readonly matches: (path: string) => boolean;
}

const FROM_LEAST_SPECIFIC: readonly Specificity[] = ['all', 'glob', 'id', 'path'];

/**
 * Reads the selection.
 *
 * @throws Error if a value is empty or cannot be understood: a mistyped switch must not silently mean "off".
 */
export function parseSelection({ context, include = [], exclude = [] }: SelectionRequest): Selection {
  const main = CONTEXT_KEY in context ? parseMain(context[CONTEXT_KEY]) : [];
  const named = Object.entries(context)
    .filter(([key]) => key.startsWith(`${CONTEXT_KEY}:`))
    .map(([key, value]) => parseNamed(key, value));
  const coded = [
    ...include.map((name) => codedRule({ option: 'include', name, live: true })),
    ...exclude.map((name) => codedRule({ option: 'exclude', name, live: false })),
  ];
  if (main === 'off') return { state: 'off' };
  const rules = [...main, ...named, ...coded];
  if (!rules.some((rule) => rule.live)) return { state: 'off' };
  return {
    state: 'on',
    choose: (paths) => decide(rules, paths),
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
    return { ...parseName(name), live: !excluded };
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
  return { ...parseName(name), live };
}

function codedRule({
  option,
  name,
  live,
}: {
  readonly option: string;
  readonly name: string;
  readonly live: boolean;
}): Rule {
  const trimmed = name.trim();
  if (trimmed === '') throw new Error(`live-lambda: the option ${option} has an empty name in it.`);
  if (!trimmed.startsWith('!')) return { ...parseName(trimmed), live };
  throw new Error(
    `live-lambda: the option ${option} has ${show(name)} in it, but ! belongs into the context alone. ` +
      `Write the name without it, into ${live ? 'exclude' : 'include'}.`,
  );
}

/** The CDK CLI turns every `-c` value into a string; values in `cdk.json` keep their types. */
export function parseFlag(value: unknown): boolean | undefined {
  if (value === true || value === 'true' || value === 1 || value === '1') return true;
  if (value === false || value === 'false' || value === 0 || value === '0') return false;
  return undefined;
}

function decide(rules: readonly Rule[], paths: readonly string[]): Choice {
  const matching = rules.filter((rule) => paths.some(rule.matches));
  const highest = Math.max(-1, ...matching.map(rank));
  const deciding = matching.filter((rule) => rank(rule) === highest);
  if (deciding.length === 0 || !deciding.every((rule) => rule.live)) return 'unselected';
  return highest >= FROM_LEAST_SPECIFIC.indexOf('id') ? 'named' : 'matched';
}

function rank(rule: Rule): number {
  return FROM_LEAST_SPECIFIC.indexOf(rule.specificity);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
