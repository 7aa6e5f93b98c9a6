import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { listenForStop, untilStopped } from '../demo/stop-signal.ts';
import type { BenchResult } from './bench-result.ts';
import { type Broker, startBroker } from './broker.ts';
import { type Corpus, compressibilityOf, createCorpus } from './corpus.ts';
import { type InvocationResult, measureInvocations } from './invocation-part.ts';
import { openLinkPair } from './link-pair.ts';
import { startLiveApp } from './live-app.ts';
import { fullPlan, largestBytes, type Plan, quickPlan } from './plan.ts';
import { openRawEcho } from './raw-echo.ts';
import { describeResult } from './report.ts';
import { measureRunners } from './runner-part.ts';
import { measureStart } from './start-part.ts';
import { measureStub } from './stub-part.ts';
import { measureSynth } from './synth-part.ts';
import { judge } from './targets.ts';
import { measureBilled, measureRoundTrip, measureSequential } from './wire-part.ts';

// The AWS SDK announces the end of its own support for Node 20 at each start; that is no part of a measurement.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** The corpus of the documented figures. */
const defaultSeed = 1;
const usage = 'npm run bench -- [--quick] [--json] [--seed N]';

interface Run {
  readonly plan: Plan;
  readonly corpus: Corpus;
  /** One to write in. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

const startedMs = performance.now();
const progress = (text: string): void =>
  console.error(`${((performance.now() - startedMs) / 1000).toFixed(0).padStart(4)} s  ${text}`);

async function measureWire({ plan, corpus, signal }: Run, broker: Broker) {
  const rawEcho = await openRawEcho(broker);
  const link = await openLinkPair(broker);
  const options = { broker, rawEcho, link, corpus };
  const roundTrips = [];
  for (const roundTrip of plan.roundTrips) {
    signal.throwIfAborted();
    progress(`round trips: ${roundTrip.bytes} bytes of ${roundTrip.content}, ${roundTrip.hopMs} ms per hop`);
    roundTrips.push(await measureRoundTrip(options, roundTrip));
  }
  progress('billed operations');
  const billed = [];
  for (const message of plan.billed) billed.push(await measureBilled(options, message));
  progress('sequential publishes');
  const sequential = await measureSequential(options, plan.sequential);
  return { roundTrips, billed, sequential, throttledPublishes: broker.throttled };
}

async function measureWireAndStub(run: Run) {
  const broker = await startBroker(run.folder);
  try {
    const wire = await measureWire(run, broker);
    run.signal.throwIfAborted();
    progress('stub');
    const { corpus, plan } = run;
    const stub = await measureStub({ broker, corpus, ...plan.stub, invocationBytes: largestBytes });
    return { ...wire, stub };
  } finally {
    await broker[Symbol.asyncDispose]();
  }
}

async function measureLiveApp({ folder, signal, corpus, plan }: Run): Promise<InvocationResult> {
  signal.throwIfAborted();
  progress('invocations: synthesize, deploy, start the tunnel');
  const app = await startLiveApp(folder, signal);
  try {
    return await untilStopped(signal, measureInvocations({ app, corpus, ...plan.invocations, onProgress: progress }));
  } finally {
    await app[Symbol.asyncDispose]();
  }
}

const loadPerCpu = (): number => (loadavg()[0] ?? 0) / cpus().length;

async function measure(quick: boolean, seed: number, signal: AbortSignal): Promise<BenchResult> {
  const corpus = createCorpus(seed);
  const folder = await mkdtemp(join(tmpdir(), 'live-lambda-bench-'));
  const loadBefore = loadPerCpu();
  try {
    const run: Run = { plan: quick ? quickPlan : fullPlan, corpus, folder, signal };
    // An identity of its own: that of whoever runs this is neither made nor used.
    process.env.LIVE_LAMBDA_CONFIG_DIR = join(folder, 'config');
    // First what is nobody's but this process's: a service beside it would have a share of the processors.
    const runners = await measureRunners({ folder, signal, onProgress: progress, ...run.plan.runners });
    const synth = await measureSynth({ folder, signal, onProgress: progress, ...run.plan.synth });
    const start = await measureStart({ folder, signal, onProgress: progress, ...run.plan.start });
    const measured = {
      ...(await measureWireAndStub(run)),
      invocations: await measureLiveApp(run),
      runners,
      synth,
      start,
    };
    const machine = {
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      cpu: cpus()[0]?.model ?? 'unknown',
      cpus: cpus().length,
      loadBefore,
      loadAfter: loadPerCpu(),
    };
    const compressibility = (['orders', 'catalogue', 'random'] as const).flatMap((content) =>
      [1024, largestBytes].map((bytes) => compressibilityOf(corpus, content, bytes)),
    );
    return { quick, machine, seed, corpus: compressibility, ...measured };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws TypeError for arguments that are none */
function readArguments() {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, seed: { type: 'string' } },
  });
  const seed = Number(values.seed ?? defaultSeed);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new TypeError(`--seed takes a whole number, not "${values.seed}"`);
  return { quick: values.quick === true, json: values.json === true, seed };
}

async function main(): Promise<void> {
  const stop = listenForStop();
  try {
    const { quick, json, seed } = readArguments();
    const result = await measure(quick, seed, stop.signal);
    const targets = judge(result);
    console.log(json ? JSON.stringify({ ...result, targets }, undefined, 2) : describeResult(result, targets));
  } catch (error) {
    process.exitCode = stop.signal.aborted ? stop.exitCode : 1;
    if (stop.signal.aborted) console.error('Stopped; nothing of the benchmark is left on this machine.');
    else
      console.error(`The benchmark failed: ${error instanceof Error ? error.message : String(error)}\nUsage: ${usage}`);
  }
}

await main();
