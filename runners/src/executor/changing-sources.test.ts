import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { executorOf, runnerFor } from '../fixtures/executor-fixture.ts';
import type { FunctionSpec, LaunchCommand, Runner } from '../runner.ts';
import { execRunner } from '../runners/exec/exec-runner.ts';

it('an event that waits for a build runs on the next one if the function is described anew meanwhile', async () => {
  const started = executorOf({ files: { 'index.mjs': 'export const handler = async () => "ran";' } });
  const prepared = started.executor.prepareAll([started.spec]);
  const answered = started.invoke();
  await started.executor.update([{ ...started.spec, timeoutMs: 19_000 }]);
  expect((await answered).body).toBe('ran');
  await prepared;
});

it('an event whose process loaded a file that was half written runs on the whole one', async () => {
  const started = executorOf({
    files: {
      'index.mjs': "import { price } from './price.mjs'; export const handler = async () => price;",
      'price.mjs': 'export const price = 1;',
      // Holds the load until the half written file is replaced, and fails on what it has read before.
      'slow.mjs': `
        import { existsSync, writeFileSync } from 'node:fs';
        writeFileSync(new URL('./loading', import.meta.url), '');
        while (!existsSync(new URL('./go-on', import.meta.url))) await new Promise((resolve) => setTimeout(resolve, 5));
        throw new Error('half written');`,
    },
  });
  await started.executor.prepareAll([started.spec]);
  await started.invoke();
  started.write('price.mjs', "import './slow.mjs'; export const price = 2;");
  await started.told('prepared', 2);
  const answered = started.invoke();
  await expect.poll(() => existsSync(started.path('loading')), { interval: 5 }).toBe(true);
  started.write('price.mjs', 'export const price = 3;');
  await started.told('prepared', 3);
  started.write('go-on', '');
  expect((await answered).body).toBe(3);
});

it('a file that the function writes into the temporary folder and loads is no source', async () => {
  const file = join(tmpdir(), `live-lambda-written-${randomUUID()}.mjs`);
  onTestFinished(() => rmSync(file, { force: true }));
  const started = executorOf({
    files: {
      'index.mjs': `
        import { writeFileSync } from 'node:fs';
        const file = ${JSON.stringify(file)};
        writeFileSync(file, 'export const at = ' + process.hrtime.bigint() + 'n;');
        await import(file);
        export const handler = async () => 'ran';`,
    },
  });
  await started.executor.prepareAll([started.spec]);
  await started.invoke();
  // The project itself lies in the temporary folder too, and counts.
  started.write('index.mjs', 'export const handler = async () => "new";');
  await started.told('reloaded');
  expect(started.eventsOf('changed').flatMap(({ files }) => files)).toEqual([started.path('index.mjs')]);
});

it('a runner whose command is none is named in the outcome, also when a process is warmed', async () => {
  const launch = { command: 'node', cwd: '/', env: {} } as unknown as LaunchCommand;
  const careless = (fn: FunctionSpec): Runner => ({
    ...runnerFor(fn),
    name: 'careless',
    prepare: async ({ entry }) => ({ state: 'ready', launch, inputs: { files: [entry], folders: [] } }),
  });
  const started = executorOf({ files: { 'index.mjs': '' }, runnerFor: careless });
  await started.executor.prepareAll([started.spec]);
  started.executor.warm(started.request());
  const { body } = await started.invoke();
  expect(body.errorType).toBe('LiveLambda.BuildFailed');
  expect(body.errorMessage).toContain('the runner careless gave a ready function whose `launch` is no command');
});

it('a failing build that writes beside its sources is told, and heals with a save', async () => {
  const make = execRunner({
    name: 'make',
    claims: () => true,
    build: { command: 'sh', args: ['-c', 'date +%N > build.log; grep -q right index.mjs'] },
    run: { command: 'true', args: [] },
    watch: [],
  });
  const started = executorOf({ files: { 'index.mjs': 'wrong' }, runnerFor: () => make });
  await started.executor.prepareAll([started.spec]);
  // From here on the folder is watched for what may mend the function, and each build writes there.
  started.write('index.mjs', 'wrong again');
  await started.told('broken', 3);
  started.write('index.mjs', 'right');
  await started.told('prepared');
});
