import {
  createExecutionEnvironment,
  createLaunchPlan,
  functionEnvironment,
  type Prepared,
  type Runner,
} from '@live-lambda/runner';
import type { LocalFunction } from '../functions/live-functions.ts';
import type { RegisteredRunner, RunnerSource } from './registry.ts';
import { smokeCheck } from './smoke-check.ts';

/** What came of a runner and one function. */
export interface FunctionTrial {
  readonly function: string;
  readonly runner: string;
  /** Undefined where the function was prepared, and its process loaded it and asked for an event. */
  readonly fault: string | undefined;
  readonly prepareMs: number;
  readonly startMs: number;
}

/** What came of a runner by itself. */
export interface RunnerTrial {
  readonly runner: string;
  readonly source: RunnerSource;
  /** What is wrong with it, whatever the function. */
  readonly faults: readonly string[];
}

/** Lines of a process's output that are told when it did not come up. */
const maxToldLines = 20;

/** Who needs credentials while it loads fails here as it does in Lambda without a role. */
const noCredentials = { accessKeyId: 'NONE', secretAccessKey: 'none', sessionToken: 'none' };

export interface TrialOptions {
  readonly laptop: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly signal: AbortSignal;
}

/** Asks a runner about functions that are not there. Built-in ones are known to answer. */
export async function tryRunner({ runner, source }: RegisteredRunner): Promise<RunnerTrial> {
  return { runner: runner.name, source, faults: source.kind === 'built-in' ? [] : await smokeCheck(runner) };
}

/** Prepares a function and starts its process, up to where it asks for its first event. No event is given to it. */
export async function tryFunction(runner: Runner, fn: LocalFunction, options: TrialOptions): Promise<FunctionTrial> {
  const startedMs = performance.now();
  const prepared = await runner.prepare(fn.spec, { signal: options.signal });
  const prepareMs = performance.now() - startedMs;
  const fault = prepared.state === 'broken' ? prepared.reason : await startFault(prepared, fn, options);
  await runner.release?.(fn.spec);
  const startMs = performance.now() - startedMs - prepareMs;
  return { function: fn.spec.id, runner: runner.name, fault, prepareMs, startMs };
}

async function startFault(
  { launch }: Extract<Prepared, { state: 'ready' }>,
  { spec, described }: LocalFunction,
  { laptop, platform, signal }: TrialOptions,
): Promise<string | undefined> {
  const cloud = { AWS_REGION: described.region ?? 'us-east-1' };
  const variables = functionEnvironment({ laptop, cloud, credentials: noCredentials, fn: spec, platform });
  const lines: string[] = [];
  const environment = createExecutionEnvironment({
    plan: createLaunchPlan(launch, variables),
    timeoutMs: spec.timeoutMs,
    onOutput: ({ text }) => {
      lines.push(text);
      if (lines.length > maxToldLines) lines.shift();
    },
  });
  const stop = () => void environment.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await environment.start();
    if (environment.state === 'ready') return undefined;
    const said = lines.length === 0 ? 'It wrote nothing.' : `It wrote:\n${lines.join('\n')}`;
    return `Function ${spec.id}: the process for ${spec.entry} did not get as far as asking for an event. ${said}`;
  } finally {
    signal.removeEventListener('abort', stop);
    await environment.stop();
  }
}
