// What the tests ran of each package: `tsx scripts/coverage/report.ts <folder>`, for `scripts/coverage.mjs`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from '../run.mjs';
import { readChildCoverage } from './child-coverage.ts';
import {
  addCoverage,
  type FileCoverage,
  linesOf,
  type Share,
  type Summary,
  summarize,
  total,
} from './file-coverage.ts';

const packages = ['protocol', 'runners', 'stub', 'construct', 'emulator', 'cli'] as const;

const folder = process.argv[2] ?? '';
const resultFolder = join(root, 'coverage');

function inProcess(): readonly FileCoverage[] {
  const file = join(folder, 'in-process', 'coverage-final.json');
  return Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, FileCoverage>);
}

const percent = ({ covered, total: all }: Share): string =>
  all === 0 ? '-' : `${((100 * covered) / all).toFixed(1)} %`;

function row(name: string, { lines, branches, functions }: Summary, files: string): string {
  const cells = [lines, branches, functions].flatMap((share) => [
    percent(share).padStart(8),
    `${share.covered}/${share.total}`.padStart(12),
  ]);
  return `${name.padEnd(10)} ${files.padStart(6)} ${cells.join(' ')}`;
}

/** Runs of lines, as `12-15, 20`. */
function ranges(lines: readonly number[]): string {
  const found: [number, number][] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (last && line <= last[1] + 1) last[1] = line;
    else found.push([line, line]);
  }
  return found.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
}

/** What was never run of a file. */
function uncovered(file: FileCoverage) {
  const lines = [...linesOf(file)].flatMap(([line, count]) => (count === 0 ? [line] : []));
  const functions = Object.entries(file.fnMap).flatMap(([id, { name, loc }]) =>
    (file.f[id] ?? 0) === 0 ? [`${name} (${loc.start.line})`] : [],
  );
  const branches = Object.entries(file.branchMap).flatMap(([id, { loc }]) =>
    (file.b[id] ?? []).some((count) => count === 0) ? [loc.start.line] : [],
  );
  const ascending = (numbers: readonly number[]) => [...new Set(numbers)].sort((a, b) => a - b);
  return {
    path: relative(root, file.path),
    lines: ranges(ascending(lines)),
    branches: ranges(ascending(branches)),
    functions,
    never: file.f && summarize(file).lines.covered === 0 && summarize(file).lines.total > 0,
  };
}

const children = await readChildCoverage(folder);
const files = inProcess().map((file) => {
  const other = children.get(file.path);
  return other ? addCoverage(file, other) : file;
});

console.log(
  `${'package'.padEnd(10)} ${'files'.padStart(6)} ${'lines'.padStart(21)} ${'branches'.padStart(21)} ${'functions'.padStart(21)}`,
);
for (const name of packages) {
  const own = files.filter(({ path }) => relative(root, path).startsWith(`${name}/`));
  console.log(row(name, total(own.map(summarize)), String(own.length)));
}
console.log(row('all', total(files.map(summarize)), String(files.length)));

const missing = files
  .map(uncovered)
  .filter(({ lines, functions, branches }) => lines !== '' || functions.length > 0 || branches !== '')
  .sort((a, b) => a.path.localeCompare(b.path));
console.log('\nNever run (functions by the line they begin at):');
for (const { path, lines, functions, never } of missing) {
  if (never) console.log(`  ${path}: nothing of it`);
  else if (functions.length > 0) console.log(`  ${path}: ${functions.join(', ')}; lines ${lines}`);
}
mkdirSync(resultFolder, { recursive: true });
writeFileSync(join(resultFolder, 'uncovered.json'), `${JSON.stringify(missing, undefined, 1)}\n`);
console.log(
  `\nLines and branches that were never run, of all ${missing.length} files that have any: coverage/uncovered.json`,
);
