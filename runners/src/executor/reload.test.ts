import { existsSync, renameSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { executorOf, isAlive, runnerFor, type StartedExecutor } from '../fixtures/executor-fixture.ts';
import type { FunctionSpec, Runner } from '../runner.ts';

const APP = {
  'index.mjs':
    "import { price } from './price.mjs'; let n = 0; export const handler = async () => [price, ++n, process.pid];",
  'price.mjs': 'export const price = 1;',
};

/** A function that was invoked once and whose spare waits. */
async function invokedOnce(options: Parameters<typeof executorOf>[0] = { files: APP }): Promise<StartedExecutor> {
  const started = executorOf(options);
  await started.executor.prepareAll([started.spec]);
  await started.invoke();
  await started.told('spare-waiting');
  return started;
}

/** Saves, and waits until a process with the new code is up. */
async function save(started: StartedExecutor, name: string, content: string): Promise<void> {
  const count = started.eventsOf('reloaded').length;
  started.write(name, content);
  await started.told('reloaded', count + 1);
}

/** A runner whose functions are broken while a file is there. */
const breakable = (fn: FunctionSpec): Runner => ({
  ...runnerFor(fn),
  prepare: async (spec, options) => {
    const prepared = await runnerFor(fn).prepare(spec, options);
    const reason = `Function ${fn.id}: price.mjs:1:7: Unexpected end. Correct it and save.`;
    return existsSync(`${spec.root}/broken`) ? { state: 'broken', reason, inputs: prepared.inputs } : prepared;
  },
});

/** A runner that does not use our Node client, as those of other languages. */
const uncontrolled = (fn: FunctionSpec): Runner => ({
  ...runnerFor(fn),
  prepare: async (spec, options) => {
    const prepared = await runnerFor(fn).prepare(spec, options);
    if (prepared.state === 'broken') return prepared;
    const { control: _, ...launch } = prepared.launch;
    const folders = [{ path: spec.root, extensions: ['.mjs'], ignored: [] }];
    return { ...prepared, launch, inputs: { ...prepared.inputs, folders } };
  },
});

describe('a save', () => {
  it('with a syntax error in what the handler imports names the file and the place, until the next one mends it', async () => {
    const started = await invokedOnce();
    started.write('price.mjs', '\nexport const price = ;');
    const [broken] = await started.told('broken');
    expect(broken?.reason).toContain(`${started.path('price.mjs')}:2:22`);
    started.write('index.mjs', `${APP['index.mjs']}\n`);
    await started.told('broken', 2);
    expect((await started.invoke()).body.errorMessage).toContain('price.mjs:2:22');
    await save(started, 'price.mjs', 'export const price = 3;');
    expect((await started.invoke()).body).toMatchObject([3, 1, expect.any(Number)]);
  });

  it.each([
    ['that throws', "export const price = 1; throw new RangeError('no price');", /no price$/],
    ['that ends the process', 'export const price = 1; process.exit(3);', /ended while it loaded.*exit status 3/],
  ])(
    '%s is told before the next call, which is answered with it, and the next save mends it',
    async (_, text, reason) => {
      const started = await invokedOnce({ files: APP, runtime: 'nodejs24.x' });
      started.write('price.mjs', text);
      const [failed] = await started.told('load-failed');
      expect(failed).toMatchObject({ functionId: 'Shop/Orders', environmentId: 'e1', generation: 2 });
      expect(failed?.reason).toMatch(reason);
      expect(started.eventsOf('reloaded')).toEqual([]);
      expect((await started.invoke()).type).toBe('error');
      await save(started, 'price.mjs', 'export const price = 3;');
      expect((await started.invoke()).body).toMatchObject([3, 1, expect.any(Number)]);
    },
  );

  it('lets a process load the new code that waited without any, before the next call', async () => {
    const started = await invokedOnce();
    const [spare] = started.eventsOf('spare-waiting');
    await save(started, 'price.mjs', 'export const price = 2;');
    expect(started.eventsOf('reloaded')).toMatchObject([
      { functionId: 'Shop/Orders', environmentId: 'e1', generation: 2, pid: spare?.pid },
    ]);
    expect((await started.invoke()).body).toEqual([2, 1, spare?.pid]);
    expect(started.eventsOf('changed')).toEqual([
      { type: 'changed', functionId: 'Shop/Orders', files: [started.path('price.mjs')], count: 1 },
    ]);
    await expect.poll(() => isAlive(started.pids[0])).toBe(false);
  });

  it('is followed by another spare, again and again', async () => {
    const started = await invokedOnce();
    for (const price of [2, 3, 4]) {
      const { pid } = (await started.told('spare-waiting', price - 1)).at(-1) ?? {};
      await save(started, 'price.mjs', `export const price = ${price};`);
      expect((await started.invoke()).body).toEqual([price, 1, pid]);
    }
  });

  it('leaves a running invocation on the old code, and the next one runs on the new', async () => {
    const started = await invokedOnce({
      files: {
        ...APP,
        'index.mjs': `
          import { existsSync } from 'node:fs';
          import { price } from './price.mjs';
          export const handler = async ({ until }) => {
            while (until && !existsSync(until)) await new Promise((resolve) => setTimeout(resolve, 5));
            return price;
          };`,
      },
    });
    const running = started.invoke({ until: started.path('go') });
    started.write('price.mjs', 'export const price = 2;');
    await started.told('prepared', 2);
    started.write('go', '');
    expect((await running).body).toBe(1);
    await started.told('reloaded');
    expect((await started.invoke()).body).toBe(2);
  });

  it('gives every environment of the function the new code', async () => {
    const started = await invokedOnce();
    await started.invoke({}, { environmentId: 'e2' });
    started.write('price.mjs', 'export const price = 2;');
    await started.told('reloaded', 2);
    expect((await started.invoke({}, { environmentId: 'e1' })).body[0]).toBe(2);
    expect((await started.invoke({}, { environmentId: 'e2' })).body[0]).toBe(2);
  });

  it('has the call that comes with it wait for the new code', async () => {
    const started = await invokedOnce();
    started.write('price.mjs', 'export const price = 2;');
    await started.told('changed');
    expect((await started.invoke()).body[0]).toBe(2);
  });

  it('with the same content starts nothing', async () => {
    const started = await invokedOnce();
    started.write('price.mjs', 'export const price = 1;');
    await save(started, 'index.mjs', 'export const handler = async () => [];');
    expect(started.eventsOf('changed')).toMatchObject([{ files: [started.path('index.mjs')], count: 1 }]);
  });

  it('of a process that takes no orders starts the next one ahead', async () => {
    const started = executorOf({ files: APP, runnerFor: uncontrolled });
    await started.executor.prepareAll([started.spec]);
    await started.invoke();
    await save(started, 'price.mjs', 'export const price = 2;');
    const { body } = await started.invoke();
    expect(body).toEqual([2, 1, started.eventsOf('reloaded')[0]?.pid]);
    expect(started.eventsOf('spare-waiting')).toEqual([]);
    const credentials = { accessKeyId: 'ASIA2', secretAccessKey: 's', sessionToken: 't' };
    expect((await started.invoke({}, { credentials })).body[2]).not.toBe(body[2]);
  });

  it('is seen in files that are loaded only when a handler runs', async () => {
    const started = await invokedOnce({
      files: {
        'index.mjs': 'export const handler = async () => (await import("./lazy.mjs")).value;',
        'lazy.mjs': 'export const value = 1;',
      },
    });
    await save(started, 'lazy.mjs', 'export const value = 2;');
    expect((await started.invoke()).body).toBe(2);
  });

  it('is seen in a file at which the last start failed', async () => {
    const started = await invokedOnce();
    started.write('price.mjs', "export const price = 1; throw new RangeError('no price');");
    await started.told('prepared', 2);
    expect((await started.invoke()).body.errorType).toBe('RangeError');
    started.write('price.mjs', 'export const price = 2;');
    await started.told('prepared', 3);
    expect((await started.invoke()).body[0]).toBe(2);
  });
});

describe('a function that breaks', () => {
  it('answers its own error until it is mended, and then runs the new code', async () => {
    const started = executorOf({ files: APP, runnerFor: breakable });
    await started.executor.prepareAll([started.spec]);
    await started.invoke();
    started.write('broken', '');
    started.write('index.mjs', 'export const handler = async () => "never";');
    await started.told('broken');
    expect((await started.invoke()).body).toMatchObject({
      errorType: 'LiveLambda.BuildFailed',
      errorMessage: expect.stringContaining('price.mjs:1:7'),
    });
    rmSync(started.path('broken'));
    started.write('index.mjs', 'export const handler = async () => "mended";');
    await started.told('prepared', 2);
    expect((await started.invoke()).body).toBe('mended');
  });

  it('by the deletion of a file answers the error of its start, and is mended when the file is back', async () => {
    const started = await invokedOnce();
    renameSync(started.path('price.mjs'), started.path('price.old'));
    await started.told('prepared', 2);
    expect((await started.invoke()).body.errorMessage).toContain('price.mjs');
    renameSync(started.path('price.old'), started.path('price.mjs'));
    await started.told('prepared', 3);
    expect((await started.invoke()).body[0]).toBe(1);
  });
});

describe('spares', () => {
  it('are one for a function, and so many in all: those of the functions used last', async () => {
    const started = executorOf({ files: APP, maxSpares: 2 });
    const functions = ['A', 'B', 'C'].map((name) => ({ ...started.spec, id: `Shop/${name}` }));
    for (const [index, fn] of functions.entries()) {
      for (const environmentId of [`${fn.id}-1`, `${fn.id}-2`]) await started.invoke({}, { fn, environmentId });
      await started.told('spare-waiting', index + 1);
    }
    const spares = started.eventsOf('spare-waiting');
    expect(spares.map(({ functionId }) => functionId)).toEqual(['Shop/A', 'Shop/B', 'Shop/C']);
    await expect.poll(() => spares.map(({ pid }) => isAlive(pid))).toEqual([false, true, true]);
  });

  it('die with the last environment of their function, and with the executor', async () => {
    const started = await invokedOnce();
    started.executor.end('e1');
    await expect.poll(() => isAlive(started.eventsOf('spare-waiting')[0]?.pid)).toBe(false);
    await started.invoke();
    const [, second] = await started.told('spare-waiting', 2);
    await started.executor[Symbol.asyncDispose]();
    expect(isAlive(second?.pid)).toBe(false);
  });

  it('that were killed are replaced with the next save', async () => {
    const started = await invokedOnce();
    process.kill(started.eventsOf('spare-waiting')[0]?.pid ?? 0, 'SIGKILL');
    await expect.poll(() => isAlive(started.eventsOf('spare-waiting')[0]?.pid)).toBe(false);
    await save(started, 'price.mjs', 'export const price = 2;');
    expect((await started.invoke()).body[0]).toBe(2);
  });
});
