import type { FunctionSpec, Prepared, Runner } from '@live-lambda/runner';
import { type ConfigSource, placeOf } from '../config/config-place.ts';
import type { Setting } from '../config/settings.ts';
import type { LocalFunction } from '../functions/live-functions.ts';
import { didYouMean } from '../near-miss.ts';
import { projectCommand } from '../project-command.ts';
import { UserError } from '../user-error.ts';
import { claimant, type RunnerRegistry, sourceText } from './registry.ts';

/** How functions are run, where it is not left to what claims them. */
export interface RunnerChoice {
  readonly registry: RunnerRegistry;
  /** The runner of all functions, and who named it. */
  readonly everywhere: Setting<string | undefined>;
  /** Where functions have runners of their own. */
  readonly config: ConfigSource | undefined;
}

/**
 * How each function is run: by the runner that a flag or variable names, else by that of the function's own settings, else
 * by the config's for all, else by the first that claims it. A function that none claims gets one that says so, so that
 * the others can be served.
 * @throws UserError for the name of a runner that there is not.
 */
export function chooseRunner(choice: RunnerChoice): (fn: LocalFunction) => Runner {
  const { registry, everywhere, config } = choice;
  const place = (path: readonly string[]) => (config === undefined ? 'the config' : placeOf(config, path));
  // What the config says of one function is stronger than what it says of all.
  const isOfConfig = everywhere.layer === 'config';
  const origin = isOfConfig ? place(['runner']) : everywhere.origin;
  const named = everywhere.value === undefined ? undefined : findRunner(registry, everywhere.value, origin);
  return (fn) => {
    const own =
      fn.runner === undefined
        ? undefined
        : findRunner(registry, fn.runner, `${place(['functions', fn.spec.id, 'runner'])}: function ${fn.spec.id}`);
    const preferred = isOfConfig ? (own ?? named) : (named ?? own);
    const runner = preferred ?? claimant(registry, fn.spec)?.runner ?? nobody(registry);
    return fn.env === undefined ? runner : withVariables(runner, fn.env);
  };
}

function findRunner(registry: RunnerRegistry, name: string, origin: string): Runner {
  const found = registry.runners.find(({ runner }) => runner.name === name);
  if (found) return found.runner;
  const names = registry.runners.map(({ runner }) => runner.name);
  const failed = registry.failures.map(({ source, reason }) => `${sourceText(source)}: ${reason}`);
  throw new UserError(
    `There is no runner "${name}" (${origin}).${didYouMean(name, names)}`,
    failed.length === 0
      ? `Choose one of: ${names.join(', ')}; or add one with \`${projectCommand('live-lambda runners add')}\`.`
      : `There are: ${names.join(', ')}. Not loaded were ${failed.join('; ')}.`,
  );
}

function nobody(registry: RunnerRegistry): Runner {
  const names = registry.runners.map(({ runner }) => runner.name).join(', ');
  // A program that was compiled somewhere is what an OS-only runtime deploys.
  const sources = (runtime: string, id: string) =>
    runtime.startsWith('provided')
      ? `Name the folder of its sources in the config, functions[${JSON.stringify(id)}].entry; or add`
      : 'Add';
  const reason = ({ id, entry, runtime }: FunctionSpec) =>
    `Function ${id}: no runner can run ${entry} (${runtime}); there are: ${names}. ${sources(runtime, id)} a runner with \`${projectCommand('live-lambda runners add')}\`; or leave the function out with \`-c live-lambda:${id}=false\` and deploy again.`;
  return {
    name: 'nothing',
    claims: () => false,
    prepare: async (fn) => ({ state: 'broken', reason: reason(fn), inputs: { files: [], folders: [] } }),
  };
}

/** The developer's own variables come before the runner's, which it cannot do without, and after the function's. */
function withVariables(runner: Runner, env: Readonly<Record<string, string>>): Runner {
  return {
    name: runner.name,
    claims: (fn) => runner.claims(fn),
    async prepare(fn, options): Promise<Prepared> {
      const prepared = await runner.prepare(fn, options);
      if (prepared.state === 'broken') return prepared;
      return { ...prepared, launch: { ...prepared.launch, env: { ...env, ...prepared.launch.env } } };
    },
    ...(runner.release ? { release: async (fn) => runner.release?.(fn) } : {}),
  };
}
