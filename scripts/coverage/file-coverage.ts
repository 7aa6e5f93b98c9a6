/** A place in a file: lines from 1, columns from 0. */
interface Place {
  readonly line: number;
  readonly column: number;
}

interface Range {
  readonly start: Place;
  readonly end: Place;
}

/** What was run of one source file, as Istanbul writes it. */
export interface FileCoverage {
  readonly path: string;
  readonly statementMap: Readonly<Record<string, Range>>;
  readonly fnMap: Readonly<Record<string, { readonly name: string; readonly decl: Range; readonly loc: Range }>>;
  readonly branchMap: Readonly<
    Record<string, { readonly type: string; readonly loc: Range; readonly locations: readonly Range[] }>
  >;
  readonly s: Readonly<Record<string, number>>;
  readonly f: Readonly<Record<string, number>>;
  readonly b: Readonly<Record<string, readonly number[]>>;
}

/** Source files by their absolute path. */
export type CoverageMap = ReadonlyMap<string, FileCoverage>;

const at = ({ start }: Range): string => `${start.line}:${start.column}`;
const on = ({ start }: Range): string => `${start.line}`;

/** The most that was counted at each place. */
function countsBy<T>(entries: readonly T[], keyOf: (entry: T) => string, countOf: (entry: T) => number) {
  const counts = new Map<string, number>();
  for (const entry of entries) counts.set(keyOf(entry), Math.max(counts.get(keyOf(entry)) ?? 0, countOf(entry)));
  return counts;
}

function statementsOf({ statementMap, s }: FileCoverage) {
  const all = Object.entries(statementMap).map(([id, range]) => ({ range, count: s[id] ?? 0 }));
  const exact = countsBy(
    all,
    ({ range }) => at(range),
    ({ count }) => count,
  );
  const lines = countsBy(
    all,
    ({ range }) => on(range),
    ({ count }) => count,
  );
  return (range: Range): number => exact.get(at(range)) ?? lines.get(on(range)) ?? 0;
}

function functionsOf({ fnMap, f }: FileCoverage) {
  const all = Object.entries(fnMap).map(([id, { loc }]) => ({ loc, count: f[id] ?? 0 }));
  const exact = countsBy(
    all,
    ({ loc }) => at(loc),
    ({ count }) => count,
  );
  const lines = countsBy(
    all,
    ({ loc }) => on(loc),
    ({ count }) => count,
  );
  return (loc: Range): number => exact.get(at(loc)) ?? lines.get(on(loc)) ?? 0;
}

function branchesOf({ branchMap, b }: FileCoverage) {
  const all = Object.entries(branchMap).flatMap(([id, { type, loc, locations }]) =>
    locations.map((_arm, index) => ({ type, loc, index, count: b[id]?.[index] ?? 0 })),
  );
  const exact = countsBy(
    all,
    ({ type, loc, index }) => `${type} ${at(loc)} ${index}`,
    ({ count }) => count,
  );
  const lines = countsBy(
    all,
    ({ type, loc, index }) => `${type} ${on(loc)} ${index}`,
    ({ count }) => count,
  );
  return (type: string, loc: Range, index: number): number =>
    exact.get(`${type} ${at(loc)} ${index}`) ?? lines.get(`${type} ${on(loc)} ${index}`) ?? 0;
}

/**
 * Adds what other programs ran of the same source, compiled by another compiler: the same source has the same places but
 * for columns here and there, where the line decides.
 */
export function addCoverage(base: FileCoverage, other: FileCoverage): FileCoverage {
  const [statement, fn, branch] = [statementsOf(other), functionsOf(other), branchesOf(other)];
  const added = (counts: Readonly<Record<string, number>>, countOf: (id: string) => number) =>
    Object.fromEntries(Object.entries(counts).map(([id, count]) => [id, Math.max(count, countOf(id))]));
  return {
    ...base,
    s: added(base.s, (id) => {
      const range = base.statementMap[id];
      return range ? statement(range) : 0;
    }),
    f: added(base.f, (id) => {
      const known = base.fnMap[id];
      return known ? fn(known.loc) : 0;
    }),
    b: Object.fromEntries(
      Object.entries(base.b).map(([id, counts]) => {
        const known = base.branchMap[id];
        return [id, counts.map((count, index) => Math.max(count, known ? branch(known.type, known.loc, index) : 0))];
      }),
    ),
  };
}

export interface Share {
  readonly covered: number;
  readonly total: number;
}

const shareOf = (counts: readonly number[]): Share => ({
  covered: counts.filter((count) => count > 0).length,
  total: counts.length,
});

/** Lines on which a statement begins. */
export function linesOf({ statementMap, s }: FileCoverage): ReadonlyMap<number, number> {
  const lines = new Map<number, number>();
  for (const [id, { start }] of Object.entries(statementMap))
    lines.set(start.line, Math.max(lines.get(start.line) ?? 0, s[id] ?? 0));
  return lines;
}

export interface Summary {
  readonly lines: Share;
  readonly branches: Share;
  readonly functions: Share;
}

export function summarize(file: FileCoverage): Summary {
  return {
    lines: shareOf([...linesOf(file).values()]),
    branches: shareOf(Object.values(file.b).flat()),
    functions: shareOf(Object.values(file.f)),
  };
}

export function total(summaries: readonly Summary[]): Summary {
  const sum = (part: (summary: Summary) => Share): Share => ({
    covered: summaries.reduce((all, summary) => all + part(summary).covered, 0),
    total: summaries.reduce((all, summary) => all + part(summary).total, 0),
  });
  return {
    lines: sum(({ lines }) => lines),
    branches: sum(({ branches }) => branches),
    functions: sum(({ functions }) => functions),
  };
}
