import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededNumbers } from '../chaos/numbers.ts';
import { listenForStop } from '../demo/stop-signal.ts';
import { judgeGrowth } from './growth.ts';
import { planRounds } from './plan.ts';
import { describeGrowth, describeRound } from './report.ts';
import { type SessionFacts, startSession } from './session.ts';
import { judgeCalls } from './verdict.ts';

// The AWS SDK announces the end of its own support for Node 20 at each start.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const usage = 'npm run soak -- [--minutes N] [--seed N] [--json]';
const startedAt = Date.now();
const say = (text: string): void =>
  void process.stderr.write(`${String(Math.round((Date.now() - startedAt) / 1000)).padStart(5)} s  ${text}\n`);

/** @throws TypeError for arguments that are none */
function readArguments() {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '30' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean' },
    },
  });
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
  if (!(minutes > 0)) throw new TypeError(`--minutes takes a number above 0, not "${values.minutes}"`);
  if (!Number.isSafeInteger(seed)) throw new TypeError(`--seed takes a whole number, not "${values.seed}"`);
  return { minutes, seed, json: values.json === true };
}

async function soak(signal: AbortSignal): Promise<number> {
  const { minutes, seed, json } = readArguments();
  const random = seededNumbers(seed);
  const rounds = planRounds(minutes, random);
  const folder = await mkdtemp(join(tmpdir(), 'live-lambda-soak-'));
  try {
    say(`soak: ${rounds.length} rounds in about ${minutes} minutes, seed ${seed}`);
    const session = await startSession({ folder, seed, random, signal });
    try {
      for (const [index, round] of rounds.entries()) {
        signal.throwIfAborted();
        say(`round ${index + 1}: ${describeRound(await session.run(round))}`);
      }
      return report({ ...(await session.facts()), seed, minutes, json });
    } finally {
      await session[Symbol.asyncDispose]();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function report(
  facts: SessionFacts & { readonly seed: number; readonly minutes: number; readonly json: boolean },
): number {
  const { seed, json, snapshots, disturbances } = facts;
  const { broken, ...calls } = judgeCalls(facts);
  const growth = judgeGrowth(snapshots);
  const failures = [...broken, ...growth.filter(({ flatness }) => !flatness.flat).map(describeGrowth)];
  const times = facts.calls.map((call) => call.endedAt - call.startedAt).sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  const milliseconds = { median: at(0.5), p99: at(0.99), longest: at(1) };
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  const run = { seed, seconds, node: process.versions.node, disturbances, ...calls, milliseconds };
  if (json) process.stdout.write(`${JSON.stringify({ ...run, growth, snapshots, failures }, undefined, 2)}\n`);
  else {
    process.stdout.write(`${JSON.stringify(run, undefined, 2)}\n${growth.map(describeGrowth).join('\n')}\n`);
    for (const failure of failures) process.stdout.write(`FAILED ${failure}\n`);
    if (failures.length === 0) process.stdout.write('Nothing was lost, nothing was run twice, nothing grew.\n');
  }
  return failures.length === 0 ? 0 : 1;
}

const stop = listenForStop();
try {
  if (process.platform !== 'linux') console.error('soak reads /proc, which only Linux has: nothing was run.');
  else process.exitCode = await soak(stop.signal);
} catch (error) {
  process.exitCode = stop.signal.aborted ? stop.exitCode : 1;
  if (stop.signal.aborted) console.error('Stopped; nothing of the run is left on this machine.');
  else console.error(`soak failed: ${error instanceof Error ? error.stack : String(error)}\nUsage: ${usage}`);
}
