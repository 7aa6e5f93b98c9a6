import { sampleInvocations } from '../demo/sample-events.ts';
import type { Corpus } from './corpus.ts';
import { documentOf, type LiveApp } from './live-app.ts';
import { type Summary, summarize, timed } from './samples.ts';

/** From the caller's Invoke to its answer, in milliseconds, by what the invocation met. */
export interface InvocationResult {
  readonly cold: Summary;
  readonly warm: readonly { readonly bytes: number; readonly took: Summary }[];
  readonly afterFreeze: readonly { readonly frozenMs: number; readonly took: Summary }[];
  readonly sustained: {
    readonly concurrency: number;
    readonly seconds: number;
    readonly invocationsPerSecond: number;
    readonly took: Summary;
  };
}

export interface InvocationOptions {
  readonly app: LiveApp;
  readonly corpus: Corpus;
  /** Each gives a sample for each function. */
  readonly coldRounds: number;
  readonly warm: readonly { readonly bytes: number; readonly samples: number }[];
  readonly freezes: readonly { readonly frozenMs: number; readonly rounds: number }[];
  readonly concurrency: number;
  readonly sustainedMs: number;
  readonly onProgress: (text: string) => void;
}

/** The function that hands on what it is given. */
const echo = 'ArchiveDocument';
const smallBytes = 1024;

/** A small event for each function. */
function smallEvents({ corpus }: InvocationOptions): readonly (readonly [string, string])[] {
  const others = sampleInvocations().filter((sample) => !sample.fails && sample.function !== echo);
  const events = others.map((sample) => [sample.function, JSON.stringify(sample.event)] as const);
  return [...events, [echo, documentOf(corpus, smallBytes)]];
}

/** Invokes each function once, one after the other. */
async function eachOnce(options: InvocationOptions): Promise<readonly number[]> {
  const samples: number[] = [];
  for (const [functionId, event] of smallEvents(options))
    samples.push(await timed(() => options.app.invoke(functionId, event)));
  return samples;
}

async function measureCold(options: InvocationOptions): Promise<Summary> {
  const samples: number[] = [];
  for (let round = 0; round < options.coldRounds; round++) {
    if (round > 0) await options.app.redeploy();
    samples.push(...(await eachOnce(options)));
  }
  return summarize(samples);
}

async function measureWarm(
  { app, corpus }: InvocationOptions,
  { bytes, samples: count }: InvocationOptions['warm'][number],
): Promise<InvocationResult['warm'][number]> {
  const event = documentOf(corpus, bytes);
  await app.invoke(echo, event);
  const samples: number[] = [];
  for (let round = 0; round < count; round++) samples.push(await timed(() => app.invoke(echo, event)));
  return { bytes, took: summarize(samples) };
}

async function measureFreeze(
  options: InvocationOptions,
  { frozenMs, rounds }: InvocationOptions['freezes'][number],
): Promise<InvocationResult['afterFreeze'][number]> {
  const samples: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await eachOnce(options);
    // The emulator stops an environment's processes as soon as they wait for an event.
    await new Promise((resolve) => setTimeout(resolve, frozenMs));
    samples.push(...(await eachOnce(options)));
  }
  return { frozenMs, took: summarize(samples) };
}

async function measureSustained({
  app,
  corpus,
  concurrency,
  sustainedMs,
}: InvocationOptions): Promise<InvocationResult['sustained']> {
  const event = documentOf(corpus, smallBytes);
  const callers = Array.from({ length: concurrency });
  // As many environments as callers, before anything is counted.
  for (let round = 0; round < 3; round++) await Promise.all(callers.map(() => app.invoke(echo, event)));
  const samples: number[] = [];
  const startMs = performance.now();
  const untilMs = startMs + sustainedMs;
  await Promise.all(
    callers.map(async () => {
      while (performance.now() < untilMs) samples.push(await timed(() => app.invoke(echo, event)));
    }),
  );
  const seconds = (performance.now() - startMs) / 1000;
  return {
    concurrency,
    seconds,
    invocationsPerSecond: samples.length / seconds,
    took: summarize(samples),
  };
}

export async function measureInvocations(options: InvocationOptions): Promise<InvocationResult> {
  const { onProgress } = options;
  onProgress('invocations: cold');
  const cold = await measureCold(options);
  onProgress('invocations: warm');
  const warm = [];
  for (const size of options.warm) warm.push(await measureWarm(options, size));
  const afterFreeze = [];
  for (const freeze of options.freezes) {
    onProgress(`invocations: after ${freeze.frozenMs / 1000} s frozen`);
    afterFreeze.push(await measureFreeze(options, freeze));
  }
  onProgress(`invocations: ${options.concurrency} at a time`);
  const sustained = await measureSustained(options);
  return { cold, warm, afterFreeze, sustained };
}
