import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import {
  builtInRunners,
  createExecutionEnvironment,
  createExecutor,
  type ExecutionEvent,
  type ExecutionRequest,
  type Executor,
  type FunctionSpec,
} from '@live-lambda/runner';
import * as esbuild from 'esbuild';
import { type ReloadProject, type ReloadRunner, reloadRunners, writeReloadProject } from './reload-project.ts';
import { type Summary, summarize, timed, timeInTurn } from './samples.ts';

/** One runner with a function of so many modules. Times are milliseconds of wall clock. */
export interface ReloadResult {
  readonly runner: ReloadRunner;
  readonly modules: number;
  /** The same modules, imported by a process that is warm; of `esbuild`, whose modules become one, there is none. */
  readonly warmImport: Summary | undefined;
  /** Of `esbuild` alone: one of its modules changed, its own API bundles them anew, and nothing is written. */
  readonly bundlingAlone: Summary | undefined;
  /** From the watcher's event to a process that has loaded the new code and waits for an event. */
  readonly ready: Summary;
  /** From the save, as soon as the file is written, to the same. */
  readonly saveToReady: Summary;
  /** From the save to the first answer of an event that is sent when the change was seen. */
  readonly saveToAnswer: Summary;
  /** An event for a process that is ready after a save. */
  readonly nextCall: Summary;
  /** An event for a process that has had one before. */
  readonly warmCall: Summary;
}

export interface RunnerResult {
  /** From spawn to the end, of a Node that runs an empty program. */
  readonly bareNode: Summary;
  readonly reloads: readonly ReloadResult[];
  readonly call: {
    /** A program of fifteen lines that speaks the Runtime API and answers with the event. */
    readonly bareRuntime: Summary;
    /** The same event through executor and Node client to a handler. */
    readonly executor: Summary;
  };
  /** Resident bytes of a process that has served, and of one that waits without code; undefined where /proc is not. */
  readonly memory: { readonly environment: number | undefined; readonly spare: number | undefined };
}

export interface RunnerOptions {
  /** One to write in. */
  readonly folder: string;
  readonly modules: readonly number[];
  readonly reloads: number;
  readonly calls: number;
  readonly starts: number;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

const runners = builtInRunners();

/** An executor and the events that it told. */
interface Bench extends AsyncDisposable {
  readonly executor: Executor;
  /** The next event of a type, with the time at which it came. */
  next<Type extends ExecutionEvent['type']>(
    type: Type,
  ): Promise<{ readonly event: Extract<ExecutionEvent, { readonly type: Type }>; readonly atMs: number }>;
}

function openBench(): Bench {
  const waiting = new Map<string, ((event: ExecutionEvent) => void)[]>();
  const executor = createExecutor({
    runnerFor: (fn) => {
      const runner = runners.find(({ name }) => fn.id.startsWith(`Bench/${name}-`));
      if (!runner) throw new Error(`There is no runner for ${fn.id}.`);
      return runner;
    },
    laptop: { PATH: process.env.PATH },
    platform: process.platform,
    onEvent: (event) => {
      const listeners = waiting.get(event.type) ?? [];
      waiting.delete(event.type);
      for (const listener of listeners) listener(event);
    },
  });
  return {
    executor,
    next: (type) =>
      new Promise((resolve) => {
        const listener = (event: ExecutionEvent) =>
          resolve({ event: event as Extract<ExecutionEvent, { readonly type: typeof type }>, atMs: performance.now() });
        waiting.set(type, [...(waiting.get(type) ?? []), listener]);
      }),
    [Symbol.asyncDispose]: () => executor[Symbol.asyncDispose](),
  };
}

function requestFor(fn: FunctionSpec): ExecutionRequest {
  return {
    environmentId: 'bench',
    fn,
    variables: {
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'bench',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/bench',
      AWS_LAMBDA_LOG_STREAM_NAME: 'bench',
    },
    credentials: { accessKeyId: 'ASIABENCH', secretAccessKey: 'bench', sessionToken: 'bench' },
  };
}

const deadlineMs = 30_000;

const invocationOf = (event: Uint8Array) => ({
  requestId: randomUUID(),
  headers: {},
  event,
  deadlineMs: Date.now() + deadlineMs,
});

/** @throws Error when the handler fails or answers with something else. */
async function call(executor: Executor, fn: FunctionSpec, expected: number): Promise<number | undefined> {
  const { answer, pid } = await executor.execute(requestFor(fn), invocationOf(Buffer.from('{}')));
  const text = answer.type === 'stream' ? 'a stream' : Buffer.from(answer.body).toString();
  if (answer.type !== 'response' || text !== String(expected))
    throw new Error(`${fn.id} answered ${text}, not ${expected}`);
  return pid;
}

/** How long a process without a task is given to become idle, so that its start does not fall into a measurement. */
const settleMs = 250;

async function measureReload(
  { reloads, calls }: RunnerOptions,
  {
    runner,
    modules,
    project,
  }: { readonly runner: ReloadRunner; readonly modules: number; readonly project: ReloadProject },
): Promise<
  ReloadResult & { readonly pid: number | undefined; readonly sparePid: number | undefined; readonly bench: Bench }
> {
  const { fn, save } = project;
  const bench = openBench();
  const { executor } = bench;
  await executor.prepareAll([fn]);
  let spare = bench.next('spare-waiting');
  let pid = await call(executor, fn, 0);
  const ready: number[] = [];
  const saveToReady: number[] = [];
  const saveToAnswer: number[] = [];
  const nextCall: number[] = [];
  let sparePid: number | undefined;
  for (let version = 1; version <= 2 * reloads; version++) {
    sparePid = (await spare).event.pid;
    await setTimeout(settleMs);
    const changed = bench.next('changed');
    const reloaded = bench.next('reloaded');
    spare = bench.next('spare-waiting');
    await save(version);
    const savedMs = performance.now();
    const seen = await changed;
    // One half waits until the process is ready, the other sends its event at once.
    if (version % 2 === 0) {
      pid = await call(executor, fn, version);
      saveToAnswer.push(performance.now() - savedMs);
      continue;
    }
    const { atMs } = await reloaded;
    ready.push(atMs - seen.atMs);
    saveToReady.push(atMs - savedMs);
    nextCall.push(await timed(() => call(executor, fn, version)));
  }
  const warmCall: number[] = [];
  for (let index = 0; index < calls; index++) warmCall.push(await timed(() => call(executor, fn, 2 * reloads)));
  return {
    runner,
    modules,
    warmImport: undefined,
    bundlingAlone: undefined,
    ready: summarize(ready),
    saveToReady: summarize(saveToReady),
    saveToAnswer: summarize(saveToAnswer),
    nextCall: summarize(nextCall),
    warmCall: summarize(warmCall),
    pid,
    sparePid: (await spare).event.pid ?? sparePid,
    bench,
  };
}

/** Runs Node to its end. @returns what it printed */
function runNode(args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { PATH: process.env.PATH ?? '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(said) : reject(new Error(`node ${args.join(' ')} ended with ${code}`)),
    );
  });
}

const require = createRequire(import.meta.url);

/** Imports the modules of a function in fresh processes that are warm, each time from another change of the file. */
async function measureWarmImport(project: ReloadProject, runner: ReloadRunner, samples: number): Promise<Summary> {
  const { entry } = project.fn;
  const folder = dirname(entry);
  const loader = runner === 'tsx' ? ['--import', pathToFileURL(require.resolve('tsx')).href] : [];
  const took: number[] = [];
  for (let index = 0; index < samples; index++) {
    // A module of the same kind that is as new as the one that a save wrote.
    const first = join(folder, `warm-up${extname(entry)}`);
    await writeFile(first, runner === 'cjs' ? `exports.a = ${Math.random()};` : `export const a = ${Math.random()};`);
    await project.save(1000 + index);
    const said = await runNode(
      [...loader, join(import.meta.dirname, 'import-probe.mjs'), pathToFileURL(first).href, pathToFileURL(entry).href],
      folder,
    );
    took.push(Number(said));
  }
  return summarize(took);
}

/** Without this no reload of a bundle can be: esbuild's own incremental build, with the same map and list of inputs. */
async function measureBundlingAlone({ fn, save }: ReloadProject, samples: number): Promise<Summary> {
  const context = await esbuild.context({
    entryPoints: [fn.entry],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: `node${process.versions.node.split('.')[0]}`,
    sourcemap: 'external',
    sourcesContent: false,
    metafile: true,
    write: false,
    outfile: join(fn.root, 'out', 'index.js'),
    logLevel: 'silent',
  });
  try {
    await context.rebuild();
    const took: number[] = [];
    for (let index = 0; index < samples; index++) {
      await save(2000 + index);
      await setTimeout(settleMs / 5);
      took.push(await timed(() => context.rebuild()));
    }
    return summarize(took);
  } finally {
    await context.dispose();
  }
}

async function residentBytes(pid: number | undefined): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

/** The least that a runtime can be. */
const bareRuntime = `const http = require('node:http');
const agent = new http.Agent({ keepAlive: true });
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const send = (method, path, body) => new Promise((resolve, reject) => {
  http.request({ agent, host, port, method, path: '/2018-06-01/runtime/invocation' + path }, (response) => {
    const chunks = [];
    response.on('data', (chunk) => chunks.push(chunk));
    response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
  }).on('error', reject).end(body);
});
(async () => {
  for (;;) {
    const { headers, body } = await send('GET', '/next');
    await send('POST', '/' + headers['lambda-runtime-aws-request-id'] + '/response', body);
  }
})();
`;

async function measureCalls({ folder, calls }: RunnerOptions): Promise<RunnerResult['call']> {
  const program = join(folder, 'bare-runtime.cjs');
  await writeFile(program, bareRuntime);
  const project = await writeReloadProject(folder, { runner: 'cjs', modules: 0 });
  const plan = { command: process.execPath, args: [program], cwd: folder, env: {} };
  await using environment = createExecutionEnvironment({ plan, timeoutMs: deadlineMs });
  await using bench = openBench();
  const event = Buffer.from('{}');
  const [bare, executed] = await timeInTurn(
    [() => environment.invoke(invocationOf(event)), () => call(bench.executor, project.fn, 0)],
    { warmups: 20, samples: calls },
  );
  return { bareRuntime: summarize(bare ?? []), executor: summarize(executed ?? []) };
}

/** What reloads, calls and processes cost on this machine, without any network. */
export async function measureRunners(options: RunnerOptions): Promise<RunnerResult> {
  const { folder, modules, reloads, starts, signal, onProgress } = options;
  onProgress('runners: bare Node');
  const empty = join(folder, 'empty.cjs');
  await writeFile(empty, '');
  const bareNode: number[] = [];
  for (let index = 0; index < starts; index++) bareNode.push(await timed(() => runNode([empty], folder)));
  const results: ReloadResult[] = [];
  let memory: RunnerResult['memory'] = { environment: undefined, spare: undefined };
  for (const count of modules) {
    for (const runner of reloadRunners) {
      signal.throwIfAborted();
      onProgress(`runners: reload of ${count} modules by ${runner}`);
      const project = await writeReloadProject(folder, { runner, modules: count });
      const { pid, sparePid, bench, ...measured } = await measureReload(options, { runner, modules: count, project });
      if (runner === 'esm') memory = { environment: await residentBytes(pid), spare: await residentBytes(sparePid) };
      await bench[Symbol.asyncDispose]();
      const warmImport = runner === 'esbuild' ? undefined : await measureWarmImport(project, runner, reloads);
      const bundlingAlone = runner === 'esbuild' ? await measureBundlingAlone(project, reloads) : undefined;
      results.push({ ...measured, warmImport, bundlingAlone });
    }
  }
  signal.throwIfAborted();
  onProgress('runners: calls');
  return { bareNode: summarize(bareNode), reloads: results, call: await measureCalls(options), memory };
}
