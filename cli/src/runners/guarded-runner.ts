import type { Prepared, Runner } from '@live-lambda/runner';
import { preparedFault } from './runner-shape.ts';

/**
 * Somebody else's runner, kept to the contract: what it throws, and what it gives that is neither ready nor broken, is the
 * reason for which a function cannot be run, and names the runner.
 */
export function guardRunner(runner: Runner, source: string): Runner {
  const who = `the runner "${runner.name}" (${source})`;
  return {
    name: runner.name,
    claims(fn) {
      try {
        return runner.claims(fn) === true;
      } catch {
        // Who cannot say that it can run a function cannot; by its name it can still be chosen, and then says why.
        return false;
      }
    },
    async prepare(fn, options): Promise<Prepared> {
      try {
        const prepared = await runner.prepare(fn, options);
        const fault = preparedFault(prepared);
        return fault === undefined ? prepared : broken(fault);
      } catch (error) {
        return broken(`it failed: ${error instanceof Error ? error.message : String(error)}`);
      }

      function broken(fault: string): Prepared {
        return {
          state: 'broken',
          reason: `Function ${fn.id}: ${who} could not prepare ${fn.entry}: ${fault}. Mend the runner, or choose another for this function.`,
          inputs: { files: [fn.entry], folders: [] },
        };
      }
    },
    ...(runner.release
      ? {
          async release(fn) {
            try {
              await runner.release?.(fn);
            } catch {
              // What it keeps is lost with this process at the latest.
            }
          },
        }
      : {}),
  };
}
