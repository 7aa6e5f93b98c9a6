/** The files that the processes of a function have read. */
export interface LoadedFiles {
  /** @returns whether one of them is new. */
  add(generation: number, files: readonly string[]): boolean;
  all(): readonly string[];
}

/**
 * Remembers those of the last two generations from which something was told: the latest one may still be loading, and one
 * that nobody runs tells nothing.
 */
export function createLoadedFiles(): LoadedFiles {
  let before = new Set<string>();
  let latest = new Set<string>();
  let latestGeneration = 0;
  return {
    add(generation, files) {
      const isNew = files.some((file) => !before.has(file) && !latest.has(file));
      if (generation > latestGeneration) {
        before = latest;
        latest = new Set();
        latestGeneration = generation;
      }
      const target = generation === latestGeneration ? latest : before;
      for (const file of files) target.add(file);
      return isNew;
    },
    all: () => [...new Set([...before, ...latest])],
  };
}
