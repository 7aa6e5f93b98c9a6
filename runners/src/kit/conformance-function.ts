import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createLaunchPlan, functionEnvironment } from '../environment.ts';
import { createExecutionEnvironment, type ExecutionEnvironment } from '../execution-environment.ts';
import type { Outcome } from '../invocation.ts';
import type { FunctionSpec, Prepared, Runner } from '../runner.ts';
import type { ConformanceSources } from './conformance-sources.ts';

/** Above it a function of the suite hangs. */
const ANSWER_TIMEOUT_MS = 30_000;

const MEMORY_MB = 512;

export type Ready = Extract<Prepared, { readonly state: 'ready' }>;

/** What a process answered, and everything that it wrote. */
export interface Answered {
  readonly outcome: Outcome;
  /** The answer as text. */
  readonly body: string;
  readonly output: string;
}

/** A function of the suite on disk, and what was started of it. */
export interface ConformanceFunction {
  readonly fn: FunctionSpec;
  /** Replaces the entry. */
  write(source: string): Promise<void>;
  /** Removes the entry. */
  remove(): Promise<void>;
  prepare(options?: { readonly signal?: AbortSignal }): Promise<Prepared>;
  /** Starts a process for each prepared launch, and gives it the events in turn. */
  answers(prepared: Ready, events: readonly string[]): Promise<readonly Answered[]>;
  /** Ends what was started, lets the runner forget the function, and removes the files. */
  close(): Promise<void>;
}

export interface ConformanceFunctionOptions {
  readonly runner: Runner;
  readonly sources: ConformanceSources;
  /** Told of each process. */
  readonly onStart: (pid: number) => void;
}

let count = 0;

/** Writes a function of the suite into a folder of its own. */
export async function createConformanceFunction({
  runner,
  sources,
  onStart,
}: ConformanceFunctionOptions): Promise<ConformanceFunction> {
  const root = await mkdtemp(join(await realpath(tmpdir()), 'live-lambda-conformance-'));
  count += 1;
  const fn = specOf({ sources, root, id: `Conformance/Function${count}` });
  const started: ExecutionEnvironment[] = [];
  const write = async (path: string, content: string): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  };
  for (const [path, content] of Object.entries(sources.files ?? {})) await write(path, content);
  await write(sources.entry, sources.echo);
  return {
    fn,
    write: (source) => write(sources.entry, source),
    remove: () => rm(fn.entry),
    prepare: ({ signal = new AbortController().signal } = {}) => runner.prepare(fn, { signal }),
    answers: async (prepared, events) => {
      const output: string[] = [];
      const environment = createExecutionEnvironment({
        plan: planOf(fn, prepared),
        timeoutMs: ANSWER_TIMEOUT_MS,
        onStart: ({ pid }) => onStart(pid),
        onOutput: ({ text }) => output.push(text),
      });
      started.push(environment);
      const answered: Answered[] = [];
      for (const event of events) answered.push(await answerOf(environment, event, output));
      return answered;
    },
    close: async () => {
      await Promise.all(started.map((environment) => environment.stop()));
      await runner.release?.(fn);
      await rm(root, { recursive: true, force: true });
    },
  };
}

interface SpecOptions {
  readonly sources: ConformanceSources;
  readonly root: string;
  readonly id: string;
}

function specOf({ sources, root, id }: SpecOptions): FunctionSpec {
  return {
    id,
    runtime: sources.runtime,
    entry: join(root, sources.entry),
    handler: sources.handler ?? 'handler',
    root,
    projectRoot: root,
    memoryMb: MEMORY_MB,
    timeoutMs: ANSWER_TIMEOUT_MS,
    ...sources.spec,
  };
}

function planOf(fn: FunctionSpec, { launch }: Ready) {
  const environment = functionEnvironment({
    laptop: process.env,
    cloud: {
      AWS_REGION: 'eu-west-1',
      AWS_LAMBDA_FUNCTION_NAME: 'conformance',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/conformance',
      AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[$LATEST]0',
    },
    credentials: { accessKeyId: 'ASIACONFORMANCE', secretAccessKey: 'none', sessionToken: 'none' },
    fn,
    platform: process.platform,
  });
  return createLaunchPlan(launch, environment);
}

async function answerOf(environment: ExecutionEnvironment, event: string, output: string[]): Promise<Answered> {
  count += 1;
  const outcome = await environment.invoke({
    requestId: `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`,
    headers: { 'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-west-1:123456789012:function:conformance' },
    event: Buffer.from(event),
    deadlineMs: Date.now() + ANSWER_TIMEOUT_MS,
  });
  return { outcome, body: Buffer.from(outcome.body).toString('utf8'), output: output.join('\n') };
}
