import { existsSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { executorOf, isAlive } from '../fixtures/executor-fixture.ts';

const WAITING = `
  import { existsSync, writeFileSync } from 'node:fs';
  export const handler = async ({ until, running }) => {
    if (running !== undefined) writeFileSync(running, '');
    while (until !== undefined && !existsSync(until)) await new Promise((resolve) => setTimeout(resolve, 5));
    return process.pid;
  };`;

it('an executor that ends while an event runs on old code starts no process for the new code', async () => {
  const started = executorOf({ files: { 'index.mjs': `${WAITING} console.log('loaded');` }, maxSpares: 0 });
  await started.executor.prepareAll([started.spec]);
  await started.invoke();
  const answered = started.invoke({ until: started.path('never') });
  started.write('index.mjs', WAITING);
  await started.told('prepared', 2);
  await started.executor[Symbol.asyncDispose]();
  expect((await answered).body.errorType).toBe('Runtime.ExitError');
  // One that was started after all would have told it by now: starting it takes no more than a turn.
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(started.eventsOf('process-started').map(({ generation }) => generation)).toEqual([1]);
});

it('an executor that ends while a process loads new code tells of no failure to load it', async () => {
  const started = executorOf({ files: { 'index.mjs': WAITING }, maxSpares: 0 });
  await started.executor.prepareAll([started.spec]);
  await started.invoke();
  const loading = started.path('loading');
  started.write(
    'index.mjs',
    `import { writeFileSync } from 'node:fs';
    writeFileSync(${JSON.stringify(loading)}, '');
    await new Promise((resolve) => setTimeout(resolve, 60_000));`,
  );
  await expect.poll(() => existsSync(loading), { interval: 5, timeout: 20_000 }).toBe(true);
  await started.executor[Symbol.asyncDispose]();
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(started.eventsOf('load-failed')).toEqual([]);
});

it('an app that is taken over while the executor ends is not watched', async () => {
  const started = executorOf({ files: { 'index.mjs': WAITING } });
  await started.executor.prepareAll([started.spec]);
  const updated = started.executor.update([{ ...started.spec, id: 'Shop/New' }]);
  await Promise.all([started.executor[Symbol.asyncDispose](), updated]);
  expect(started.eventsOf('prepared').map(({ functionId }) => functionId)).toEqual(['Shop/Orders']);
});

it('more environments than the limit are given up as soon as they are not busy any more', async () => {
  const started = executorOf({ files: { 'index.mjs': WAITING }, maxEnvironments: 1, maxSpares: 0 });
  await started.executor.prepareAll([started.spec]);
  const until = started.path('until');
  const both = ['e1', 'e2'].map((environmentId) => started.invoke({ until }, { environmentId }));
  await started.told('process-started', 2);
  expect(started.eventsOf('evicted')).toEqual([]);
  writeFileSync(until, '');
  const [first, second] = await Promise.all(both);
  expect([typeof first?.body, typeof second?.body]).toEqual(['number', 'number']);
  expect(started.eventsOf('evicted')).toHaveLength(1);
  await expect.poll(() => started.pids.filter(isAlive)).toHaveLength(1);
});
