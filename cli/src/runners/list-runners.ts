import { configureApp, synthesizedApp } from '../functions/project-app.ts';
import type { Project } from '../project.ts';
import { UserError } from '../user-error.ts';
import { chooseRunner } from './choose-runner.ts';
import { type RunnerFailure, type RunnerRegistry, type RunnerSource, sourceText } from './registry.ts';

/** A runner, and what it does in a project. */
export interface ListedRunner {
  readonly name: string;
  readonly source: RunnerSource;
  /** Ids of the live functions that it says it can run. */
  readonly claims: readonly string[];
  /** Ids of those that it would run. */
  readonly runs: readonly string[];
}

export interface ListedRunners {
  readonly runners: readonly ListedRunner[];
  readonly failures: readonly RunnerFailure[];
  /** Ids of the live functions that none of them would run. */
  readonly notRun: readonly string[];
  /** Why no functions are known: there is no synthesized app, say. */
  readonly noFunctions: string | null;
}

/** @throws UserError when the config names a function or runner that there is not. */
export async function listRunners(project: Project, registry: RunnerRegistry): Promise<ListedRunners> {
  const found = await functionsOf(project);
  const runnerFor = chooseRunner({ registry, everywhere: project.settings.runner, config: project.loaded });
  const chosen = found.functions.map((fn) => ({ fn, name: runnerFor(fn).name }));
  return {
    runners: registry.runners.map(({ runner, source }) => ({
      name: runner.name,
      source,
      claims: found.functions.filter(({ spec }) => runner.claims(spec)).map(({ spec }) => spec.id),
      runs: chosen.filter(({ name }) => name === runner.name).map(({ fn }) => fn.spec.id),
    })),
    failures: registry.failures,
    notRun: chosen
      .filter(({ name }) => registry.runners.every(({ runner }) => runner.name !== name))
      .map(({ fn }) => fn.spec.id),
    noFunctions: found.reason,
  };
}

/** Runners can be listed before anything was synthesized. */
async function functionsOf(project: Project) {
  const live = await synthesizedApp(project).catch((error: unknown) => {
    if (error instanceof UserError) return error.message;
    throw error;
  });
  if (typeof live === 'string') return { functions: [], reason: live };
  return { functions: (await configureApp(project, live)).functions, reason: null };
}

/** The same, for people. */
export function listText({ runners, failures, notRun, noFunctions }: ListedRunners): string {
  const rows = runners.map(({ name, source, claims, runs }) => [name, sourceText(source), what(claims, runs)] as const);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(([name, source, doing]) =>
    `  ${name.padEnd(widths[0] ?? 0)}  ${source.padEnd(widths[1] ?? 0)}  ${doing}`.trimEnd(),
  );
  const failed = failures.map(({ source, reason }) => `  ${sourceText(source)}: ${reason}`);
  return [
    ...lines,
    ...(notRun.length === 0 ? [] : ['', `No runner can run: ${notRun.join(', ')}`]),
    ...(failed.length === 0 ? [] : ['', 'Could not be loaded:', ...failed]),
    ...(noFunctions === null ? [] : ['', `Which functions they would run is not known: ${noFunctions}`]),
  ].join('\n');
}

function what(claims: readonly string[], runs: readonly string[]): string {
  const others = claims.filter((id) => !runs.includes(id));
  const parts = [
    ...(runs.length === 0 ? [] : [`runs ${runs.join(', ')}`]),
    ...(others.length === 0 ? [] : [`can run ${others.join(', ')}`]),
  ];
  return parts.join('; ');
}
