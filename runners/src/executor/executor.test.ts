import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { executorOf, heldClock, isAlive, type StartedExecutor } from '../fixtures/executor-fixture.ts';
import type { Prepared, Runner } from '../runner.ts';
import { IDLE_LIMIT_MS } from './executor.ts';

const ORDERS = `
  import { writeFileSync } from 'node:fs';
  let count = 0;
  export const handler = async ({ hang, mark }) => {
    if (mark) writeFileSync(mark, '');
    if (hang) await new Promise((resolve) => setTimeout(resolve, 60_000));
    return { pid: process.pid, count: ++count };
  };`;

const SLOW = 'await new Promise((resolve) => setTimeout(resolve, 8000)); export const handler = () => 1;';

const orders = (options = {}) => executorOf({ files: { 'index.mjs': ORDERS }, watch: false, ...options });

let marks = 0;

/** Starts an event that does not end by itself; resolves when its handler runs. */
async function hang(started: StartedExecutor) {
  marks += 1;
  const mark = started.path(`mark-${marks}`);
  const answered = started.invoke({ hang: true, mark });
  await expect.poll(() => existsSync(mark)).toBe(true);
  return { answered };
}

const runnerWith = (prepare: Runner['prepare']) => () => ({ name: 'odd', claims: () => true, prepare });

const launchOf = (source: string, control = false): Prepared => ({
  state: 'ready',
  launch: { command: process.execPath, args: ['-e', source], cwd: process.cwd(), env: {}, control },
  inputs: { files: [], folders: [] },
});

describe('the process of an execution environment', () => {
  it('is kept from event to event, one for each environment', async () => {
    const started = orders();
    const first = await started.invoke();
    expect(first).toMatchObject({ type: 'response', body: { count: 1 }, execution: { pid: started.pids[0] } });
    expect((await started.invoke()).body).toEqual({ pid: first.body.pid, count: 2 });
    const other = await started.invoke({}, { environmentId: 'e2' });
    expect(other.body).toEqual({ pid: started.pids[1], count: 1 });
    expect(other.body.pid).not.toBe(first.body.pid);
  });

  it('may be started ahead of the first event', async () => {
    const started = orders();
    started.executor.warm(started.request());
    await started.told('process-started');
    expect((await started.invoke()).body).toEqual({ pid: started.pids[0], count: 1 });
    expect(started.pids).toHaveLength(1);
  });

  it('ends what it was doing when its next event comes, and that runs in a new process', async () => {
    const started = orders();
    const first = await hang(started);
    expect((await started.invoke()).body).toEqual({ pid: started.pids[1], count: 1 });
    expect((await first.answered).body.errorType).toBe('Runtime.ExitError');
    expect(isAlive(started.pids[0])).toBe(false);
  });

  it('is ended with what it is doing when that is asked for, and starts anew with the next event', async () => {
    const started = orders();
    const first = await hang(started);
    started.executor.end('e1');
    expect((await first.answered).type).toBe('error');
    expect((await started.invoke()).body).toEqual({ pid: started.pids[1], count: 1 });
  });

  it('serves one event at a time, however close together two come', async () => {
    const started = orders();
    const [replaced, served] = await Promise.all([started.invoke(), started.invoke()]);
    expect(replaced?.type).toBe('error');
    expect(served).toMatchObject({ type: 'response', body: { count: 1 } });
  });

  it('is ended when no event came for half an hour, and starts anew with the next', async () => {
    const { clock, timers } = heldClock();
    const started = orders({ clock });
    await started.invoke();
    expect([...timers].map(({ delayMs }) => delayMs)).toEqual([IDLE_LIMIT_MS]);
    for (const timer of [...timers]) timer.run();
    await expect.poll(() => isAlive(started.pids[0])).toBe(false);
    expect((await started.invoke()).body).toEqual({ pid: started.pids[1], count: 1 });
  });

  it('does not count as idle while it serves', async () => {
    const { clock, timers } = heldClock();
    const started = orders({ clock });
    await hang(started);
    expect(timers.size).toBe(0);
  });

  it('gets renewed credentials without a new start, before the event that brought them', async () => {
    const source = 'export const handler = async () => [process.pid, process.env.AWS_ACCESS_KEY_ID];';
    const started = executorOf({ files: { 'index.mjs': source }, watch: false });
    const { body: before } = await started.invoke();
    for (const n of [2, 3]) {
      const credentials = { accessKeyId: `ASIA${n}`, secretAccessKey: 's', sessionToken: 't' };
      expect((await started.invoke({}, { credentials })).body).toEqual([before[0], `ASIA${n}`]);
    }
  });

  it('is a new one where other variables changed, which code may have read when it was loaded', async () => {
    const source = 'const { TABLE } = process.env; export const handler = async () => TABLE ?? null;';
    const started = executorOf({ files: { 'index.mjs': source }, watch: false });
    expect((await started.invoke()).body).toBe(null);
    const variables = { ...started.request().variables, TABLE: 'orders' };
    expect((await started.invoke({}, { variables })).body).toBe('orders');
    expect(started.pids).toHaveLength(2);
  });

  it('streams its answer where the function does, and is busy until the stream ends', async () => {
    const source = `export const handler = awslambda.streamifyResponse(async (event, stream) => {
      stream.write('one ');
      await new Promise((resolve) => setTimeout(resolve, 50));
      stream.write(String(event.n));
      stream.end();
    });`;
    const started = executorOf({ files: { 'index.mjs': source }, watch: false });
    for (const n of [1, 2]) {
      const { execution } = await started.invoke({ n });
      if (execution.answer.type !== 'stream') return expect.fail('no stream');
      const chunks: Uint8Array[] = [];
      for await (const chunk of execution.answer.body) chunks.push(chunk);
      expect(await execution.answer.ended).toBeUndefined();
      expect(Buffer.concat(chunks).toString()).toBe(`one ${n}`);
    }
    expect(started.pids).toHaveLength(1);
  });
});

describe('a function that is deployed with a longer timeout than its own', () => {
  it('sees its own, from when its process takes the event, and is ended by it in the words of Lambda', async () => {
    const started = executorOf({
      files: {
        'index.mjs': `await new Promise((resolve) => setTimeout(resolve, 1100));
          export const handler = async ({ wait }, context) => (wait ? new Promise((resolve) => setTimeout(resolve, 60_000)) : context.getRemainingTimeInMillis());`,
      },
      watch: false,
      timeoutMs: 1000,
    });
    const raised = { timeoutMs: 1000, deadlineMs: Date.now() + 900_000 };
    // The start, which takes longer, does not count.
    const { body } = await started.invoke({}, raised);
    expect(body).toBeGreaterThan(0);
    expect(body).toBeLessThanOrEqual(1000);
    const { body: error } = await started.invoke({ wait: true }, raised);
    expect(error).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/Task timed out after 1\.00 seconds$/),
    });
  });

  it('sees the time that is left in AWS where that is less', async () => {
    const started = executorOf({
      files: { 'index.mjs': 'export const handler = async (event, context) => context.getRemainingTimeInMillis();' },
      watch: false,
    });
    const { body } = await started.invoke({}, { timeoutMs: 900_000, deadlineMs: Date.now() + 5000 });
    expect(body).toBeLessThanOrEqual(5000);
  });
});

describe('many environments', () => {
  it('are kept up to a number, and the one that was unused for longest gives way and is told', async () => {
    const started = orders({ maxEnvironments: 2 });
    for (const environmentId of ['e1', 'e2', 'e1', 'e3']) await started.invoke({}, { environmentId });
    expect(started.eventsOf('evicted')).toEqual([
      { type: 'evicted', functionId: 'Shop/Orders', environmentId: 'e2', limit: 2 },
    ]);
    expect((await started.invoke({}, { environmentId: 'e1' })).body.count).toBe(3);
    await expect.poll(() => isAlive(started.pids[1])).toBe(false);
  });

  it('are more than that where all of them are busy', async () => {
    const started = orders({ maxEnvironments: 1 });
    const first = await hang(started);
    expect((await started.invoke({}, { environmentId: 'e2' })).body.count).toBe(1);
    expect(started.eventsOf('evicted')).toEqual([]);
    started.executor.end('e1');
    await first.answered;
  });

  it('start so many at a time', async () => {
    let most = 0;
    let starting = 0;
    const source = 'await new Promise((r) => setTimeout(r, 60)); export const handler = async () => 1;';
    const started = executorOf({
      files: { 'index.mjs': source },
      watch: false,
      maxStarts: 2,
      onEvent: ({ type }) => {
        if (type !== 'process-started') return;
        starting += 1;
        most = Math.max(most, starting);
      },
    });
    const ended = (): void => {
      starting -= 1;
    };
    await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((environmentId) => started.invoke({}, { environmentId }).then(ended)),
    );
    // One whose event is being answered does not initialise any more.
    expect(most).toBeLessThanOrEqual(4);
  });
});

describe('an executor that is disposed of', () => {
  it('answers an event whose process is stopped while it starts', async () => {
    const started = executorOf({ files: { 'index.mjs': SLOW }, watch: false });
    const starting = started.invoke();
    await started.told('process-started');
    await started.executor[Symbol.asyncDispose]();
    expect((await starting).body).toMatchObject({
      errorType: 'LiveLambda.ProcessEnded',
      errorMessage: expect.stringContaining('Shop/Orders'),
    });
    expect(isAlive(started.pids[0])).toBe(false);
  });

  it('starts no process, also where one was being prepared', async () => {
    const started = orders();
    started.executor.warm(started.request({ environmentId: 'e2' }));
    const early = started.invoke();
    await started.executor[Symbol.asyncDispose]();
    const late = started.invoke();
    expect([(await early).type, (await late).type]).toEqual(['error', 'error']);
    await expect.poll(() => started.pids.filter(isAlive)).toEqual([]);
  });
});

describe('a function that cannot be run', () => {
  const explained = (reason: RegExp) => ({ type: 'error', body: { errorMessage: expect.stringMatching(reason) } });

  it('is answered with the reason of its build', async () => {
    const reason = 'Function Shop/Orders: orders.ts:3:7: Unexpected "}". Correct it and save.';
    const inputs = { files: [], folders: [] };
    const started = orders({ runnerFor: runnerWith(async () => ({ state: 'broken', reason, inputs })) });
    expect((await started.invoke()).body).toEqual({
      errorType: 'LiveLambda.BuildFailed',
      errorMessage: reason,
      trace: [],
    });
    expect(started.eventsOf('broken')).toMatchObject([{ functionId: 'Shop/Orders', generation: 1, reason }]);
  });

  it('is answered with what the choice of its runner says', async () => {
    const started = orders({
      runnerFor: () => {
        throw new Error('no runner claims index.mjs');
      },
    });
    expect(await started.invoke()).toMatchObject(explained(/Shop\/Orders .*index\.mjs.*no runner claims/));
  });

  it('is answered so where its environment sent no credentials', async () => {
    const started = orders();
    const answer = await started.invoke({}, { credentials: undefined });
    expect(answer).toMatchObject(explained(/no credentials of its role/));
    expect(answer.body).toMatchObject({ errorType: 'LiveLambda.NotRunnable' });
  });

  it('does not wait for a build beyond its time', async () => {
    const started = orders({ runnerFor: runnerWith(() => new Promise(() => undefined)) });
    const late = await started.invoke({}, { deadlineMs: Date.now() + 50 });
    expect(late.body).toMatchObject({
      errorType: 'LiveLambda.OutOfTime',
      errorMessage: expect.stringMatching(/still being built/),
    });
  });

  it('does not wait for a start beyond its time', async () => {
    const started = executorOf({ files: { 'index.mjs': SLOW }, watch: false });
    await started.executor.prepareAll([started.spec]);
    const late = await started.invoke({}, { deadlineMs: Date.now() + 400 });
    expect(late.body).toMatchObject({
      errorType: 'LiveLambda.OutOfTime',
      errorMessage: expect.stringMatching(/Shop\/Orders \(.*index\.mjs\) had not started/),
    });
  });

  it('says why it has no process while its sender still waits, and not when nobody does', async () => {
    const started = orders({ runnerFor: runnerWith(async () => launchOf('setInterval(() => {}, 1000)')) });
    const deadlineMs = Date.now() + 1500;
    const late = await started.invoke({}, { deadlineMs });
    expect(late.body).toMatchObject({ errorType: 'LiveLambda.RunnerFailed' });
    expect(deadlineMs - Date.now()).toBeGreaterThan(0);
  });

  it('that exits in its own code is answered in the words of Lambda', async () => {
    const started = executorOf({ files: { 'index.mjs': 'process.exit(3)' }, watch: false });
    expect((await started.invoke()).body).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/exit status 3$/),
    });
  });

  it.each([
    [
      'exits at once',
      60_000,
      "console.error('no module named app'); process.exit(3)",
      /exit status 3.*no module named app/,
    ],
    ['hangs', 1500, 'setInterval(() => {}, 1000)', /has not asked|had not started/],
    [
      'writes garbage to its port',
      60_000,
      `const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
       const socket = require('node:net').connect({ host, port }, () => socket.end('\\0garbage\\r\\n\\r\\n'));
       socket.resume();
       socket.on('close', () => process.exit(1));`,
      /exit status 1/,
    ],
    [
      'asks for what does not exist',
      60_000,
      "fetch('http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/next').then(() => process.exit(1))",
      /exit status 1/,
    ],
  ])(
    'by the process of its runner, which %s, is answered with function, file, reason and next step',
    async (_what, timeoutMs, source, reason) => {
      const started = orders({ runnerFor: runnerWith(async () => launchOf(source)) });
      const { body } = await started.invoke({}, { deadlineMs: Date.now() + timeoutMs });
      expect(body.errorMessage).toMatch(/Function Shop\/Orders \(.*index\.mjs\)/);
      expect(body.errorMessage).toMatch(reason);
      expect(body.errorMessage).toMatch(/another runner|longer timeout/);
    },
  );

  it('by the process of its runner, which cannot be started, is answered so', async () => {
    const launch = { command: '/nonexistent/python', args: [], cwd: '/', env: {} };
    const inputs = { files: [], folders: [] };
    const started = orders({ runnerFor: runnerWith(async () => ({ state: 'ready', launch, inputs })) });
    expect(await started.invoke()).toMatchObject(
      explained(/Shop\/Orders .*index\.mjs.*runner odd.*could not be started.*\/nonexistent\/python/),
    );
  });
});

describe('what is told', () => {
  it('of a process: its start, its output with the request, and what it is not given', async () => {
    const source = "console.log('loading'); export const handler = async () => { console.log('working'); };";
    const started = executorOf({ files: { 'index.mjs': source }, watch: false });
    await started.invoke({}, { variables: { ...started.request().variables, NODE_OPTIONS: '--require evil' } });
    await started.invoke({}, { environmentId: 'e2', variables: { ...started.request().variables, NODE_OPTIONS: 'x' } });
    expect(started.eventsOf('process-started')[0]).toMatchObject({
      functionId: 'Shop/Orders',
      environmentId: 'e1',
      generation: 1,
    });
    const lines = started.eventsOf('output').filter(({ environmentId }) => environmentId === 'e1');
    expect(lines.map(({ line }) => [line.text.split('\t').at(-1), line.requestId !== undefined])).toEqual([
      ['loading', expect.any(Boolean)],
      ['working', true],
    ]);
    const withheld = started.eventsOf('withheld');
    expect(withheld).toHaveLength(1);
    expect(withheld[0]?.names).toContain('NODE_OPTIONS');
  });

  it('of the functions when they are prepared at the start', async () => {
    const started = orders();
    await started.executor.prepareAll([started.spec]);
    expect(started.events).toMatchObject([
      { type: 'prepared', functionId: 'Shop/Orders', runner: 'esm', generation: 1 },
    ]);
  });
});

describe('an app that changed', () => {
  it('has its new functions prepared, its old ones given up and their processes ended', async () => {
    const started = orders();
    await started.executor.prepareAll([started.spec]);
    await started.invoke();
    const other = { ...started.spec, id: 'Shop/Other' };
    await started.executor.update([other]);
    expect(started.eventsOf('prepared').map(({ functionId }) => functionId)).toEqual(['Shop/Orders', 'Shop/Other']);
    await expect.poll(() => isAlive(started.pids[0])).toBe(false);
  });

  it('has functions that are described anew prepared anew, and run in new processes', async () => {
    const started = orders();
    await started.executor.update([started.spec]);
    const first = await started.invoke();
    const changed = { ...started.spec, memoryMb: 512 };
    await started.executor.update([changed]);
    const second = await started.invoke({}, { fn: changed });
    expect(second.body).toMatchObject({ count: 1 });
    expect(second.body.pid).not.toBe(first.body.pid);
    await started.executor.update([changed]);
    expect((await started.invoke({}, { fn: changed })).body).toMatchObject({ count: 2 });
  });

  it('has a function that is restarted run in new processes', async () => {
    const started = orders();
    await started.invoke();
    await started.executor.restart('Shop/Orders');
    expect((await started.invoke()).body.count).toBe(1);
  });
});
