import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runInForeground } from './foreground-process.ts';

const run = (source: string) =>
  runInForeground({ command: process.execPath, args: ['-e', source], cwd: '/', env: { PLACE: 'here' } });

describe('a program in the foreground', () => {
  it('ends as it wants, in its folder, with the given variables alone', async () => {
    const source = `process.exit(process.cwd() === '/' && process.env.PLACE === 'here' && !process.env.PATH ? 3 : 1)`;
    expect(await run(source)).toEqual({ type: 'exited', code: 3 });
    expect(await run(`process.kill(process.pid, 'SIGKILL')`)).toEqual({ type: 'signalled', signal: 'SIGKILL' });
  });

  it('may be one that cannot be started', async () => {
    const end = await runInForeground({ command: '/nowhere/cdk', args: [], cwd: '/', env: {} });
    expect(end).toEqual({ type: 'not-started', reason: expect.stringContaining('/nowhere/cdk') });
  });

  it('has the input and output of this process, and is told to stop instead of it', async () => {
    const parent = startParent(`
      process.on('SIGTERM', () => { console.log('child stops'); process.exit(7); });
      process.stdin.once('data', (text) => console.log('child read ' + text));
      console.log('child is up');
    `);
    const printed = parent.stdout;
    const until = async (text: string) => {
      while (!printed.text.includes(text)) await once(printed.stream, 'data');
    };
    await until('child is up');
    parent.child.stdin?.write('hello');
    await until('child read hello');
    parent.child.kill('SIGTERM');
    await once(parent.child, 'close');
    expect(printed.text).toContain('child stops\n{"type":"exited","code":7}\n');
  });
});

/** A process that runs a program in the foreground, and then prints its end. */
function startParent(source: string) {
  const module = fileURLToPath(new URL('../../dist/process/foreground-process.js', import.meta.url));
  const parentSource = `
    import { runInForeground } from ${JSON.stringify(module)};
    const args = ['-e', ${JSON.stringify(source)}];
    console.log(JSON.stringify(await runInForeground({ command: process.execPath, args, cwd: '/', env: process.env })));
  `;
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', parentSource]);
  onTestFinished(() => void child.kill('SIGKILL'));
  if (!child.stdout) throw new Error('no output');
  const stdout = { stream: child.stdout, text: '' };
  child.stdout.on('data', (chunk) => {
    stdout.text += chunk;
  });
  return { child, stdout };
}
