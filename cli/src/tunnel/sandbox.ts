import { stat } from 'node:fs/promises';
import type { Attach } from '@live-lambda/protocol';
import {
  createExecutionEnvironment,
  createLaunchPlan,
  type ExecutionEnvironment,
  functionEnvironment,
  type Outcome,
  type OutputLine,
  type Runner,
} from '@live-lambda/runner';
import type { LocalFunction } from '../functions/live-functions.ts';
import { notRun } from './not-run.ts';

/** What is told of the processes; `requestId` is undefined outside an invocation. */
export interface SandboxEvents {
  started(environmentId: string, fn: LocalFunction, pid: number): void;
  output(environmentId: string, fn: LocalFunction, line: OutputLine): void;
  withheld(fn: LocalFunction, names: readonly string[]): void;
}

/** How processes are made of functions. */
export interface SandboxOptions {
  readonly runnerFor: (fn: LocalFunction) => Runner;
  readonly laptop: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly events: SandboxEvents;
}

/** The function of one execution environment in AWS, and what its stub told. */
export interface SandboxRequest {
  readonly environmentId: string;
  readonly fn: LocalFunction;
  readonly attach: Attach;
}

/** The local twin of one execution environment in AWS. */
export interface Sandbox {
  /** Or why there is none. */
  readonly environment: ExecutionEnvironment | { readonly missing: Outcome };
  /** The process that runs, or ran last. */
  readonly pid: number | undefined;
  /** Whether a process started now would be the same: code and credentials are fixed when it starts. */
  isCurrent(request: SandboxRequest): Promise<boolean>;
}

/** Makes a sandbox; no process is started yet. Never rejects: a function that cannot be run is a sandbox that says so. */
export async function createSandbox(options: SandboxOptions, request: SandboxRequest): Promise<Sandbox> {
  const { fn, attach } = request;
  const entryVersion = await versionOf(fn.spec.entry);
  const started: { pid: number | undefined } = { pid: undefined };
  const environment = await createEnvironment(options, request, (pid) => {
    started.pid = pid;
  }).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return missing(`Function ${fn.spec.id}: its process could not be prepared on the developer's machine: ${reason}`);
  });
  return {
    environment,
    get pid() {
      return started.pid;
    },
    async isCurrent(now) {
      // A file that was missing may be there by now.
      if ('missing' in environment) return false;
      const sameCredentials = attach.credentials?.accessKeyId === now.attach.credentials?.accessKeyId;
      return sameCredentials && entryVersion === (await versionOf(now.fn.spec.entry));
    },
  };
}

async function createEnvironment(
  options: SandboxOptions,
  { environmentId, fn, attach }: SandboxRequest,
  onStart: (pid: number) => void,
): Promise<Sandbox['environment']> {
  const { events } = options;
  const { credentials } = attach;
  const prepared = await options.runnerFor(fn).prepare(fn.spec, { signal: new AbortController().signal });
  if (prepared.state === 'broken') return missing(prepared.reason);
  if (!credentials)
    return missing(`Function ${fn.spec.id}: its execution environment sent no credentials of its role.`);
  const variables = functionEnvironment({
    laptop: options.laptop,
    cloud: attach.variables,
    credentials,
    fn: fn.spec,
    platform: options.platform,
  });
  // Lambda sets PATH and its kind for every function; only what the app itself asked for is missed.
  const missed = variables.withheld.filter((name) => fn.described.environmentNames.includes(name));
  if (missed.length > 0) events.withheld(fn, missed);
  return createExecutionEnvironment({
    plan: createLaunchPlan(prepared.launch, variables),
    timeoutMs: fn.spec.timeoutMs,
    onOutput: (line) => events.output(environmentId, fn, line),
    onStart: ({ pid }) => {
      onStart(pid);
      events.started(environmentId, fn, pid);
    },
  });
}

function missing(reason: string): { readonly missing: Outcome } {
  return { missing: notRun('LiveLambda.NotRunnable', reason) };
}

/** Changes when the file does. */
async function versionOf(file: string): Promise<string> {
  const info = await stat(file).catch(() => undefined);
  return info ? `${info.mtimeMs}/${info.size}/${info.ino}` : 'missing';
}
