import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Emulator } from '@live-lambda/emulator';
import { startTunnel, synthesize, type TunnelEvent, type TunnelProcess } from '../demo/programs.ts';
import { seededNumbers } from './numbers.ts';
import { type Stretch, watchForStalls } from './stalls.ts';
import { type Call, judge } from './verdict.ts';

const { values } = parseArgs({
  options: {
    invocations: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    environments: { type: 'string', default: '8' },
    // A tunnel whose socket is dead without a word hears of it by a missed keep-alive only, which takes 70 s.
    'half-open': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const wanted = Number(values.invocations);
const seed = Number(values.seed);
const callers = Number(values.environments);

/** A call that has no answer so long after its function's time has hung: init phases come before that time. */
const graceMs = 15_000;
const timeoutMs = { ArchiveDocument: 30_000, QuoteShipping: 15_000 } as const;

const random = seededNumbers(seed);
const say = (text: string) => process.stderr.write(`${text}\n`);
const interrupted = new AbortController();

const folder = await mkdtemp(join(tmpdir(), 'live-lambda-chaos-'));
// Trust is made for this run alone, by the synth and the tunnel alike.
process.env.LIVE_LAMBDA_CONFIG_DIR = join(folder, 'config');
const assemblyFolder = join(folder, 'cdk.out');
const starts: TunnelEvent[] = [];
const calls: Call[] = [];
const asynchronous = new Set<string>();
const restarts: Stretch[] = [];
const watch = watchForStalls();
const memory: { readonly pid: number; readonly megabytes: number }[] = [];

let tunnel: TunnelProcess | undefined;
const emulator = await Emulator.start({
  seed,
  faults: {
    dropShare: 0.05,
    duplicateShare: 0.05,
    reorderShare: 0.1,
    reorderMs: 300,
    corruptShare: 0.01,
    disconnectEveryMs: 5000,
    halfOpenEveryMs: values['half-open'] ? 60_000 : 0,
    activationMs: 1500,
    clockSkewMs: Math.round((random() - 0.5) * 480_000),
  },
  asynchronousRetryDelaysMs: [500, 1000],
});

function launch(): TunnelProcess {
  const { accessKeyId, secretAccessKey } = emulator.developerCredentials;
  return startTunnel({
    assemblyFolder,
    endpoint: emulator.endpoint,
    runner: 'tsx',
    variables: {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: emulator.region,
    },
    onEvent: (event) => {
      if (event.type === 'invocation-started') starts.push(event);
    },
  });
}

async function restart(kill: boolean): Promise<void> {
  const from = Date.now();
  if (kill && tunnel?.pid !== undefined) process.kill(tunnel.pid, 'SIGKILL');
  else await tunnel?.stop();
  tunnel = launch();
  await tunnel.waitFor(({ type }) => type === 'ready');
  // A stub that was frozen meanwhile still believes in the tunnel before: it learns otherwise with its next event.
  restarts.push({ from, to: Date.now() + 8000 });
  say(`  the tunnel was ${kill ? 'killed' : 'stopped'} and started again`);
}

function documentOf(number: number): { readonly key: string; readonly body: string; readonly sha256: string } {
  const dice = random();
  const bytes = dice < 0.01 ? 1_000_000 : dice < 0.06 ? 100_000 : 1000;
  const line = `{"order":${number},"price":1.0,"salt":"${random()}"}\n`;
  const body = line.repeat(Math.ceil(bytes / line.length));
  return { key: `document-${number}`, body, sha256: createHash('sha256').update(body).digest('hex') };
}

async function call(lambda: LambdaClient, names: ReadonlyMap<string, string>, number: number): Promise<void> {
  const quote = random() < 0.1;
  const fn = quote ? 'QuoteShipping' : 'ArchiveDocument';
  const event = quote ? { country: 'DE', weightGrams: 1000 + number, totalCents: number } : documentOf(number);
  const startedAt = Date.now();
  let requestId = `call ${number}`;
  const done = (outcome: Call['outcome'], detail = '') =>
    calls.push({ requestId, outcome, detail, startedAt, endedAt: Date.now(), timeoutMs: timeoutMs[fn] });
  try {
    const answer = await lambda.send(
      new InvokeCommand({ FunctionName: names.get(fn) ?? fn, Payload: Buffer.from(JSON.stringify(event)) }),
      { abortSignal: AbortSignal.timeout(timeoutMs[fn] + graceMs) },
    );
    requestId = answer.$metadata.requestId ?? requestId;
    const payload = Buffer.from(answer.Payload ?? []).toString();
    if (answer.FunctionError) {
      const errorType = String(JSON.parse(payload).errorType);
      done(
        errorType.startsWith('LiveLambda.') ? 'told' : 'wrong',
        errorType.startsWith('LiveLambda.') ? errorType : payload.slice(0, 300),
      );
    } else if (quote) {
      done(payload.startsWith('{"country":"DE","zone":"domestic"') ? 'right' : 'wrong', payload.slice(0, 200));
    } else {
      done(payload === JSON.stringify(event) ? 'right' : 'wrong', payload.slice(0, 200));
    }
  } catch (error) {
    const name = error instanceof Error ? error.name : String(error);
    done(
      name === 'AbortError' || name === 'TimeoutError' ? 'hung' : 'wrong',
      `${name} ${error instanceof Error ? error.message : ''}`,
    );
  }
}

/** A bad order that nobody waits for: its function fails, and Lambda tries it twice more under the same request id. */
async function callAsynchronously(lambda: LambdaClient, names: ReadonlyMap<string, string>): Promise<void> {
  const answer = await lambda.send(
    new InvokeCommand({
      FunctionName: names.get('CreateOrder') ?? '',
      InvocationType: 'Event',
      Payload: Buffer.from('{}'),
    }),
  );
  if (answer.$metadata.requestId) asynchronous.add(answer.$metadata.requestId);
}

function measureMemory(): void {
  const pid = tunnel?.pid;
  const file = `/proc/${pid}/status`;
  if (pid === undefined || !existsSync(file)) return;
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(file, 'utf8'))?.[1];
  if (kilobytes) memory.push({ pid, megabytes: Math.round(Number(kilobytes) / 1024) });
}

/** Of the tunnel that lived longest: its memory after a warm-up, and at its end. */
function memoryOfLongest(): { readonly earlyMegabytes: number; readonly lateMegabytes: number } | undefined {
  const byPid = new Map<number, number[]>();
  for (const { pid, megabytes } of memory) byPid.set(pid, [...(byPid.get(pid) ?? []), megabytes]);
  const longest = [...byPid.values()].sort((a, b) => b.length - a.length)[0];
  if (!longest || longest.length < 8) return undefined;
  const median = (numbers: readonly number[]) =>
    [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
  const quarter = Math.floor(longest.length / 4);
  return {
    earlyMegabytes: median(longest.slice(quarter, 2 * quarter)),
    lateMegabytes: median(longest.slice(-quarter)),
  };
}

async function main(): Promise<void> {
  say(
    `chaos: ${wanted} invocations by ${callers} callers, seed ${seed}, clock skew ${emulator.faults.settings.clockSkewMs} ms`,
  );
  await synthesize(assemblyFolder, interrupted.signal);
  const { stacks } = await emulator.deploy(assemblyFolder);
  const names = new Map(
    stacks.flatMap(({ functions }) => functions.map(({ logicalId, name }) => [logicalId.slice(0, -8), name])),
  );
  const { accessKeyId, secretAccessKey } = emulator.developerCredentials;
  const lambda = new LambdaClient({
    endpoint: emulator.endpoint,
    region: emulator.region,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
    systemClockOffset: emulator.faults.settings.clockSkewMs,
  });
  tunnel = launch();
  await tunnel.waitFor(({ type }) => type === 'ready');
  const startedAt = Date.now();
  const measuring = setInterval(measureMemory, 1000);
  let next = 0;
  const restartsAt = [Math.floor(wanted / 3), Math.floor((2 * wanted) / 3)];
  let restarting: Promise<void> | undefined;
  const caller = async () => {
    for (let number = next++; number < wanted; number = next++) {
      if (number === restartsAt[0]) restarting = restart(false);
      if (number === restartsAt[1]) restarting = restart(true);
      if (number % 50 === 7) await callAsynchronously(lambda, names);
      await call(lambda, names, number);
      if (number % Math.ceil(wanted / 10) === 0)
        say(`  ${number} of ${wanted} after ${Math.round((Date.now() - startedAt) / 1000)} s`);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  await restarting;
  // The last asynchronous events have their retries still to come.
  await new Promise((resolve) => setTimeout(resolve, 8000));
  clearInterval(measuring);
  report(startedAt);
}

function report(startedAt: number): void {
  const verdict = judge({ calls, asynchronous, restarts, stalls: watch.stalls, starts });
  const times = calls.map(({ startedAt: from, endedAt }) => endedAt - from).sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  const figures = {
    seed,
    seconds: Math.round((Date.now() - startedAt) / 1000),
    ...verdict,
    milliseconds: { median: at(0.5), p99: at(0.99), longest: at(1) },
    tunnelMemory: memoryOfLongest(),
    faults: emulator.faults.counts,
  };
  process.stdout.write(`${JSON.stringify(figures, undefined, values.json ? undefined : 2)}\n`);
  if (verdict.broken.length > 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  say(`chaos failed: ${error instanceof Error ? error.stack : error}`);
  process.exitCode = 1;
} finally {
  watch.stop();
  await tunnel?.stop();
  await emulator.close();
  await rm(folder, { recursive: true, force: true });
}
