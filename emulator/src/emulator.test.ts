import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { Emulator } from './emulator.ts';
import type { EmulatorEvent } from './events.ts';
import { createCloudAssembly } from './fixtures/cloud-assembly.ts';
import { isRunning } from './fixtures/process-liveness.ts';
import { runEmulator } from './fixtures/running-emulator.ts';
import { roleResource, wrappedFunction, wrappedProgram } from './fixtures/runtime-program.ts';
import { createScratchFolder } from './scratch-folder.ts';

const content = {
  assets: { 'code.zip': wrappedProgram('zip') },
  resources: { Orders: wrappedFunction('code.zip', { FunctionName: 'orders', Timeout: 60 }) },
};

/** The processes of an environment that hangs, and its folder; `undefined` while it does not hang yet. */
const hangingIn = (events: readonly EmulatorEvent[]) => {
  const started = events.find((event) => event.type === 'environment-started');
  const line = events.find((event) => event.type === 'log-line' && event.text.startsWith('hanging with'));
  if (started?.type !== 'environment-started' || line?.type !== 'log-line') return undefined;
  return { folder: started.folder, pids: [started.pid, Number(line.text.split(' ').at(-1))] };
};

describe('closing', () => {
  it('leaves no process, no port and no file, also in the middle of an invocation', async () => {
    const cloud = await runEmulator(content);
    const open = cloud.invoke('orders', { hang: true }).catch((error: Error) => error);
    await vi.waitFor(() => expect(hangingIn(cloud.events)).toBeDefined());
    const { pids, folder } = hangingIn(cloud.events)!;
    expect(pids.map(isRunning)).toEqual([true, true]);
    await cloud[Symbol.asyncDispose]();
    expect(await open).toBeDefined();
    expect(pids.map(isRunning)).toEqual([false, false]);
    expect(existsSync(folder)).toBe(false);
    await expect(fetch(cloud.emulator.endpoint)).rejects.toThrow();
  });

  it('is what leaving an await using block does, and may be repeated', async () => {
    let endpoint = '';
    {
      await using emulator = await Emulator.start();
      ({ endpoint } = emulator);
      await emulator.close();
    }
    await expect(fetch(endpoint)).rejects.toThrow();
  });
});

describe('telling what happens', () => {
  it('reports environments, output and invocations as events and as lines', async () => {
    const lines: string[] = [];
    const cloud = await runEmulator(content, { log: (line) => lines.push(line) });
    await cloud.invoke('orders', { log: 'taken' });
    await cloud[Symbol.asyncDispose]();
    expect(cloud.events.map((event) => (event.type === 'log-line' ? event.source : event.type))).toEqual([
      'environment-started',
      'platform',
      'stdout',
      'platform',
      'platform',
      'invocation-finished',
      'environment-stopped',
    ]);
    expect(lines).toHaveLength(cloud.events.length);
    expect(lines).toContain('orders: taken');
  });
});

describe('kill -9 of the host', () => {
  it('leaves no process of a function', async () => {
    await using assembly = await createCloudAssembly({
      assets: content.assets,
      stacks: { Shop: { template: { Resources: { Role: roleResource, ...content.resources } } } },
    });
    const program = fileURLToPath(new URL('./fixtures/emulator-host.ts', import.meta.url));
    const host = spawn(process.execPath, ['--import', 'tsx', program, assembly.folder, 'orders'], {
      cwd: path.dirname(program),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const events: EmulatorEvent[] = [];
    for await (const line of createInterface({ input: host.stdout })) {
      events.push(JSON.parse(line));
      if (hangingIn(events)) break;
    }
    const { pids, folder } = hangingIn(events)!;
    expect(pids.map(isRunning)).toEqual([true, true]);
    host.kill('SIGKILL');
    await vi.waitFor(() => expect(pids.map(isRunning)).toEqual([false, false]), 10_000);

    // The files stay, as nobody is there to remove them, until the next emulator starts.
    expect(existsSync(folder)).toBe(true);
    await using _next = await Emulator.start();
    expect(existsSync(folder)).toBe(false);
  });
});

describe('the scratch folder', () => {
  it('is swept of what dead processes left, and of nothing else', async () => {
    const parent = await mkdtemp(path.join(os.tmpdir(), 'scratch-folder-test-'));
    // No system gives a process this id.
    for (const name of [
      'live-lambda-emulator-99999999-a',
      `live-lambda-emulator-${process.pid}-b`,
      'other-99999999-c',
    ]) {
      await mkdir(path.join(parent, name));
    }
    const scratch = await createScratchFolder(parent);
    const names = [`live-lambda-emulator-${process.pid}-b`, 'other-99999999-c', path.basename(scratch.path)];
    expect((await readdir(parent)).sort()).toEqual(names.sort());
    await rm(parent, { recursive: true });
  });
});
