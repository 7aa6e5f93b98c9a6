import type { PackedPackage } from './pack.ts';

/** What is known of the work tree before a release. */
export interface ReleaseState {
  /** Lines of `git status --porcelain`. */
  readonly uncommitted: readonly string[];
  /** Descriptions of changes that have no version yet. */
  readonly changesets: readonly string[];
}

/** What a package manager needs to know of a package to publish it, and what it weighs. */
export type Releasable = Pick<PackedPackage, 'name' | 'version' | 'packedBytes' | 'unpackedBytes' | 'files'>;

/** How many names a refusal lists. */
const maxListed = 10;

/** Why nothing can be released now, and what to do. @returns undefined where nothing is in the way */
export function refusalOf({ uncommitted, changesets }: ReleaseState): string | undefined {
  if (uncommitted.length > 0) {
    return `What is published must be committed, and this is not:\n${listed(uncommitted)}\nCommit or remove it first.`;
  }
  if (changesets.length > 0) {
    return `These changes have no version yet:\n${listed(changesets)}\nRun \`npm run versions\`, and commit what it writes.`;
  }
  return undefined;
}

function listed(lines: readonly string[]): string {
  const more = lines.length > maxListed ? [`... and ${lines.length - maxListed} more`] : [];
  return [...lines.slice(0, maxListed), ...more].map((line) => `  ${line}`).join('\n');
}

/** Those that the registry does not have, in the order in which they are published. */
export function unpublished<Package extends Releasable>(
  packages: readonly Package[],
  /** `name@version` of those that it has. */
  published: ReadonlySet<string>,
): readonly Package[] {
  return packages.filter(({ name, version }) => !published.has(`${name}@${version}`));
}

/** A table of what would be published. */
export function tableOf(packages: readonly Releasable[], published: ReadonlySet<string>): string {
  const rows = packages.map(({ name, version, packedBytes, unpackedBytes, files }) => [
    name,
    version,
    kilobytes(packedBytes),
    `${kilobytes(unpackedBytes)} unpacked`,
    `${files.length} files`,
    ...(published.has(`${name}@${version}`) ? ['published already'] : []),
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000)} kB`;
}
