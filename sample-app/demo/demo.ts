import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { styleText } from 'node:util';
import { Emulator } from '@live-lambda/emulator';
import { type AppCopy, copyApp } from './app-copy.ts';
import { type Answer, type Deployed, deploy, invoke, messageOf } from './deployed.ts';
import { mark, say, short } from './lines.ts';
import { pasteLines } from './paste-lines.ts';
import { appFolder, startTunnel, synthesize, type TunnelEvent, type TunnelProcess } from './programs.ts';
import { type SampleInvocation, sampleInvocations } from './sample-events.ts';
import { showBackOnLaptop, showDeployedCode, showLocalCode } from './show-fallback.ts';
import { showRole } from './show-role.ts';
import { listenForStop, untilStopped } from './stop-signal.ts';

// The AWS SDK announces the end of its own support for Node 20 at each start; that is no part of the demo.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** A caller without a tunnel must have its error within this time. */
const nobodyHomeLimitMs = 3000;
/** Of the sample order, when everything costs half as much. */
const halfPriceCents = 1424;

const startedMs = performance.now();
const since = (ms: number) => `${((performance.now() - ms) / 1000).toFixed(1)} s`;

interface Legs {
  readonly pid: unknown;
  readonly file: string;
  readonly text: string;
}

/** Where the time went, from the caller's clock and the tunnel's, which are the same here. */
async function legsOf(tunnel: TunnelProcess, answer: Answer): Promise<Legs> {
  const of = (type: string) => (event: TunnelEvent) => event.type === type && event.requestId === answer.requestId;
  const [began, finished] = await Promise.all([
    tunnel.waitFor(of('invocation-started')),
    tunnel.waitFor(of('invocation-finished')),
  ]);
  const { startMs, runMs } = finished.timings as { startMs: number; runMs: number };
  const legs: readonly (readonly [string, number])[] = [
    ['to the laptop', Number(began.receivedAt) - answer.sentAt],
    ['process start', startMs],
    ['handler', runMs],
    ['back to the caller', answer.answeredAt - Number(finished.finishedAt)],
  ];
  const text = legs.map(([name, ms]) => `${name} ${Math.max(0, Math.round(ms))} ms`).join(', ');
  return { pid: finished.pid, file: basename(String(finished.file)), text };
}

async function showInvocation(deployed: Deployed, tunnel: TunnelProcess, sample: SampleInvocation): Promise<void> {
  const answer = await invoke(deployed, sample.function, sample.event);
  const legs = await legsOf(tunnel, answer);
  say(`  ${styleText('bold', sample.function)}: ${sample.title}`);
  say(`    event   ${short(sample.event)}`);
  say(`    ${mark(answer)}  ${short(answer.failed ? withoutTrace(answer.payload) : answer.payload)}`);
  say(`    ran in  process ${legs.pid}, ${legs.file}`);
  say(`    took    ${answer.answeredAt - answer.sentAt} ms: ${legs.text}\n`);
  if (answer.failed !== sample.fails)
    throw new Error(`${sample.function} should ${sample.fails ? 'have failed' : 'not have failed'}: ${answer.payload}`);
  const echoes = sample.function === 'ArchiveDocument';
  if (echoes && answer.payload !== JSON.stringify(sample.event)) throw new Error('the document came back changed');
}

function withoutTrace(payload: string): unknown {
  const { trace: _, ...error } = JSON.parse(payload);
  return error;
}

async function showNobodyHome(deployed: Deployed): Promise<void> {
  const answer = await invoke(deployed, 'CreateOrder', {});
  const tookMs = answer.answeredAt - answer.sentAt;
  say(`  ${styleText('bold', 'CreateOrder')}`);
  say(`    ${mark(answer)}  ${messageOf(answer)}`);
  say(`    took    ${tookMs} ms\n`);
  const named = answer.payload.includes('OrderService/CreateOrder') && answer.payload.includes('live-lambda tunnel');
  if (!answer.failed || !named) throw new Error(`a caller without a tunnel got: ${answer.payload}`);
  if (tookMs >= nobodyHomeLimitMs) throw new Error(`a caller without a tunnel waited ${tookMs} ms`);
}

interface Edit {
  readonly title: string;
  readonly from: string;
  readonly to: string;
  /** Whether callers get an error from then on. */
  readonly breaks: boolean;
}

/** What the handler imports through a path alias: that is found without being told. */
const editedFile = 'domain/order.ts';
const price = 'sum + quantity * unitPriceCents, 0)';
const discounted = `${price.slice(0, -2)} 0) / 2`;
const edits: readonly Edit[] = [
  { title: 'Edit: everything at half the price', from: price, to: discounted, breaks: false },
  { title: 'Break: a bracket too many', from: discounted, to: `${discounted}))`, breaks: true },
  { title: 'Mend', from: `${discounted}))`, to: discounted, breaks: false },
];

/** Saves a file as an editor would, and invokes as soon as the change was taken up. */
async function showEdit(deployed: Deployed, { tunnel, app }: Live, edit: Edit): Promise<void> {
  const event = sampleInvocations()[0]?.event;
  const savedAt = Date.now();
  const news = tunnel.waitForNext(({ type }) => ['reloaded', 'broken', 'load-failed'].includes(type));
  await app.edit(editedFile, edit);
  const { type } = await news;
  const tookMs = Date.now() - savedAt;
  const answer = await invoke(deployed, 'CreateOrder', event);
  say(`  ${styleText('bold', edit.title)}, in ${editedFile}`);
  say(`    ${type.padEnd(12)}${tookMs} ms after the save, before anybody asked`);
  say(`    ${mark(answer)}  ${answer.failed ? messageOf(answer) : short(answer.payload)}`);
  say(`    took    ${answer.answeredAt - answer.sentAt} ms\n`);
  const { totalCents } = answer.failed ? { totalCents: undefined } : JSON.parse(answer.payload);
  const isNew = edit.breaks ? answer.payload.includes('order.ts') : totalCents === halfPriceCents;
  if (answer.failed !== edit.breaks || !isNew)
    throw new Error(`after "${edit.title}" CreateOrder answered ${answer.payload}`);
}

interface Live {
  readonly tunnel: TunnelProcess;
  readonly app: AppCopy;
}

function report(event: TunnelEvent): void {
  if (event.type === 'output') say(`    │ ${String(event.text).split('\t').slice(2).join(' ') || String(event.text)}`);
  if (event.type === 'invocation-finished')
    say(`  ${String(event.function)} ${String(event.end)} in process ${String(event.pid)}`);
  if (event.type === 'note' && event.level === 'warning') say(`  ! ${String(event.text)}`);
}

/** What is to be undone at the end, the last first. */
type Cleanups = (() => Promise<unknown>)[];

interface Run {
  readonly keep: boolean;
  /** Somebody wants the demo to end: it is looked at between the steps and by what takes long. */
  readonly signal: AbortSignal;
  readonly cleanups: Cleanups;
}

/** @throws the signal's reason when it is stopped before its end. */
async function runDemo(run: Run): Promise<void> {
  const { keep, signal, cleanups } = run;
  const folder = await mkdtemp(join(tmpdir(), 'live-lambda-demo-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const assemblyFolder = join(folder, 'cdk.out');
  // The synth pins the developer's key, and the tunnel proves it: both find one that this demo alone uses.
  process.env.LIVE_LAMBDA_CONFIG_DIR = join(folder, 'config');

  let stepMs = performance.now();
  const step: Step = (number, title) => {
    signal.throwIfAborted();
    stepMs = performance.now();
    say(styleText('bold', `${number}. ${title}`));
  };

  step(1, 'Synthesize the order service in live mode, with the CDK CLI');
  // What stays up is to be edited where it is; what the demo edits itself is a copy.
  const app = keep ? undefined : await copyApp(folder);
  await synthesize(assemblyFolder, signal, { folder: app?.folder ?? appFolder });
  say(`  ${since(stepMs)}\n`);

  step(2, 'Start the emulator and deploy the app into it');
  const emulator = await Emulator.start();
  cleanups.push(() => emulator.close());
  const deployed = await deploy(emulator, assemblyFolder);
  for (const { logicalId, type } of deployed.skipped) say(`  skipped ${logicalId} (${type})`);
  say(`  ${deployed.names.size} functions behind ${emulator.endpoint}, ${since(stepMs)}\n`);

  step(3, 'Start the tunnel: live-lambda tunnel --runner tsx');
  const shown = { output: false };
  const onEvent = (event: TunnelEvent) => {
    if (shown.output) report(event);
  };
  const world = { emulator, assemblyFolder, folder: app?.folder ?? appFolder };
  const tunnel = await openTunnel(run, world, onEvent);
  const { key } = await tunnel.waitFor(({ type }) => type === 'started');
  say(`  ready in process ${tunnel.pid}, ${since(stepMs)}`);
  say(`  the stubs believe tunnels with the key ${key}, which was made for this demo\n`);

  step(4, 'Invoke each function through the AWS SDK');
  const warm = sampleInvocations().slice(0, 1);
  const samples = [...sampleInvocations(), ...warm.map((sample) => ({ ...sample, title: 'once more, warm' }))];
  for (const sample of samples) await untilStopped(signal, showInvocation(deployed, tunnel, sample));

  if (!app) {
    say(`${pasteLines(emulator, deployed.names.get('CreateOrder') ?? '')}\n`);
    shown.output = true;
    await stayUp(tunnel, signal);
    return;
  }

  await showChanges({ run, deployed, world, step }, { tunnel, app });
}

/** What a developer does beside the invocations: edits, calls AWS, goes and comes back. */
async function showChanges(
  {
    run,
    deployed,
    world,
    step,
  }: { readonly run: Run; readonly deployed: Deployed; readonly world: World; readonly step: Step },
  { tunnel, app }: Live,
): Promise<void> {
  const { signal } = run;
  step(5, 'Edit, break and mend what a handler imports');
  for (const edit of edits) await untilStopped(signal, showEdit(deployed, { tunnel, app }, edit));

  step(6, 'As whom a handler runs: what its role may, and what it may not');
  await untilStopped(signal, showRole(deployed, tunnel));

  step(7, 'A function that has its own code to fall back on, with a tunnel');
  await untilStopped(signal, showLocalCode(deployed, { tunnel, app }));

  step(8, 'Stop the tunnel and see what a caller gets now');
  await tunnel.stop();
  await untilStopped(signal, showNobodyHome(deployed));
  await untilStopped(signal, showDeployedCode(deployed));

  step(9, 'Start it again, and nothing else');
  await openTunnel(run, world);
  await untilStopped(signal, showBackOnLaptop(deployed, signal));
}

type Step = (number: number, title: string) => void;

interface World {
  readonly emulator: Emulator;
  readonly assemblyFolder: string;
  /** Of the CDK app. */
  readonly folder: string;
}

/** Starts the command line's tunnel, and waits until it takes invocations. */
async function openTunnel(
  { signal, cleanups }: Run,
  { emulator, assemblyFolder, folder }: World,
  onEvent?: (event: TunnelEvent) => void,
): Promise<TunnelProcess> {
  const tunnel = startTunnel({
    folder,
    assemblyFolder,
    endpoint: emulator.endpoint,
    runner: 'tsx',
    variables: developerVariables(emulator),
    ...(onEvent ? { onEvent } : {}),
  });
  cleanups.push(() => tunnel.stop());
  await untilStopped(
    signal,
    tunnel.waitFor(({ type }) => type === 'ready'),
  );
  return tunnel;
}

function developerVariables({ developerCredentials, region }: Emulator) {
  const { accessKeyId, secretAccessKey } = developerCredentials;
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region };
}

/** Waits until somebody stops the demo, which here is how it ends. @throws Error when the tunnel ends before */
async function stayUp(tunnel: TunnelProcess, signal: AbortSignal): Promise<void> {
  await untilStopped(
    signal,
    tunnel.waitFor(() => false),
  ).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

/** Undoes everything, whatever goes wrong with one part of it. */
async function undoAll(cleanups: Cleanups): Promise<void> {
  for (const undo of cleanups.reverse()) {
    try {
      await undo();
    } catch (error) {
      fail('Something of the demo could not be ended', error);
    }
  }
}

function fail(what: string, error: unknown): void {
  console.error(styleText('red', `${what}: ${error instanceof Error ? error.message : String(error)}`));
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const cleanups: Cleanups = [];
  const stop = listenForStop();
  const { signal } = stop;
  try {
    await runDemo({ keep: process.argv.includes('--keep'), signal, cleanups });
  } catch (error) {
    // What the demo was doing fails when it is cut off; that is no news.
    if (signal.aborted) process.exitCode = stop.exitCode;
    else fail('The demo failed', error);
  }
  await undoAll(cleanups);
  if (process.exitCode === 1) return;
  const what = signal.aborted ? 'Stopped' : 'Done';
  say(styleText('green', `${what} after ${since(startedMs)}; nothing of the demo is left on this machine.`));
}

await main();
