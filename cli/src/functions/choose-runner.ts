import { BUILT_IN_RUNNERS, type Runner } from '@live-lambda/runner';
import { UserError } from '../user-error.ts';
import type { LocalFunction } from './live-functions.ts';

/**
 * How each function is run: by the named runner, or by the first that claims it. A function that none claims gets one
 * that says so, so that the others can be served.
 * @throws UserError for an unknown name.
 */
export function chooseRunner(name: string | undefined): (fn: LocalFunction) => Runner {
  const names = BUILT_IN_RUNNERS.map((runner) => runner.name).join(', ');
  const named = name === undefined ? undefined : BUILT_IN_RUNNERS.find((runner) => runner.name === name);
  if (name !== undefined && !named) throw new UserError(`There is no runner "${name}".`, `Choose one of: ${names}.`);
  const nobody: Runner = {
    name: 'nothing',
    claims: () => false,
    prepare: async ({ id, runtime, entry }) => ({
      state: 'broken',
      reason: `Function ${id}: no runner can run ${entry} (${runtime}); there are: ${names}. Leave it out with \`-c live-lambda:${id}=false\` and deploy again.`,
      inputs: { files: [], folders: [] },
    }),
  };
  return ({ spec }) => named ?? BUILT_IN_RUNNERS.find((runner) => runner.claims(spec)) ?? nobody;
}
