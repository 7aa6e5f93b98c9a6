import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = pathToFileURL(join(import.meta.dirname, '..', 'dist', 'deployed-process.js')).href;

/** A stub that does nothing but start this script in its place, and end as it ends. */
const stub = `
  const { endLike, startDeployedProcess } = await import(process.env.PROGRAM);
  const command = [process.env.COMMAND ?? process.execPath, '-e', process.env.SCRIPT];
  endLike(await startDeployedProcess({ command, variables: process.env }));
`;

/** The descriptor of the log, with a gap before it as there is in Lambda. */
const logDescriptor = 6;

function start(script: string, variables: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', stub], {
    stdio: ['ignore', 'pipe', 'pipe', 'ignore', 'ignore', 'ignore', 'pipe'],
    env: { PROGRAM: program, SCRIPT: script, ...variables },
  });
  const written = { output: '', log: '' };
  const [, output, ...others]: readonly unknown[] = child.stdio;
  const log = others[logDescriptor - 2];
  for (const [name, stream] of [
    ['output', output],
    ['log', log],
  ] as const) {
    if (!(stream instanceof Readable)) throw new Error(`there is no ${name} to read`);
    stream.on('data', (part: Buffer) => {
      written[name] += part.toString();
    });
  }
  return { child, written, ended: once(child, 'close') };
}

describe("the deployed code's process", () => {
  it.each<readonly [string, string, readonly [number | null, string | null]]>([
    ['its status', 'process.exit(3)', [3, null]],
    ['success', '0', [0, null]],
    ['its signal', "process.kill(process.pid, 'SIGKILL')", [null, 'SIGKILL']],
  ])('ends the stub with %s', async (_what, script, end) => {
    expect(await start(script).ended).toEqual(end);
  });

  it('ends the stub with a failure where it cannot be started', async () => {
    expect(await start('', { COMMAND: '/nowhere/runtime' }).ended).toEqual([1, null]);
  });

  it("writes to the stub's output", async () => {
    const { written, ended } = start("console.log('an order')");
    await ended;
    expect(written.output).toBe('an order\n');
  });

  it('has the descriptor of the log where Lambda says that it is', async () => {
    const script = `require('node:fs').writeSync(${logDescriptor}, 'a frame')`;
    const given = { _LAMBDA_TELEMETRY_LOG_FD: String(logDescriptor) };
    const { written, ended } = start(script, given);
    expect(await ended).toEqual([0, null]);
    expect(written.log).toBe('a frame');
    // A number that Node may have given to something of its own, so that to write to it need not fail.
    const untold = start(script);
    await untold.ended;
    expect(untold.written.log).toBe('');
  });

  it('is asked to end when the stub is, and may take its time', async () => {
    const { child, written, ended } = start(`
      process.on('SIGTERM', () => { console.log('closing'); process.exit(5); });
      setInterval(() => {}, 1000);
      console.log('ready');
    `);
    while (!written.output.includes('ready')) await once(child.stdout ?? child, 'data');
    child.kill('SIGTERM');
    expect(await ended).toEqual([5, null]);
    expect(written.output).toBe('ready\nclosing\n');
  });
});
