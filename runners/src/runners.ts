import type { Runner } from './runner.ts';
import { tsxRunner } from './tsx-runner.ts';

/** The runners that come with this package. */
export const BUILT_IN_RUNNERS: readonly Runner[] = [tsxRunner];

/**
 * The runner of that name.
 * @throws Error that lists the names, if there is none.
 */
export function findRunner(name: string, runners: readonly Runner[] = BUILT_IN_RUNNERS): Runner {
  const runner = runners.find((candidate) => candidate.name === name);
  if (runner !== undefined) return runner;
  const names = runners.map((candidate) => candidate.name).join(', ');
  throw new Error(`There is no runner named "${name}". Choose one of: ${names}.`);
}
