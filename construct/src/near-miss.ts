/** How many names are worth showing to somebody who mistyped one. */
const MAX_SUGGESTIONS = 3;

/**
 * The candidates that somebody who wrote `name` may have meant, nearest first: those that differ by at most a third of
 * the name's letters (upper and lower case are alike), or contain it.
 *
 * A candidate is a construct path; its last part, the construct id, counts as well.
 */
export function nearMisses(name: string, candidates: readonly string[]): readonly string[] {
  const wanted = name.toLowerCase();
  const maxDistance = Math.max(2, Math.floor(wanted.length / 3));
  return candidates
    .map((candidate) => ({ candidate, distance: distanceTo(wanted, candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= maxDistance)
    .sort((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate))
    .slice(0, MAX_SUGGESTIONS)
    .map(({ candidate }) => candidate);
}

function distanceTo(wanted: string, path: string): number {
  const id = path.slice(path.lastIndexOf('/') + 1);
  const contained = path.includes(wanted) ? 1 : Number.POSITIVE_INFINITY;
  return Math.min(editDistance(wanted, id), editDistance(wanted, path), contained);
}

/** Levenshtein's distance: the least number of letters to insert, delete or replace. */
export function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1];
    for (let column = 0; column < to.length; column += 1) {
      const replaced = (previous[column] ?? 0) + (letter === to[column] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
