import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../fixtures/eventually.ts';
import { isStopped } from '../fixtures/process-state.ts';
import { taskFolder } from '../fixtures/task-folder.ts';
import { type SupervisedProcess, startSupervisedProcess } from './supervised-process.ts';

interface Started {
  readonly child: SupervisedProcess;
  readonly lines: string[];
}

function startNode(source: string): Started {
  const lines: string[] = [];
  const child = startSupervisedProcess({
    command: process.execPath,
    args: ['--input-type=module', '-e', source],
    cwd: '/',
    env: {},
    onOutput: ({ stream, text }) => lines.push(`${stream}: ${text}`),
  });
  onTestFinished(() => child.kill());
  return { child, lines };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // A dead orphan may wait for ever to be collected where process 1 is not an init, as in many containers.
  const stat = `/proc/${pid}/stat`;
  return !(existsSync(stat) && / Z /.test(readFileSync(stat, 'utf8')));
}

const untilDead = (pid: number): Promise<void> => eventually(() => expect(isAlive(pid)).toBe(false));

const untilPrinted = async (lines: readonly string[], pattern: RegExp): Promise<RegExpExecArray> =>
  eventually(() => {
    const match = pattern.exec(lines.join('\n'));
    if (match === null) throw new Error(`not printed yet: ${pattern}`);
    return match;
  });

/** Ignores every signal that can be ignored, and says its process id. */
const STUBBORN = `
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {});
  setInterval(() => {}, 1000);
  console.log('stubborn ' + process.pid);
`;

const STUBBORN_CHILD = `
  import { spawn } from 'node:child_process';
  spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(STUBBORN)}], { stdio: 'inherit' });
`;

describe('a supervised process', () => {
  it('gives its output, its exit code and nothing of our environment', async () => {
    const { child, lines } = startNode(`
      console.log(JSON.stringify(Object.keys(process.env)));
      console.error('bad');
      process.exitCode = 3;
    `);
    expect(await child.ended).toEqual({ type: 'exited', code: 3 });
    expect(lines.sort()).toEqual(['stderr: bad', 'stdout: []']);
  });

  it('has passed on all output when its end is told, however much', async () => {
    const { child, lines } = startNode(`
      process.stdout.write('x'.repeat(10 * 1024 * 1024) + '\\nlast', () => process.exit(0));
    `);
    await child.ended;
    expect(lines.at(-1)).toBe('stdout: last');
    expect(lines.join('').replaceAll('stdout: ', '').length).toBe(10 * 1024 * 1024 + 'last'.length);
  });

  it('is told apart by the signal that killed it', async () => {
    const { child } = startNode(`process.kill(process.pid, 'SIGSEGV'); setInterval(() => {}, 1000);`);
    expect(await child.ended).toEqual({ type: 'signalled', signal: 'SIGSEGV' });
  });

  it.each([
    [
      'a command that does not exist',
      '/nonexistent/command',
      /Could not start \/nonexistent\/command: .*does not exist/,
    ],
    ['a command that no system takes', 'nul\0byte', /Could not start/],
  ])('never starts with %s, which is an end and no exception', async (_what, command, reason) => {
    const child = startSupervisedProcess({ command, args: [], cwd: '/', env: {} });
    expect(child.pid).toBeUndefined();
    expect(await child.ended).toMatchObject({ type: 'not-started', reason: expect.stringMatching(reason) });
    child.kill();
    expect(await child.stop({ graceMs: 1 })).toMatchObject({ type: 'not-started' });
  });

  it('is killed together with what it started', async () => {
    const { child, lines } = startNode(`${STUBBORN_CHILD} setInterval(() => {}, 1000);`);
    const grandchild = Number((await untilPrinted(lines, /stubborn (\d+)/))[1]);
    child.kill();
    expect(await child.ended).toEqual({ type: 'signalled', signal: 'SIGKILL' });
    await untilDead(grandchild);
  });

  it('leaves nobody behind when it ends by itself', async () => {
    const { child, lines } = startNode(`
      import { spawn } from 'node:child_process';
      const options = { stdio: ['ignore', 'pipe', 'inherit'] };
      const stubborn = spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(STUBBORN)}], options);
      stubborn.stdout.once('data', (line) => process.stdout.write(line, () => process.exit(0)));
    `);
    expect(await child.ended).toEqual({ type: 'exited', code: 0 });
    await untilDead(Number(/stubborn (\d+)/.exec(lines.join('\n'))?.[1]));
  });

  it('may end in its own way when it is stopped', async () => {
    const { child, lines } = startNode(`
      process.on('SIGTERM', () => { console.log('bye'); process.exit(0); });
      setInterval(() => {}, 1000);
      console.log('up');
    `);
    await untilPrinted(lines, /up/);
    expect(await child.stop({ graceMs: 20_000 })).toEqual({ type: 'exited', code: 0 });
    expect(lines).toContain('stdout: bye');
  });

  it('is killed when it does not stop within its grace', async () => {
    const { child, lines } = startNode(STUBBORN);
    await untilPrinted(lines, /stubborn/);
    expect(await child.stop({ graceMs: 10 })).toEqual({ type: 'signalled', signal: 'SIGKILL' });
  });
});

describe.skipIf(process.platform === 'win32')('a frozen process', () => {
  const startFamily = async (): Promise<Started & { readonly family: readonly number[] }> => {
    const started = startNode(STUBBORN + STUBBORN_CHILD);
    await untilPrinted(started.lines, /(?:stubborn \d+[\s\S]*){2}/);
    const family = [...started.lines.join('\n').matchAll(/stubborn (\d+)/g)].map((match) => Number(match[1]));
    return { ...started, family };
  };

  it('stands still together with what it started, and runs on when it is thawed', async () => {
    const { child, family } = await startFamily();
    child.freeze();
    await eventually(() => expect(family.map(isStopped)).toEqual([true, true]));
    child.thaw();
    await eventually(() => expect(family.map(isStopped)).toEqual([false, false]));
  });

  it('dies when it is killed', async () => {
    const { child, family } = await startFamily();
    child.freeze();
    child.kill();
    expect(await child.ended).toEqual({ type: 'signalled', signal: 'SIGKILL' });
    for (const pid of family) await untilDead(pid);
  });

  it('may end in its own way when it is stopped', async () => {
    const { child, lines } = startNode(`
      process.on('SIGTERM', () => process.exit(4));
      setInterval(() => {}, 1000);
      console.log('up');
    `);
    await untilPrinted(lines, /up/);
    child.freeze();
    expect(await child.stop({ graceMs: 20_000 })).toEqual({ type: 'exited', code: 4 });
    child.freeze();
    child.thaw();
  });
});

describe('the end of the supervising process', () => {
  /** A parent that supervises a stubborn child which has a stubborn child, and prints the process ids of both. */
  async function startParent(): Promise<{ readonly parent: ChildProcess; readonly pids: readonly number[] }> {
    const library = pathToFileURL(new URL('../../dist/index.js', import.meta.url).pathname).href;
    const folder = taskFolder({
      'parent.mjs': `
        import { startSupervisedProcess } from ${JSON.stringify(library)};
        startSupervisedProcess({
          command: process.execPath,
          args: ['--input-type=module', '-e', ${JSON.stringify(STUBBORN + STUBBORN_CHILD)}],
          cwd: '/',
          env: {},
          onOutput: ({ text }) => console.log(text),
        });
        process.on('SIGUSR2', () => process.exit(0));
      `,
    });
    const parent = spawn(process.execPath, [`${folder}/parent.mjs`], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const pids: number[] = [];
    for await (const line of createInterface({ input: parent.stdout })) {
      pids.push(Number(/stubborn (\d+)/.exec(line)?.[1]));
      if (pids.length === 2) break;
    }
    return { parent, pids };
  }

  it.each(['SIGKILL', 'SIGTERM', 'SIGUSR2'] as const)(
    'by %s leaves no process and no open pipe behind',
    async (signal) => {
      const { parent, pids } = await startParent();
      const closed = new Promise((resolve) => parent.once('close', resolve));
      parent.kill(signal);
      // All pipes to the parent are closed: nobody inherited them, the reaper included.
      await closed;
      for (const pid of pids) await untilDead(pid);
    },
  );

  it('is not held up by the reaper once its children are gone', async () => {
    const library = pathToFileURL(new URL('../../dist/index.js', import.meta.url).pathname).href;
    const source = `
      import { startSupervisedProcess } from ${JSON.stringify(library)};
      await startSupervisedProcess({ command: process.execPath, args: ['-e', ''], cwd: '/', env: {} }).ended;
      process.on('exit', () => console.log('done'));
    `;
    const { child, lines } = startNode(source);
    expect(await child.ended).toEqual({ type: 'exited', code: 0 });
    expect(lines).toEqual(['stdout: done']);
  });
});
