import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Emulator } from './emulator.ts';
import type { EmulatorEvent } from './events.ts';
import { createCloudAssembly } from './fixtures/cloud-assembly.ts';
import { headerSubprotocol, openEventSocket, signEvent } from './fixtures/event-client.ts';
import { eventually } from './fixtures/eventually.ts';
import { isFrozen, isRunning } from './fixtures/process-liveness.ts';
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
    await eventually(() => expect(hangingIn(cloud.events)).toBeDefined());
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

/** Everything that a host tells, up to where it has told enough. */
const eventsOfHost = async (
  host: ChildProcessByStdio<null, Readable, null>,
  enough: (told: EmulatorEvent[]) => boolean,
) => {
  const events: EmulatorEvent[] = [];
  for await (const line of createInterface({ input: host.stdout })) {
    events.push(JSON.parse(line));
    if (enough(events)) break;
  }
  return events;
};

describe('kill -9 of the host', () => {
  const startHost = (assemblyFolder: string, event: object) => {
    const program = fileURLToPath(new URL('./fixtures/emulator-host.ts', import.meta.url));
    return spawn(process.execPath, ['--import', 'tsx', program, assemblyFolder, 'orders', JSON.stringify(event)], {
      cwd: path.dirname(program),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  };
  const shop = () =>
    createCloudAssembly({
      assets: content.assets,
      stacks: { Shop: { template: { Resources: { Role: roleResource, ...content.resources } } } },
    });

  it('leaves no process of a function', async () => {
    // A temporary folder of its own: any other emulator that starts on this machine would remove what is left.
    const temporary = await mkdtemp(path.join(os.tmpdir(), 'emulator-test-'));
    for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, temporary);
    onTestFinished(async () => {
      vi.unstubAllEnvs();
      await rm(temporary, { recursive: true, force: true });
    });
    await using assembly = await shop();
    const host = startHost(assembly.folder, { hang: true });
    const events = await eventsOfHost(host, (told) => hangingIn(told) !== undefined);
    const { pids, folder } = hangingIn(events)!;
    expect(pids.map(isRunning)).toEqual([true, true]);
    host.kill('SIGKILL');
    await eventually(() => expect(pids.map(isRunning)).toEqual([false, false]));

    // The files stay, as nobody is there to remove them, until the next emulator starts.
    expect(existsSync(folder)).toBe(true);
    await using _next = await Emulator.start();
    expect(existsSync(folder)).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('leaves no process that is frozen', async () => {
    await using assembly = await shop();
    const host = startHost(assembly.folder, {});
    const events = await eventsOfHost(host, (told) => told.some(({ type }) => type === 'invocation-finished'));
    const [started] = events;
    const pid = started?.type === 'environment-started' ? started.pid : 0;
    await eventually(() => expect(isFrozen(pid)).toBe(true));
    host.kill('SIGKILL');
    await eventually(() => expect(isRunning(pid)).toBe(false));
  });
});

const eventApiTemplate = {
  Resources: {
    Api: {
      Type: 'AWS::AppSync::Api',
      Properties: { Name: 'live', EventConfig: { ConnectionAuthModes: [{ AuthType: 'AWS_IAM' }] } },
    },
  },
  Outputs: { Host: { Value: { 'Fn::GetAtt': ['Api', 'Dns.Http'] } } },
};

describe('what is only an option', () => {
  it('reaches the Event APIs, and their meter is the one that can be read', async () => {
    await using assembly = await createCloudAssembly({ stacks: { Live: { template: eventApiTemplate } } });
    await using emulator = await Emulator.start({
      limits: { connectionTimeoutMs: 1_234 },
      faults: { refuseShare: 1 },
      seed: 3,
    });
    expect(emulator.faults).toMatchObject({ seed: 3, settings: { refuseShare: 1, dropShare: 0 } });
    const { stacks } = await emulator.deploy(assembly.folder);
    const host = stacks[0]?.outputs.Host ?? '';
    const firstFrame = async () => {
      const authorization = await signEvent(
        host,
        {},
        { region: emulator.region, credentials: emulator.developerCredentials },
      );
      const subprotocols = ['aws-appsync-event-ws', headerSubprotocol(authorization)];
      const socket = await openEventSocket(`ws://${host}/event/realtime`, { subprotocols });
      socket.send({ type: 'connection_init' });
      return socket.next();
    };
    expect((await firstFrame()).type).toBe('connection_error');
    emulator.faults.clear();
    expect(await firstFrame()).toEqual({ type: 'connection_ack', connectionTimeoutMs: 1_234 });
    expect(emulator.meter.read()).toMatchObject({ operations: 1, connectOperations: 1 });
    emulator.meter.reset();
    expect(emulator.meter.read().operations).toBe(0);
    expect(emulator.faults.counts.refuse).toBe(1);
  });

  it('reaches the clock of every service', async () => {
    await using emulator = await Emulator.start({ faults: { clockSkewMs: 240_000 } });
    const { region, endpoint, developerCredentials: credentials } = emulator;
    const sts = new STSClient({ region, endpoint, credentials, maxAttempts: 1 });
    expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe(emulator.account);
    emulator.faults.set({ clockSkewMs: 360_000 });
    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toThrow('Signature expired');
    emulator.faults.clear();
    expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe(emulator.account);
  });

  it('is refused where it makes no sense, by its name', async () => {
    await expect(Emulator.start({ faults: { dropShare: 2 } })).rejects.toThrow('dropShare is a share between 0 and 1');
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
