/** Collects what differs from Lambda for the functions of an app while they are prepared. */
export interface StartDifferences {
  /** These are prepared now. */
  expect(functions: readonly string[]): void;
  /** Whether the function is one of those, and its notes will be among what is told of all of them. */
  awaits(functionId: string): boolean;
  /** @returns lines once the last function is prepared, or cannot be; undefined before */
  prepared(functionId: string, notes: readonly string[]): readonly string[] | undefined;
}

export function createStartDifferences(): StartDifferences {
  let expected = 0;
  const awaited = new Set<string>();
  /** Ids of functions by note: most notes hold for every function of a runner. */
  const found = new Map<string, string[]>();
  return {
    expect(functions) {
      expected = functions.length;
      for (const id of functions) awaited.add(id);
    },
    awaits: (functionId) => awaited.has(functionId),
    prepared(functionId, notes) {
      if (!awaited.delete(functionId)) return undefined;
      for (const note of notes) found.set(note, [...(found.get(note) ?? []), functionId]);
      if (awaited.size > 0) return undefined;
      return [...found].map(([note, ids]) => `${note}${whoseText(note, ids, expected)}`);
    },
  };
}

function whoseText(note: string, ids: readonly string[], expected: number): string {
  if (ids.length === expected && expected > 1) return ' (all functions)';
  return ids.every((id) => note.includes(id)) ? '' : ` (${ids.join(', ')})`;
}
