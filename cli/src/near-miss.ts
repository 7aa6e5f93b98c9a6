/** How many names are worth showing to somebody who mistyped one. */
const maxSuggestions = 3;

/**
 * The candidates that somebody who wrote `name` may have meant, nearest first: those that differ by at most a third of
 * its letters (upper and lower case are alike), or that contain it. The last part of a path counts for the whole.
 */
export function nearMisses(name: string, candidates: readonly string[]): readonly string[] {
  const wanted = name.toLowerCase();
  const farthest = Math.max(2, Math.floor(wanted.length / 3));
  const distance = (candidate: string): number => {
    const path = candidate.toLowerCase();
    const last = path.slice(path.lastIndexOf('/') + 1);
    const contained = wanted.length > 1 && path.includes(wanted) ? 1 : Number.POSITIVE_INFINITY;
    return Math.min(editDistance(wanted, path), editDistance(wanted, last), contained);
  };
  return candidates
    .map((candidate) => ({ candidate, distance: distance(candidate) }))
    .filter((each) => each.distance <= farthest)
    .sort((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate))
    .slice(0, maxSuggestions)
    .map(({ candidate }) => candidate);
}

/** ` Did you mean "a" or "b"?`, or nothing. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const names = nearMisses(name, candidates).map((each) => `"${each}"`);
  return names.length === 0 ? '' : ` Did you mean ${names.join(' or ')}?`;
}

/** Levenshtein's distance: the least number of letters to insert, delete or replace. */
function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1];
    for (let column = 0; column < to.length; column += 1) {
      const replaced = (above[column] ?? 0) + (letter === to[column] ? 0 : 1);
      current.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    above = current;
  }
  return above[to.length] ?? 0;
}
