import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { executorOf, isAlive } from '../fixtures/executor-fixture.ts';
import { FUNCTION_VARIABLES } from '../fixtures/run-function.ts';
import { taskFolder } from '../fixtures/task-folder.ts';
import { MAX_LINE_BYTES } from '../process/output-lines.ts';

const MEGABYTE = 1_048_576;

describe('output of a handler', () => {
  it('of 100 MB without a pause is passed on whole, in lines, before the answer, and costs the function no memory', async () => {
    let characters = 0;
    let longest = 0;
    const started = executorOf({
      files: {
        'index.mjs': `
          const line = 'x'.repeat(63) + '\\n';
          export const handler = async () => {
            for (let written = 0; written < 100 * ${MEGABYTE}; written += line.length) process.stdout.write(line);
          };`,
      },
      spec: { memoryMb: 128 },
      watch: false,
      onEvent: (event) => {
        if (event.type !== 'output') return;
        // Whoever reads it is busy for a while.
        if (characters === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
        characters += event.line.text.length + 1;
        longest = Math.max(longest, event.line.text.length);
      },
    });
    expect((await started.invoke()).body).toBe(null);
    expect(characters).toBe(100 * MEGABYTE);
    expect(longest).toBe(63);
  });

  it('of a 10 MB line comes in pieces of a bounded size, and of bytes that are no text as well', async () => {
    const started = executorOf({
      files: {
        'index.mjs': `
          export const handler = async () => {
            process.stdout.write('y'.repeat(10 * ${MEGABYTE}));
            process.stdout.write('\\n');
            process.stdout.write(Buffer.from([0xff, 0xfe, 0x41, 0x0a]));
          };`,
      },
      watch: false,
    });
    await started.invoke();
    const lines = started.eventsOf('output').map(({ line }) => line.text);
    expect(lines.at(-1)).toBe('\ufffd\ufffdA');
    expect(lines.slice(0, -1).join('')).toBe('y'.repeat(10 * MEGABYTE));
    expect(Math.max(...lines.map((text) => text.length))).toBeLessThanOrEqual(MAX_LINE_BYTES);
  });

  it('that ends with the process is told before its end is', async () => {
    const started = executorOf({
      files: {
        'index.mjs': "export const handler = async () => { process.stdout.write('last words'); process.exit(1); };",
      },
      watch: false,
    });
    expect((await started.invoke()).body.errorType).toBe('Runtime.ExitError');
    expect(started.eventsOf('output').map(({ line }) => line.text)).toEqual(['last words']);
  });
});

describe('the end of the program that holds an executor', () => {
  /** A program that holds a function's process, its spare, and a build; it prints their process ids. */
  async function startHolder(): Promise<{ readonly holder: ChildProcess; readonly pids: readonly number[] }> {
    const library = pathToFileURL(new URL('../../dist/index.js', import.meta.url).pathname).href;
    const folder = taskFolder({
      'index.mjs': 'export const handler = async () => 1;',
      'holder.mjs': `
        import { createExecutor, builtInRunners, startSupervisedProcess } from ${JSON.stringify(library)};
        const say = (pid) => console.log('pid ' + pid);
        const building = {
          name: 'building',
          claims: () => true,
          prepare: async () => {
            const args = ['-e', 'setInterval(() => {}, 1000)'];
            const build = startSupervisedProcess({ command: process.execPath, args, cwd: '/', env: {} });
            say(build.pid);
            await build.ended;
          },
        };
        const fn = ${JSON.stringify({ runtime: 'nodejs22.x', handler: 'handler', memoryMb: 128, timeoutMs: 60_000 })};
        const spec = { ...fn, id: 'Shop/Orders', entry: process.cwd() + '/index.mjs', root: process.cwd() };
        const executor = createExecutor({
          runnerFor: ({ id }) => (id === 'Shop/Building' ? building : builtInRunners().find(({ name }) => name === 'esm')),
          laptop: { PATH: process.env.PATH },
          platform: process.platform,
          onEvent: ({ type, pid }) => {
            if (type === 'process-started' || type === 'spare-waiting') say(pid);
          },
        });
        const credentials = { accessKeyId: 'a', secretAccessKey: 's', sessionToken: 't' };
        const request = { environmentId: 'e1', fn: spec, variables: ${JSON.stringify(FUNCTION_VARIABLES)}, credentials };
        void executor.prepareAll([{ ...spec, id: 'Shop/Building' }]);
        const event = { requestId: 'a', headers: {}, event: Buffer.from('{}'), deadlineMs: Date.now() + 60_000 };
        await executor.execute(request, event);
        setInterval(() => {}, 1000);
      `,
    });
    const holder = spawn(process.execPath, ['holder.mjs'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void holder.kill('SIGKILL'));
    const pids: number[] = [];
    for await (const line of createInterface({ input: holder.stdout })) {
      pids.push(Number(/pid (\d+)/.exec(line)?.[1]));
      if (pids.length === 3) break;
    }
    return { holder, pids };
  }

  it('by kill -9 leaves no process, no spare and no build behind', async () => {
    const { holder, pids } = await startHolder();
    expect(pids.map(isAlive)).toEqual([true, true, true]);
    holder.kill('SIGKILL');
    await expect.poll(() => pids.filter(isAlive)).toEqual([]);
  });
});
