import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createRuntimeApiServer, type RuntimeApiServer } from '@live-lambda/runner/runtime-api';
import type { Broker } from './broker.ts';
import type { Content, Corpus } from './corpus.ts';
import { linkNames } from './link-pair.ts';
import { type MeasuredProcess, startMeasured } from './measured-process.ts';
import { type Summary, summarize } from './samples.ts';

/** What the stub weighs. Times are milliseconds of CPU, user and system. */
export interface StubResult {
  readonly bundleBytes: number;
  readonly bundleGzipBytes: number;
  readonly zipBytes: number;
  readonly start: {
    readonly bareNode: Summary;
    /** Node and those of its own modules that any stub needs: below this no stub can be. */
    readonly builtinModules: Summary;
    /** Until its modules are loaded. */
    readonly loaded: Summary;
    /** Until it asks for the first event: loaded, connected, subscribed, greeted. */
    readonly initialized: Summary;
    /** Wall clock of the same, from spawn. */
    readonly bareNodeWall: Summary;
    readonly initializedWall: Summary;
  };
  /** For an event and an answer of `bytes` each, warm. */
  readonly invocations: readonly { readonly content: Content; readonly bytes: number; readonly cpu: Summary }[];
}

const timeoutMs = 60_000;
const require = createRequire(import.meta.url);
const stubFolder = dirname(require.resolve('@live-lambda/stub/package.json'));
const stubFile = join(stubFolder, 'dist', 'stub.cjs');

interface RunningStub extends AsyncDisposable {
  readonly process: MeasuredProcess;
  readonly runtimeApi: RuntimeApiServer;
}

/** Starts the stub as Lambda would, and resolves once it asks for an event. */
async function startStub(broker: Broker): Promise<RunningStub> {
  let asksForEvent = () => {};
  const ready = new Promise<void>((resolve) => {
    asksForEvent = resolve;
  });
  const runtimeApi = await createRuntimeApiServer({
    timeoutMs,
    onKill: () => {},
    onState: (state) => {
      if (state === 'Ready') asksForEvent();
    },
  });
  runtimeApi.processStarted();
  const { host, emulator } = broker;
  const { accessKeyId, secretAccessKey } = emulator.developerCredentials;
  const { app, session, functionPath } = linkNames;
  const settings = {
    version: 1,
    trust: 'iam',
    app,
    session,
    function: functionPath,
    httpHost: host,
    realtimeHost: host,
  };
  const environment = {
    AWS_LAMBDA_RUNTIME_API: runtimeApi.address,
    AWS_REGION: emulator.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_LAMBDA_FUNCTION_NAME: 'bench-echo',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
    LIVE_LAMBDA: JSON.stringify(settings),
  };
  const process = startMeasured(stubFile, { environment });
  const dispose = async (): Promise<void> => {
    await process[Symbol.asyncDispose]();
    await runtimeApi.close();
  };
  try {
    await Promise.race([ready, process.loaded.then(() => ready)]);
  } catch (error) {
    await dispose();
    throw error;
  }
  return { process, runtimeApi, [Symbol.asyncDispose]: dispose };
}

async function measureStart(broker: Broker, samples: number): Promise<StubResult['start']> {
  const bare: number[] = [];
  const bareWall: number[] = [];
  const builtin: number[] = [];
  const loaded: number[] = [];
  const initialized: number[] = [];
  const initializedWall: number[] = [];
  for (let round = 0; round < samples; round++) {
    let startMs = performance.now();
    const node = startMeasured(undefined);
    bare.push(await node.loaded);
    bareWall.push(performance.now() - startMs);
    await node[Symbol.asyncDispose]();
    const modules = startMeasured(join(import.meta.dirname, 'builtin-modules.cjs'));
    builtin.push(await modules.loaded);
    await modules[Symbol.asyncDispose]();
    startMs = performance.now();
    const stub = await startStub(broker);
    initializedWall.push(performance.now() - startMs);
    initialized.push(await stub.process.cpuMs());
    loaded.push(await stub.process.loaded);
    await stub[Symbol.asyncDispose]();
  }
  return {
    bareNode: summarize(bare),
    builtinModules: summarize(builtin),
    loaded: summarize(loaded),
    initialized: summarize(initialized),
    bareNodeWall: summarize(bareWall),
    initializedWall: summarize(initializedWall),
  };
}

async function invokeOnce({ process, runtimeApi }: RunningStub, event: Uint8Array): Promise<number> {
  const beforeMs = await process.cpuMs();
  const deadlineMs = Date.now() + timeoutMs;
  const outcome = await runtimeApi.invoke({ requestId: randomUUID(), headers: {}, event, deadlineMs });
  if (outcome.type !== 'response' || outcome.body.length !== event.length) {
    throw new Error(`The stub gave no answer: ${Buffer.from(outcome.body).toString('utf8', 0, 500)}`);
  }
  return (await process.cpuMs()) - beforeMs;
}

async function measureInvocations(
  options: StubOptions,
  content: Content,
  bytes: number,
): Promise<StubResult['invocations'][number]> {
  const event = options.corpus.bytes(content, bytes);
  const stub = await startStub(options.broker);
  try {
    await invokeOnce(stub, event);
    const samples: number[] = [];
    for (let round = 0; round < options.invocationSamples; round++) samples.push(await invokeOnce(stub, event));
    return { content, bytes, cpu: summarize(samples) };
  } finally {
    await stub[Symbol.asyncDispose]();
  }
}

export interface StubOptions {
  /** One whose echo tunnel is open. */
  readonly broker: Broker;
  readonly corpus: Corpus;
  readonly startSamples: number;
  readonly invocationSamples: number;
  readonly invocationBytes: number;
}

export async function measureStub(options: StubOptions): Promise<StubResult> {
  const bundle = await readFile(stubFile);
  const { size: zipBytes } = await stat(join(stubFolder, 'dist', 'stub.zip'));
  const start = await measureStart(options.broker, options.startSamples);
  const invocations = [];
  for (const content of ['orders', 'random'] as const)
    invocations.push(await measureInvocations(options, content, options.invocationBytes));
  return { bundleBytes: bundle.length, bundleGzipBytes: gzipSync(bundle).length, zipBytes, start, invocations };
}

/** How many times a bare Node's start the stub's initialisation costs. */
export function startRatio({ start }: StubResult): number {
  return start.initialized.median / start.bareNode.median;
}
