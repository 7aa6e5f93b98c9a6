import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { settledWithin } from './waiting.ts';

const never = new Promise<never>(() => undefined);
const compiled = new URL('../../dist/executor/waiting.js', import.meta.url).href;

describe('waiting for something that may take too long', () => {
  it('gives what settles in time', async () => {
    expect(await settledWithin(Promise.resolve('up'), 60_000, new AbortController().signal)).toBe('up');
  });

  it('ends with a signal, also with one that came before', async () => {
    const stop = new AbortController();
    const waiting = settledWithin(never, 60_000, stop.signal);
    stop.abort();
    expect(await waiting).toBeUndefined();
    expect(await settledWithin(never, 60_000, stop.signal)).toBeUndefined();
  });

  it('keeps a process alive that waits for nothing else', async () => {
    const program = `
      import { settledWithin } from ${JSON.stringify(compiled)};
      await settledWithin(new Promise(() => undefined), 20, new AbortController().signal);
      console.log('waited');`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
    expect(stdout).toBe('waited\n');
  });
});
