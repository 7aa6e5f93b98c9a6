import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Attach, Clock } from '@live-lambda/protocol';
import { BUILT_IN_RUNNERS, type Runner } from '@live-lambda/runner';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FixtureApp, fixtureApp } from '../fixtures/fixture-app.ts';
import { type LocalFunction, liveApp } from '../functions/live-functions.ts';
import { readManifests } from '../functions/manifest-file.ts';
import { createSandboxes, idleLimitMs, type Sandboxes } from './sandboxes.ts';

const attach: Attach = {
  kind: 'attach',
  variables: {},
  credentials: { accessKeyId: 'ASIA1', secretAccessKey: 's', sessionToken: 't' },
  facts: { runtime: 'nodejs22.x', memoryMb: 256, architecture: 'x86_64', initializationType: 'on-demand' },
};

const inputs = { files: [], folders: [] };

const prepareWithTsx: Runner['prepare'] = async (fn, options) => {
  const tsx = BUILT_IN_RUNNERS.find(({ name }) => name === 'tsx');
  return tsx?.prepare(fn, options) ?? { state: 'broken', reason: 'there is no tsx runner', inputs };
};

let app: FixtureApp;
let functions: readonly LocalFunction[];
const open: Sandboxes[] = [];

beforeAll(async () => {
  app = await fixtureApp([
    {
      id: 'Orders',
      source: `
        import { writeFileSync } from 'node:fs';
        let count = 0;
        export const handler = async ({ hang, mark }) => {
          if (mark) writeFileSync(mark, '');
          if (hang) await new Promise((resolve) => setTimeout(resolve, 60_000));
          return { pid: process.pid, count: ++count };
        };`,
    },
    {
      id: 'Slow',
      source: 'await new Promise((resolve) => setTimeout(resolve, 8000)); export const handler = () => 1;',
    },
  ]);
  functions = liveApp(await readManifests(app.assembly)).functions;
});

afterEach(async () => {
  for (const sandboxes of open.splice(0)) await sandboxes[Symbol.asyncDispose]();
});

afterAll(() => app.remove());

/** A clock whose timers go off when the test says so. */
function heldClock() {
  const timers = new Set<{ readonly delayMs: number; readonly run: () => void }>();
  const clock: Clock = {
    nowMs: () => performance.now(),
    after(delayMs, run) {
      const timer = { delayMs, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  return { clock, timers };
}

function sandboxesOf(prepare: Runner['prepare'] = prepareWithTsx) {
  const pids: number[] = [];
  const held = heldClock();
  const sandboxes = createSandboxes({
    runnerFor: () => ({ name: 'tsx', claims: () => true, prepare }),
    laptop: { PATH: process.env.PATH },
    platform: process.platform,
    clock: held.clock,
    wallClockMs: Date.now,
    events: { started: (_environment, _fn, pid) => pids.push(pid), output: () => undefined, withheld: () => undefined },
  });
  open.push(sandboxes);
  return { sandboxes, pids, timers: held.timers };
}

function request(id = 'Orders', environmentId = 'e1') {
  const fn = functions.find(({ spec }) => spec.id === `Shop/${id}`);
  if (!fn) throw new Error(`no ${id}`);
  return { environmentId, fn, attach };
}

let events = 0;
function invocation(event: object = {}) {
  events += 1;
  return {
    requestId: `r${events}`,
    headers: {},
    event: Buffer.from(JSON.stringify(event)),
    deadlineMs: Date.now() + 20_000,
  };
}

async function answer(execution: ReturnType<Sandboxes['execute']>) {
  const { outcome } = await execution;
  return { type: outcome.type, body: JSON.parse(Buffer.from(outcome.body).toString()) };
}

/** Starts an event that does not end by itself; resolves when its handler runs. */
async function hang(sandboxes: Sandboxes) {
  const mark = join(app.folder, `mark-${events}`);
  const answered = answer(sandboxes.execute(request(), invocation({ hang: true, mark })));
  await expect.poll(() => existsSync(mark), { timeout: 10_000 }).toBe(true);
  return { answered };
}

/** A process that was killed may stay in the table of processes for a while, as a zombie. */
function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return !existsSync(`/proc/${pid}/stat`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('the local processes of execution environments', () => {
  it('end what an environment was doing when its next event comes, and run that in a new process', async () => {
    const { sandboxes, pids } = sandboxesOf();
    const first = await hang(sandboxes);
    expect(await answer(sandboxes.execute(request(), invocation()))).toEqual({
      type: 'response',
      body: { pid: pids[1], count: 1 },
    });
    expect((await first.answered).body.errorType).toBe('Runtime.ExitError');
    expect(isAlive(pids[0])).toBe(false);
  });

  it('are ended with what they are doing when they are asked to, and start anew with the next event', async () => {
    const { sandboxes, pids } = sandboxesOf();
    const first = await hang(sandboxes);
    sandboxes.end('e1');
    expect((await first.answered).type).toBe('error');
    expect((await answer(sandboxes.execute(request(), invocation()))).body).toEqual({ pid: pids[1], count: 1 });
  });

  it('serve one event at a time, however close together two come', async () => {
    const { sandboxes } = sandboxesOf();
    const both = [1, 2].map(() => answer(sandboxes.execute(request(), invocation())));
    const [replaced, served] = await Promise.all(both);
    expect(replaced?.type).toBe('error');
    expect(served).toMatchObject({ type: 'response', body: { count: 1 } });
  });

  it('answer an event whose process is stopped while it starts', async () => {
    const { sandboxes, pids } = sandboxesOf();
    const starting = answer(sandboxes.execute(request('Slow'), invocation()));
    await expect.poll(() => pids).toHaveLength(1);
    await sandboxes[Symbol.asyncDispose]();
    expect((await starting).body).toMatchObject({
      errorType: 'LiveLambda.ProcessEnded',
      errorMessage: expect.stringContaining('Shop/Slow'),
    });
    expect(isAlive(pids[0])).toBe(false);
  });

  it('start none after they were stopped, also where one was being prepared', async () => {
    const { sandboxes, pids } = sandboxesOf();
    sandboxes.warm(request('Slow', 'e2'));
    const early = answer(sandboxes.execute(request(), invocation()));
    await sandboxes[Symbol.asyncDispose]();
    const late = answer(sandboxes.execute(request(), invocation()));
    expect([(await early).type, (await late).type]).toEqual(['error', 'error']);
    await expect.poll(() => pids.filter(isAlive)).toEqual([]);
  });

  it('say of a function that cannot be prepared why, and prepare it again for the next event', async () => {
    const failures = [new Error('ELOOP: too many symbolic links')];
    const { sandboxes } = sandboxesOf(async (fn, options) => {
      const failure = failures.pop();
      if (failure) throw failure;
      return prepareWithTsx(fn, options);
    });
    expect((await answer(sandboxes.execute(request(), invocation()))).body).toMatchObject({
      errorType: 'LiveLambda.NotRunnable',
      errorMessage: expect.stringMatching(/Shop\/Orders.*ELOOP/),
    });
    expect((await answer(sandboxes.execute(request(), invocation()))).body).toMatchObject({ count: 1 });
  });

  it('are ended when no event came for half an hour, and start anew with the next', async () => {
    const { sandboxes, pids, timers } = sandboxesOf();
    await sandboxes.execute(request(), invocation());
    expect([...timers].map(({ delayMs }) => delayMs)).toEqual([idleLimitMs]);
    for (const timer of timers) timer.run();
    await expect.poll(() => isAlive(pids[0]), { timeout: 5000 }).toBe(false);
    expect((await answer(sandboxes.execute(request(), invocation()))).body).toEqual({ pid: pids[1], count: 1 });
  });

  it('do not count as idle while they serve', async () => {
    const { sandboxes, timers } = sandboxesOf();
    await hang(sandboxes);
    expect(timers.size).toBe(0);
  });
});
