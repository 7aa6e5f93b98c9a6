import { stat } from 'node:fs/promises';
import type { Attach, Credentials } from '@live-lambda/protocol';
import {
  createExecutionEnvironment,
  createLaunchPlan,
  type ExecutionEnvironment,
  functionEnvironment,
  type Invocation,
  type Outcome,
  type OutputLine,
  type Runner,
} from '@live-lambda/runner';
import type { LocalFunction } from '../functions/live-functions.ts';

/** What became of an invocation here. */
export interface Execution {
  readonly outcome: Outcome;
  readonly pid: number | undefined;
  /** Until a process could take the invocation; 0 when one was waiting. */
  readonly startMs: number;
  readonly runMs: number;
}

/** What is told of the processes; `requestId` is undefined outside an invocation. */
export interface SandboxEvents {
  started(environmentId: string, fn: LocalFunction, pid: number): void;
  output(environmentId: string, fn: LocalFunction, line: OutputLine): void;
  withheld(fn: LocalFunction, names: readonly string[]): void;
}

/** The local twins of the execution environments in AWS: one process for each. */
export interface Sandboxes extends AsyncDisposable {
  /** Starts the process of an environment ahead of its first event. */
  warm(environmentId: string, fn: LocalFunction, attach: Attach): void;
  /** Never rejects: what cannot be run is an outcome. */
  execute(environmentId: string, fn: LocalFunction, attach: Attach, invocation: Invocation): Promise<Execution>;
}

interface Sandbox {
  /** The handler's file as it was when the process was started. */
  readonly entryVersion: string;
  /** Or why there is none. */
  readonly environment: ExecutionEnvironment | { readonly missing: Outcome };
  readonly credentials: Credentials | undefined;
  /** The process that runs, or ran last. */
  pid: number | undefined;
}

export function createSandboxes(options: {
  readonly runnerFor: (fn: LocalFunction) => Runner;
  readonly laptop: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Milliseconds, never going back. */
  readonly nowMs: () => number;
  /** Epoch milliseconds, in which deadlines are. */
  readonly wallClockMs: () => number;
  readonly events: SandboxEvents;
}): Sandboxes {
  const { events, nowMs } = options;
  const sandboxes = new Map<string, Promise<Sandbox>>();
  const stopping: Promise<void>[] = [];

  async function create(environmentId: string, fn: LocalFunction, attach: Attach): Promise<Sandbox> {
    const { credentials } = attach;
    const entryVersion = await versionOf(fn.spec.entry);
    const missing = (reason: string): Sandbox => ({
      entryVersion,
      environment: { missing: notRun('LiveLambda.NotRunnable', reason) },
      credentials,
      pid: undefined,
    });
    const prepared = await options.runnerFor(fn).prepare(fn.spec);
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
    const environment = createExecutionEnvironment({
      plan: createLaunchPlan(prepared.launch, variables),
      timeoutMs: fn.spec.timeoutMs,
      onOutput: (line) => events.output(environmentId, fn, line),
      onStart: ({ pid }) => {
        sandbox.pid = pid;
        events.started(environmentId, fn, pid);
      },
    });
    const sandbox: Sandbox = { entryVersion, environment, credentials, pid: undefined };
    return sandbox;
  }

  async function sandboxOf(environmentId: string, fn: LocalFunction, attach: Attach): Promise<Sandbox> {
    const known = sandboxes.get(environmentId);
    if (known !== undefined) {
      const sandbox = await known;
      const runnable = !('missing' in sandbox.environment);
      const sameCode = sandbox.entryVersion === (await versionOf(fn.spec.entry));
      const sameCredentials = sandbox.credentials?.accessKeyId === attach.credentials?.accessKeyId;
      // Code and credentials are fixed when a process starts; a file that was missing may be there by now.
      if (runnable && sameCode && sameCredentials) return sandbox;
      const replaced = sandboxes.get(environmentId);
      if (replaced && replaced !== known) return replaced;
      if (!('missing' in sandbox.environment)) stopping.push(sandbox.environment.stop());
    }
    const made = create(environmentId, fn, attach);
    sandboxes.set(environmentId, made);
    return made;
  }

  return {
    warm(environmentId, fn, attach) {
      void sandboxOf(environmentId, fn, attach).then(({ environment }) => {
        if (!('missing' in environment)) void environment.start();
      });
    },
    async execute(environmentId, fn, attach, invocation) {
      const receivedMs = nowMs();
      const sandbox = await sandboxOf(environmentId, fn, attach);
      const { environment } = sandbox;
      if ('missing' in environment) {
        return { outcome: environment.missing, pid: undefined, startMs: nowMs() - receivedMs, runMs: 0 };
      }
      const starting = environment.state === 'starting' || environment.state === 'stopped';
      if (starting) await withinTime(environment.start(), invocation.deadlineMs - options.wallClockMs());
      const startMs = nowMs() - receivedMs;
      if (options.wallClockMs() >= invocation.deadlineMs) {
        const reason = `Function ${fn.spec.id}: its time was over before its process on the developer's machine had started.`;
        return { outcome: notRun('LiveLambda.OutOfTime', reason), pid: sandbox.pid, startMs, runMs: 0 };
      }
      const outcome = await environment.invoke(invocation);
      return { outcome, pid: sandbox.pid, startMs, runMs: nowMs() - receivedMs - startMs };
    },
    async [Symbol.asyncDispose]() {
      for (const sandbox of await Promise.all(sandboxes.values())) {
        if (!('missing' in sandbox.environment)) stopping.push(sandbox.environment.stop());
      }
      sandboxes.clear();
      await Promise.all(stopping);
    },
  };
}

/** Changes when the file does. */
async function versionOf(file: string): Promise<string> {
  const info = await stat(file).catch(() => undefined);
  return info ? `${info.mtimeMs}/${info.size}/${info.ino}` : 'missing';
}

async function withinTime(work: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, limitMs));
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}

function notRun(errorType: string, errorMessage: string): Outcome {
  return {
    type: 'error',
    origin: 'launch',
    headers: { 'content-type': 'application/json', 'lambda-runtime-function-error-type': errorType },
    body: Buffer.from(JSON.stringify({ errorType, errorMessage, trace: [] })),
  };
}
