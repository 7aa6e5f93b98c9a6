import { join } from 'node:path';
import { builtInRunners, nodeFor, type Runner } from '@live-lambda/runner';
import type { Config } from '@oclif/core/interfaces';
import type { LocalFunction } from '../functions/live-functions.ts';
import { projectApp } from '../functions/project-app.ts';
import { didYouMean } from '../near-miss.ts';
import { fetchedNodesFolder } from '../nodes/choose-nodes.ts';
import { openProject, projectRunners } from '../project.ts';
import { milliseconds } from '../ui/words.ts';
import { UserError } from '../user-error.ts';
import { chooseRunner } from './choose-runner.ts';
import type { RunnerRegistry } from './registry.ts';
import { type FunctionTrial, type RunnerTrial, tryFunction, tryRunner } from './try-runners.ts';

export interface TrialsOptions {
  readonly config: Pick<Config, 'runHook' | 'cacheDir'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly currentFolder: string;
  readonly platform: NodeJS.Platform;
  readonly signal: AbortSignal;
  /** Called for each, as it comes. */
  readonly tell: (trial: FunctionTrial | RunnerTrial) => void;
}

export interface Trials {
  readonly runners: readonly RunnerTrial[];
  readonly functions: readonly FunctionTrial[];
  readonly failed: boolean;
}

/**
 * Tries the runners of a project on the live functions of its app, each with its own runner, or one runner with all that
 * it claims.
 * @throws UserError where there is nothing to try
 */
export async function runTrials(name: string | undefined, options: TrialsOptions): Promise<Trials> {
  const { environment, currentFolder, config, tell, signal } = options;
  const project = await openProject({ flags: {}, environment, currentFolder });
  const cacheFolder = join(config.cacheDir, fetchedNodesFolder);
  const builtIn = builtInRunners({ nodeFor: (runtime) => nodeFor({ runtime, cacheFolder, env: environment }) });
  const registry = await projectRunners(project, { builtIn, config });
  const failures = registry.failures.map(({ source, reason }) => ({ runner: 'nothing', source, faults: [reason] }));
  const runnerTrials: RunnerTrial[] = [];
  const told = <Trial extends FunctionTrial | RunnerTrial>(trial: Trial): Trial => {
    tell(trial);
    return trial;
  };
  for (const failure of name === undefined ? failures : []) runnerTrials.push(told(failure));
  for (const each of tried(registry, name)) {
    const trial = await tryRunner(each);
    if (trial.source.kind !== 'built-in' || name !== undefined) runnerTrials.push(told(trial));
  }
  const live = await projectApp(project);
  const choice = chooseRunner({ registry, everywhere: project.settings.runner, config: project.loaded });
  const functionTrials: FunctionTrial[] = [];
  for (const { fn, runner } of pairs(live.functions, { registry, name, choice })) {
    if (signal.aborted) break;
    const trial = await tryFunction(runner, fn, { laptop: environment, platform: options.platform, signal });
    functionTrials.push(told(trial));
  }
  const failed =
    signal.aborted ||
    runnerTrials.some(({ faults }) => faults.length > 0) ||
    functionTrials.some(({ fault }) => fault !== undefined);
  return { runners: runnerTrials, functions: functionTrials, failed };
}

function tried(registry: RunnerRegistry, name: string | undefined) {
  if (name === undefined) return registry.runners;
  const found = registry.runners.filter(({ runner }) => runner.name === name);
  if (found.length > 0) return found;
  const names = registry.runners.map(({ runner }) => runner.name);
  throw new UserError(`There is no runner "${name}".${didYouMean(name, names)}`, `There are: ${names.join(', ')}.`);
}

function pairs(
  functions: readonly LocalFunction[],
  given: {
    readonly registry: RunnerRegistry;
    readonly name: string | undefined;
    readonly choice: (fn: LocalFunction) => Runner;
  },
): readonly { readonly fn: LocalFunction; readonly runner: Runner }[] {
  const { registry, name, choice } = given;
  if (name === undefined) return functions.map((fn) => ({ fn, runner: choice(fn) }));
  const runner = registry.runners.find((each) => each.runner.name === name)?.runner;
  return runner ? functions.filter(({ spec }) => runner.claims(spec)).map((fn) => ({ fn, runner })) : [];
}

/** A line for people, with the reason of what failed under it. */
export function trialLine(trial: FunctionTrial | RunnerTrial): string {
  if ('faults' in trial) {
    const { runner, source, faults } = trial;
    const who = source.kind === 'config' ? source.spec : source.kind === 'plugin' ? `plugin ${source.plugin}` : runner;
    return faults.length === 0 ? `✓ ${who}` : `✗ ${who}\n  ${faults.join('\n  ')}`;
  }
  if (trial.fault !== undefined)
    return `✗ ${trial.function}  ${trial.runner}\n  ${trial.fault.replaceAll('\n', '\n  ')}`;
  const times = `prepared in ${milliseconds(trial.prepareMs)}, started in ${milliseconds(trial.startMs)}`;
  return `✓ ${trial.function}  ${trial.runner}  ${times}`;
}
