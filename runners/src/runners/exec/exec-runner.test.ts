import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerOf, prepareBroken, prepareReady, specOf, UNDISTURBED } from '../../fixtures/run-prepared.ts';
import { nodeClientPath } from '../../node/managed-runtime.ts';
import type { FunctionSpec } from '../../runner.ts';
import { type ExecRunnerOptions, execRunner } from './exec-runner.ts';

const NODE = process.execPath;

/** Runs what a build made of `shout.txt`: a handler that shouts it. */
const SHOUT: ExecRunnerOptions = {
  name: 'shout',
  claims: (fn) => fn.entry.endsWith('.txt'),
  build: {
    command: NODE,
    args: [
      '-e',
      `const [entry, output] = process.argv.slice(1); const fs = require('node:fs');
       const text = fs.readFileSync(entry, 'utf8').trim(); console.log('read', entry);
       if (text === '') { console.error(entry + ':1:1: nothing to shout'); process.exit(3); }
       fs.writeFileSync(output + '/index.mjs', 'export const handler = async (event) => [' + JSON.stringify(text.toUpperCase()) + ', event, process.cwd(), process.env.EXTRA];');`,
      '{entry}',
      '{output}',
    ],
  },
  run: {
    command: NODE,
    args: [nodeClientPath()],
    cwd: '{output}',
    env: { LAMBDA_TASK_ROOT: '{output}', _HANDLER: 'index.handler', EXTRA: '{id} {braces}' },
  },
  watch: [{ path: '{root}/src', extensions: ['.txt'], ignored: ['old'] }],
};

function functionOf(text: string, given: Partial<FunctionSpec> = {}): FunctionSpec {
  return specOf({
    files: { 'src/shout.txt': text, 'package.json': '{}' },
    entry: 'src/shout.txt',
    runtime: 'provided.al2023',
    ...given,
  });
}

describe('any command', () => {
  it('is built, run and watched by what its words stand for', async () => {
    const fn = functionOf('hello');
    const ready = await prepareReady(execRunner(SHOUT), fn);
    const { json } = await answerOf(ready, fn, { number: 1 });
    expect(json).toEqual(['HELLO', { number: 1 }, ready.launch.cwd, 'Shop/CreateOrder {braces}']);
    expect(ready.launch.cwd).toMatch(/\.live-lambda\/Shop-CreateOrder-/);
    expect(ready.inputs).toEqual({
      files: [fn.entry],
      folders: [{ path: join(fn.root, 'src'), extensions: ['.txt'], ignored: ['old'] }],
    });
  });

  it('is not started for a function of another runtime, which is told with its file', async () => {
    const fn = functionOf('hello');
    const { reason } = await prepareBroken(execRunner({ ...SHOUT, runtimes: /^python/ }), fn);
    expect(reason).toBe(
      `Function Shop/CreateOrder: the shout runner cannot run ${fn.entry}, whose runtime is provided.al2023. Choose another runner for this function.`,
    );
  });

  it('starts in the root with the deployed handler, if nothing else is said, and leaves no folder behind', async () => {
    const fn = functionOf('x', { moduleHandler: 'bootstrap' });
    const runner = execRunner({
      name: 'plain',
      claims: () => true,
      run: { command: 'serve', args: ['{moduleHandler}'] },
      watch: [],
    });
    expect((await prepareReady(runner, fn)).launch).toEqual({
      command: 'serve',
      args: ['bootstrap'],
      cwd: fn.root,
      env: { LAMBDA_TASK_ROOT: fn.root, _HANDLER: 'bootstrap' },
    });
    expect(existsSync(join(fn.root, '.live-lambda'))).toBe(false);
  });

  it('is found out by running programs', async () => {
    const fn = functionOf('x');
    const runner = execRunner({
      name: 'asking',
      claims: () => true,
      run: async (_fn, { run }) => {
        const asked = await run({
          command: NODE,
          args: ['-e', 'console.log(process.cwd()); console.error("aside"); process.exit(2)'],
        });
        return asked.succeeded
          ? { unavailable: 'never' }
          : { command: 'x', args: [...asked.stdout, ...asked.output, asked.end], notes: ['it is odd.'] };
      },
      watch: () => [],
    });
    const { launch, notes } = await prepareReady(runner, fn);
    expect(launch.args).toEqual([fn.root, expect.any(String), expect.any(String), 'ended with exit status 2']);
    expect([...launch.args].sort()).toContain('aside');
    expect(notes).toEqual(['Function Shop/CreateOrder: it is odd.']);
  });
});

describe('a build that fails', () => {
  it('is told with its command, its last words and what to do', async () => {
    const fn = functionOf('');
    const { reason, inputs } = await prepareBroken(execRunner(SHOUT), fn);
    expect(reason).toMatch(/^Function Shop\/CreateOrder: its build failed: `.*node.*` ended with exit status 3\./s);
    expect(reason).toContain(`${fn.entry}:1:1: nothing to shout\nCorrect the sources and save`);
    expect(inputs.folders).toHaveLength(1);
  });

  it('is told when its command is not there', async () => {
    const runner = execRunner({ ...SHOUT, build: { command: 'no-such-compiler', args: [] } });
    expect((await prepareBroken(runner, functionOf('x'))).reason).toMatch(/no-such-compiler.*does not exist/);
  });

  it('is what is missing, with the files that may mend it', async () => {
    const runner = execRunner({
      ...SHOUT,
      run: async () => ({ unavailable: 'there is no compiler.', files: ['/opt/cc'] }),
    });
    const fn = functionOf('x');
    expect(await prepareBroken(runner, fn)).toMatchObject({
      reason: 'Function Shop/CreateOrder: there is no compiler.',
      inputs: { files: [fn.entry, '/opt/cc'] },
    });
  });

  it('is a source or a root that is gone', async () => {
    const fn = functionOf('x');
    const runner = execRunner(SHOUT);
    const gone = await prepareBroken(runner, { ...fn, entry: join(fn.root, 'gone.txt') });
    expect(gone.reason).toMatch(/gone\.txt does not exist/);
    expect((await prepareBroken(runner, { ...fn, root: join(fn.root, 'gone') })).reason).toMatch(
      /root folder .*gone does not exist/,
    );
  });
});

describe('a build whose result is of no use any more', () => {
  it('is killed with everything that it started', async () => {
    const fn = functionOf('x');
    const pidFile = join(fn.root, 'pid');
    const waiting = `require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000);`;
    const build = {
      command: NODE,
      args: ['-e', `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(waiting)}])`],
    };
    const stop = new AbortController();
    const building = execRunner({ ...SHOUT, build }).prepare(fn, { signal: stop.signal });
    await expect.poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8')).toBeTruthy();
    stop.abort();
    expect((await building).state).toBe('broken');
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await expect.poll(() => isAlive(pid)).toBe(false);
    expect((await execRunner(SHOUT).prepare(fn, { signal: stop.signal })).state).toBe('broken');
    expect((await execRunner(SHOUT).prepare(fn, UNDISTURBED)).state).toBe('ready');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
