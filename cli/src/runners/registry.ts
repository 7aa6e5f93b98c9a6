import type { FunctionSpec, Runner } from '@live-lambda/runner';
import { guardRunner } from './guarded-runner.ts';
import { type ImportedRunner, importRunner } from './import-runner.ts';
import { runnerFaults } from './runner-shape.ts';

/** Where a runner comes from. */
export type RunnerSource =
  | { readonly kind: 'built-in' }
  /** `spec`: the entry of `runners` in the config. */
  | { readonly kind: 'config'; readonly spec: string }
  | { readonly kind: 'plugin'; readonly plugin: string };

export interface RegisteredRunner {
  readonly runner: Runner;
  readonly source: RunnerSource;
}

/** Something that should have brought a runner, and did not. */
export interface RunnerFailure {
  readonly source: RunnerSource;
  readonly reason: string;
}

/** All runners there are, each name once, in the order in which they are asked whether they claim a function. */
export interface RunnerRegistry {
  readonly runners: readonly RegisteredRunner[];
  readonly failures: readonly RunnerFailure[];
}

export interface RegistrySources {
  readonly builtIn: readonly Runner[];
  /** `runners` of the config, and the folder that its paths are relative to. */
  readonly specs: readonly string[];
  readonly folder: string;
  /** What the plugins brought. */
  readonly plugins: readonly { readonly plugin: string; readonly runners: unknown }[];
  readonly pluginFailures: readonly { readonly plugin: string; readonly reason: string }[];
}

/**
 * The runners of the project's config, then those of plugins, then the built-in ones: who was chosen for this project is
 * asked first, and has the name where two have the same. The config may name a built-in runner to have it asked early.
 */
export async function createRegistry(sources: RegistrySources): Promise<RunnerRegistry> {
  const failures: RunnerFailure[] = sources.pluginFailures.map(({ plugin, reason }) => ({
    source: { kind: 'plugin', plugin },
    reason,
  }));
  const found: RegisteredRunner[] = [];
  const take = (source: RunnerSource, imported: ImportedRunner) => {
    if ('fault' in imported) failures.push({ source, reason: imported.fault });
    else found.push({ runner: imported.runner, source });
  };
  const builtIn = new Map(sources.builtIn.map((runner) => [runner.name, runner]));
  const configured = await Promise.all(
    sources.specs.map(async (spec) => {
      const own = builtIn.get(spec);
      return { spec, own, imported: own ? { runner: own } : await importRunner(spec, sources.folder) };
    }),
  );
  for (const { spec, own, imported } of configured)
    take(own ? { kind: 'built-in' } : { kind: 'config', spec }, imported);
  for (const { plugin, runners } of sources.plugins) {
    for (const each of pluginRunners(runners)) take({ kind: 'plugin', plugin }, each);
  }
  for (const runner of sources.builtIn) take({ kind: 'built-in' }, { runner });
  return { runners: distinct(found, failures), failures };
}

function pluginRunners(brought: unknown): readonly ImportedRunner[] {
  if (!Array.isArray(brought)) return [{ fault: 'its hook live-lambda:runners must give an array of runners' }];
  return brought.map((value: unknown) => {
    const faults = runnerFaults(value);
    return faults.length === 0
      ? { runner: value as Runner }
      : { fault: `a runner that it brings: ${faults.join('; ')}` };
  });
}

/** The first of each name; a second one of the config is an error, since one of them is there in vain. */
function distinct(found: readonly RegisteredRunner[], failures: RunnerFailure[]): readonly RegisteredRunner[] {
  const byName = new Map<string, RegisteredRunner>();
  for (const each of found) {
    const { runner, source } = each;
    const first = byName.get(runner.name);
    if (!first) {
      byName.set(runner.name, {
        source,
        runner: source.kind === 'built-in' ? runner : guardRunner(runner, sourceText(source)),
      });
    } else if (source.kind === 'config' || (source.kind === 'plugin' && first.source.kind === 'plugin')) {
      failures.push({ source, reason: `its name "${runner.name}" is taken already by ${sourceText(first.source)}` });
    }
  }
  return [...byName.values()];
}

/** `./tools/deno.ts (config)` */
export function sourceText(source: RunnerSource): string {
  if (source.kind === 'built-in') return 'built in';
  return source.kind === 'config' ? `${source.spec} (config)` : `plugin ${source.plugin}`;
}

/** The runner that is asked first and claims the function. */
export function claimant(registry: RunnerRegistry, spec: FunctionSpec): RegisteredRunner | undefined {
  return registry.runners.find(({ runner }) => runner.claims(spec));
}
