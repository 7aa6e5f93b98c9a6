import { setTimeout as wait } from 'node:timers/promises';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { watchForStalls } from '../chaos/stalls.ts';
import { startCloud } from './cloud.ts';
import { createDisturbances } from './disturbances.ts';
import type { Round } from './plan.ts';
import { prepareSoakApp } from './soak-app.ts';
import { createTraffic } from './traffic.ts';
import { createTunnels } from './tunnels.ts';
import type { CallsFacts } from './verdict.ts';
import { type Snapshot, takeSnapshot } from './watch.ts';

/** The last events that nobody waits for have their retries still to come. */
const lastRetriesMs = 5_000;

/** An app, its cloud and its tunnel at work. */
export interface Session extends AsyncDisposable {
  /** Lets callers call and disturbs them, lets everything rest, and looks at all processes. */
  run(round: Round): Promise<Snapshot>;
  /** What was seen until now. */
  facts(): Promise<SessionFacts>;
}

export interface SessionFacts extends CallsFacts {
  readonly snapshots: readonly Snapshot[];
  /** What was done, and how often; also how often the machine gave this program no time. */
  readonly disturbances: Readonly<Record<string, number>>;
}

export interface SessionOptions {
  /** One to write in, which the caller removes. */
  readonly folder: string;
  readonly seed: number;
  readonly random: () => number;
  readonly signal: AbortSignal;
}

type Undo = () => PromiseLike<void>;

async function startParts({ folder, seed, random, signal }: SessionOptions, undos: Undo[]) {
  const app = await prepareSoakApp(folder, signal);
  const cloud = await startCloud(seed);
  undos.push(() => cloud[Symbol.asyncDispose]());
  const facts = await cloud.deploy(app.assemblyFolder);
  const { endpoint, region, credentials, names } = facts;
  const lambda = new LambdaClient({ endpoint, region, credentials, maxAttempts: 1 });
  undos.push(async () => lambda.destroy());
  const tunnels = createTunnels(app, facts);
  undos.push(() => tunnels[Symbol.asyncDispose]());
  await tunnels.exchange('stop');
  const traffic = createTraffic({ lambda, nameOf: (fn) => names[fn] ?? fn, random, signal });
  return { app, cloud, tunnels, traffic, disturbances: createDisturbances({ app, cloud, tunnels }) };
}

async function undoAll(undos: readonly Undo[]): Promise<void> {
  for (const undo of [...undos].reverse()) await undo();
}

export async function startSession(options: SessionOptions): Promise<Session> {
  const { signal } = options;
  const undos: Undo[] = [];
  const parts = await startParts(options, undos).catch(async (error: unknown) => {
    await undoAll(undos);
    throw error;
  });
  const { app, cloud, tunnels, traffic, disturbances } = parts;
  const stalls = watchForStalls();
  undos.push(async () => stalls.stop());
  const startedAt = Date.now();
  const snapshots: Snapshot[] = [];

  const disturb = async ({ atMs, what }: Round['disturbances'][number]): Promise<void> => {
    await wait(atMs);
    if (!signal.aborted) await disturbances.disturb(what);
  };
  return {
    run: async ({ workMs, restMs, disturbances: planned }) => {
      await Promise.all([traffic.flow(workMs), ...planned.map(disturb)]);
      signal.throwIfAborted();
      await traffic.settle();
      await wait(restMs, undefined, { signal });
      const { pid: tunnelPid, runnerPids } = tunnels;
      const atMs = Date.now() - startedAt;
      const snapshot = await takeSnapshot({ cloud, tunnelPid, runnerPids, atMs, calls: traffic.calls.length });
      snapshots.push(snapshot);
      return snapshot;
    },
    facts: async () => {
      await wait(lastRetriesMs, undefined, { signal });
      const { troubles, saves, counts } = disturbances;
      return {
        calls: traffic.calls,
        asynchronous: traffic.asynchronous,
        runs: await app.readRuns(),
        // What the machine gives no time cannot be done in time.
        troubles: [...troubles, ...stalls.stalls.map((stall) => ({ ...stall, what: 'stall' }))],
        saves,
        snapshots,
        disturbances: { ...counts, stalls: stalls.stalls.length },
      };
    },
    [Symbol.asyncDispose]: () => undoAll(undos),
  };
}
