// biome-ignore-all lint/suspicious/noTemplateCurlyInString: shell scripts write their variables like this
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EmulatorOptions } from '../emulator.ts';
import { eventually } from '../fixtures/eventually.ts';
import { isFrozen, isRunning } from '../fixtures/process-liveness.ts';
import { type FunctionsContent, type RunningEmulator, runEmulator } from '../fixtures/running-emulator.ts';
import { wrappedFunction, wrappedProgram } from '../fixtures/runtime-program.ts';
import type { RoleSession } from '../signature/credentials.ts';

let cloud: RunningEmulator | undefined;
afterEach(async () => {
  await cloud?.[Symbol.asyncDispose]();
  cloud = undefined;
});

const run = async (
  content: Partial<FunctionsContent> & Pick<FunctionsContent, 'resources'>,
  options: EmulatorOptions = {},
): Promise<RunningEmulator> => {
  cloud = await runEmulator({ assets: { 'code.zip': wrappedProgram('zip') }, ...content }, options);
  return cloud;
};

const orders = (properties: object = {}, variables: object = {}) =>
  wrappedFunction('code.zip', { FunctionName: 'orders', ...properties }, { ...variables });

const facts = async (running: RunningEmulator, name = 'orders') =>
  JSON.parse((await running.invoke(name, { facts: true })).payload.toString());

describe('execution environments', () => {
  it('are one process each for ten invocations at once, and are used again', async () => {
    const running = await run({ resources: { Orders: orders() } });
    const until = path.join(running.assembly.folder, 'until');
    const waiting = Array.from({ length: 10 }, async () => {
      const { payload } = await running.invoke('orders', { facts: true, until });
      return JSON.parse(payload.toString());
    });
    const started = () => running.events.filter(({ type }) => type === 'environment-started');
    await expect.poll(() => started().length).toBe(10);
    await writeFile(until, '');
    const answers = await Promise.all(waiting);
    const pids = new Set(answers.map(({ pid }) => pid));
    expect(pids.size).toBe(10);
    expect(new Set(answers.map(({ env }) => env.AWS_LAMBDA_LOG_STREAM_NAME)).size).toBe(10);
    expect(new Set(answers.map(({ env }) => env.AWS_ACCESS_KEY_ID)).size).toBe(10);
    const again = await facts(running);
    expect(pids).toContain(again.pid);
    expect(again.served).toBe(2);
  });

  it('run a Node.js function by the runtime that is given for it, told which function it is', async () => {
    const asked: object[] = [];
    const nodeRuntime: NonNullable<EmulatorOptions['nodeRuntime']> = (fn) => {
      asked.push({ ...fn });
      const env = { GIVEN: 'by the runtime', PATH: '/nonexistent' };
      return { command: process.execPath, args: [path.join(fn.taskRoot, 'program.mjs')], cwd: fn.taskRoot, env };
    };
    const properties = { Environment: { Variables: {} }, Handler: 'orders.handler', MemorySize: 512 };
    const running = await run({ resources: { Orders: orders(properties) } }, { nodeRuntime });
    const { env } = await facts(running);
    expect(env).toMatchObject({ GIVEN: 'by the runtime', PATH: '/nonexistent' });
    expect(asked).toMatchObject([{ runtime: 'nodejs22.x', handler: 'orders.handler', memoryMb: 512 }]);
  });

  it('hold nothing of the machine but the function, its role, where AWS is here, and a path to programs', async () => {
    vi.stubEnv('AWS_PROFILE', 'production');
    vi.stubEnv('NODE_OPTIONS', '--no-warnings');
    const running = await run({ resources: { Orders: orders({}, { STAGE: 'test', _DROPPED: 'x' }) } });
    const { env, cwd } = await facts(running);
    vi.unstubAllEnvs();
    expect(Object.keys(env).sort()).toEqual([
      'AWS_ACCESS_KEY_ID',
      'AWS_DEFAULT_REGION',
      'AWS_ENDPOINT_URL',
      'AWS_EXECUTION_ENV',
      'AWS_LAMBDA_EXEC_WRAPPER',
      'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
      'AWS_LAMBDA_FUNCTION_NAME',
      'AWS_LAMBDA_FUNCTION_VERSION',
      'AWS_LAMBDA_INITIALIZATION_TYPE',
      'AWS_LAMBDA_LOG_GROUP_NAME',
      'AWS_LAMBDA_LOG_STREAM_NAME',
      'AWS_LAMBDA_RUNTIME_API',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'AWS_XRAY_CONTEXT_MISSING',
      'LAMBDA_TASK_ROOT',
      'LANG',
      'NODE_PATH',
      'PATH',
      'PWD',
      'SHLVL',
      'STAGE',
      'TZ',
      '_HANDLER',
    ]);
    expect(env).toMatchObject({
      AWS_ENDPOINT_URL: running.connection.endpoint,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/orders',
      AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
      AWS_REGION: 'us-east-1',
      STAGE: 'test',
      TZ: ':UTC',
      _HANDLER: 'index.handler',
    });
    expect(env.LAMBDA_TASK_ROOT).toBe(cwd);
  });

  it("have credentials of the function's role", async () => {
    const running = await run({ resources: { Orders: orders() } });
    const { env } = await facts(running);
    const credentials = {
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      sessionToken: env.AWS_SESSION_TOKEN,
    };
    const identity = await new STSClient({ ...running.connection, credentials }).send(new GetCallerIdentityCommand({}));
    expect(identity.Account).toBe('111122223333');
    expect(identity.Arn).toMatch(/^arn:aws:sts::111122223333:assumed-role\/Shop-Role-[A-Z0-9]{12}\/orders$/);
    expect(identity.UserId).toMatch(/^AROA[A-Z2-7]{17}:orders$/);
  });

  it("have credentials that somebody else made for the function's role, and are known here by them", async () => {
    const sessions: RoleSession[] = [];
    const made = { accessKeyId: 'ASIAMADEELSEWHERE', secretAccessKey: 'secret', sessionToken: 'token' };
    const assumeRole = async (session: RoleSession) => {
      sessions.push(session);
      return made;
    };
    const running = await run({ resources: { Orders: orders() } }, { assumeRole });
    const { env } = await facts(running);
    expect([env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY, env.AWS_SESSION_TOKEN]).toEqual(Object.values(made));
    const roleArn = expect.stringMatching(/^arn:aws:iam::111122223333:role\/Shop-Role-[A-Z0-9]{12}$/);
    expect(sessions).toEqual([{ roleArn, sessionName: 'orders' }]);
    const { Arn } = await new STSClient({ ...running.connection, credentials: made }).send(
      new GetCallerIdentityCommand({}),
    );
    expect(Arn).toMatch(/:assumed-role\/Shop-Role-[A-Z0-9]{12}\/orders$/);
  });

  it('are not started where nobody makes their credentials, which the caller is told', async () => {
    const assumeRole = () => Promise.reject(new Error('AccessDenied: Lambda may not assume the role'));
    const running = await run({ resources: { Orders: orders() } }, { assumeRole });
    await expect(running.invoke('orders', {})).rejects.toMatchObject({
      name: 'ServiceException',
      message: 'AccessDenied: Lambda may not assume the role',
    });
  });

  it('are replaced by new ones with new credentials when their time is over, busy ones after their answer', async () => {
    const running = await run({ resources: { Orders: orders() } });
    const before = await facts(running);
    const busy = running.invoke('orders', { log: 'running', sleepMs: 300, facts: true });
    await eventually(() => expect(running.events).toContainEqual(expect.objectContaining({ text: 'running' })));
    running.emulator.replaceEnvironments();
    expect(JSON.parse((await busy).payload.toString()).pid).toBe(before.pid);
    const after = await facts(running);
    expect(after.served).toBe(1);
    expect(after.env.AWS_ACCESS_KEY_ID).not.toBe(before.env.AWS_ACCESS_KEY_ID);
    await eventually(() => expect(isRunning(before.pid)).toBe(false));
  });

  it('are new ones after a deployment that changes the function, and the same after one that does not', async () => {
    const running = await run({ resources: { Orders: orders() } });
    const assets = { 'code.zip': wrappedProgram('zip') };
    const { pid } = await facts(running);
    await running.redeploy({ assets, resources: { Orders: orders() } });
    expect((await facts(running)).pid).toBe(pid);
    await running.redeploy({ assets, resources: { Orders: orders({ MemorySize: 512 }) } });
    const changed = await facts(running);
    expect(changed.pid).not.toBe(pid);
    expect(changed.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE).toBe('512');
    await eventually(() => expect(isRunning(pid)).toBe(false));
  });

  it('finish what they run when a deployment replaces them', async () => {
    const running = await run({ resources: { Orders: orders() } });
    const busy = running.invoke('orders', { log: 'running', sleepMs: 300, facts: true });
    await eventually(() => expect(running.events).toContainEqual(expect.objectContaining({ text: 'running' })));
    await running.redeploy({
      assets: { 'code.zip': wrappedProgram('zip') },
      resources: { Orders: orders({ MemorySize: 512 }) },
    });
    const { pid } = JSON.parse((await busy).payload.toString());
    await eventually(() => expect(isRunning(pid)).toBe(false));
  });
});

describe('an environment that has answered', () => {
  it('is used for the next invocation, however soon that comes', async () => {
    const running = await run({ resources: { Orders: orders() } });
    const { pid } = await facts(running);
    for (let served = 2; served <= 50; served += 1) expect(await facts(running)).toMatchObject({ pid, served });
  });

  it('is given no other event before its runtime asks for one', async () => {
    const running = await run({ resources: { Orders: orders() } });
    await running.invoke('orders', { afterwards: 'spin' });
    const spinning = running.events.find((event) => event.type === 'environment-started');
    const { pid, served } = await facts(running);
    expect(spinning).not.toMatchObject({ pid });
    expect(served).toBe(1);
  });

  it('is given up when its process ends, and the next one is initialised outside of the time of an invocation', async () => {
    const running = await run({ resources: { Orders: orders() } });
    await running.invoke('orders', { afterwards: 'exit' });
    await eventually(() => expect(running.events.some(({ type }) => type === 'environment-stopped')).toBe(true));
    expect((await facts(running)).served).toBe(1);
    const finished = running.events.filter((event) => event.type === 'invocation-finished');
    expect(finished).toMatchObject([{ initMs: expect.any(Number) }, { initMs: expect.any(Number) }]);
  });
});

it('replaces an environment whose process was killed between invocations by one that is initialised first', async () => {
  const running = await run({ resources: { Orders: orders() } });
  const { pid } = await facts(running);
  process.kill(pid, 'SIGKILL');
  await eventually(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'));
  // The end may not have been told yet when the next event comes, which then learns of it.
  await eventually(async () => expect((await running.invoke('orders', {})).functionError).toBeUndefined());
  const last = running.events.findLast((event) => event.type === 'invocation-finished');
  expect(last).toMatchObject({ outcome: 'response', initMs: expect.any(Number) });
});

describe.skipIf(process.platform === 'win32')('an environment between invocations', () => {
  const spawnedIn = (running: RunningEmulator): number => {
    const line = running.events.find((event) => event.type === 'log-line' && event.text.startsWith('spawned'));
    return line?.type === 'log-line' ? Number(line.text.split(' ')[1]) : 0;
  };

  it('stands still with everything that it started, and runs on for the next event', async () => {
    let whenAwake: () => readonly boolean[] = () => [];
    let frozen: readonly boolean[] = [];
    const onEvent: EmulatorOptions['onEvent'] = (event) => {
      if (event.type === 'log-line' && event.text === 'awake') frozen = whenAwake();
    };
    const running = await run({ resources: { Orders: orders() } }, { onEvent });
    const { pid } = await facts(running);
    await eventually(() => expect(isFrozen(pid)).toBe(true));
    await running.invoke('orders', { afterwards: 'spawn' });
    await eventually(() => expect([pid, spawnedIn(running)].map(isFrozen)).toEqual([true, true]));
    // Looked at when its output is told: before the emulator could have heard that it is ready and stopped it again.
    whenAwake = () => [pid, spawnedIn(running)].map(isFrozen);
    const { payload } = await running.invoke('orders', { log: 'awake', sleepMs: 20, facts: true });
    expect(JSON.parse(payload.toString()).pid).toBe(pid);
    expect(frozen).toEqual([false, false]);
  });

  it('dies although it stands still when a deployment replaces it, and when the emulator closes', async () => {
    const running = await run({ resources: { Orders: orders() } });
    const first = await facts(running);
    await eventually(() => expect(isFrozen(first.pid)).toBe(true));
    const resources = { Orders: orders({ MemorySize: 512 }) };
    await running.redeploy({ assets: { 'code.zip': wrappedProgram('zip') }, resources });
    await eventually(() => expect(isRunning(first.pid)).toBe(false));
    const second = await facts(running);
    await eventually(() => expect(isFrozen(second.pid)).toBe(true));
    await running.emulator.close();
    expect(isRunning(second.pid)).toBe(false);
  });

  it('goes on where freezing is switched off', async () => {
    const running = await run({ resources: { Orders: orders() } }, { freeze: false });
    await running.invoke('orders', { afterwards: 'tick' });
    const ticks = () => running.events.filter((event) => event.type === 'log-line' && event.text === 'tick');
    await eventually(() => expect(ticks().length).toBeGreaterThan(5));
  });
});

describe('a process that does not answer', () => {
  it('is killed with its children at the deadline, and replaced', async () => {
    const running = await run({ resources: { Orders: orders({ Timeout: 2 }) } });
    const { pid } = await facts(running);
    const answer = await running.invoke('orders', { hang: true }, { LogType: 'Tail' });
    expect(answer.functionError).toBe('Unhandled');
    expect(JSON.parse(answer.payload.toString())).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 2\.00 seconds$/),
    });
    expect(answer.log).toMatch(/REPORT .*\tStatus: timeout\n$/);
    const [, child] = /hanging with (\d+)/.exec(answer.log ?? '') ?? [];
    expect([pid, Number(child)].map(isRunning)).toEqual([false, false]);
    const next = await facts(running);
    expect(next.pid).not.toBe(pid);
    expect(next.served).toBe(1);
  });

  it('is an error when it exits', async () => {
    const running = await run({ resources: { Orders: orders() } });
    const answer = await running.invoke('orders', { exit: 3 }, { LogType: 'Tail' });
    expect(JSON.parse(answer.payload.toString())).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/Runtime exited with error: exit status 3$/),
    });
    expect(answer.log).toMatch(/\tStatus: error\tError Type: Runtime\.ExitError\n$/);
  });

  it('has its initialisation left out of the time of the function', async () => {
    // The wrapper alone takes longer than the function may.
    const slow = { text: '#!/bin/sh\nsleep 2.3\nexec "$1" "${0%/*}/program.mjs"\n', executable: true };
    const { kind, files } = wrappedProgram('zip');
    const running = await run({
      assets: { 'slow.zip': { kind, files: { ...files, start: slow } } },
      resources: { Slow: wrappedFunction('slow.zip', { FunctionName: 'slow', Timeout: 2 }) },
    });
    const { headers, now } = await facts(running, 'slow');
    expect(Number(headers['lambda-runtime-deadline-ms'])).toBeGreaterThan(now);
    const finished = running.events.find((event) => event.type === 'invocation-finished');
    expect(finished).toMatchObject({ initMs: expect.any(Number), outcome: 'response' });
  });
});

describe('a wrapper', () => {
  it.each(['zip', 'folder'] as const)(
    'starts with the command of the runtime as its arguments, from a %s',
    async (kind) => {
      const running = await run({ assets: { 'code.zip': wrappedProgram(kind) }, resources: { Orders: orders() } });
      const { argv, env } = await facts(running);
      expect(argv[0]).toBe(process.execPath);
      expect(path.isAbsolute(argv.at(-1))).toBe(true);
      expect(env.AWS_LAMBDA_EXEC_WRAPPER).toBe('/var/task/start');
    },
  );

  it('is found in a layer, of which a later one covers an earlier one', async () => {
    const layer = (key: string) => ({
      Type: 'AWS::Lambda::LayerVersion',
      Properties: { Content: { S3Bucket: 'assets', S3Key: key } },
    });
    const broken = { kind: 'zip', files: { start: { text: '#!/bin/sh\nexit 9\n', executable: true } } } as const;
    const running = await run({
      assets: {
        'layer.zip': wrappedProgram('zip'),
        'broken.zip': broken,
        'code.zip': { kind: 'zip', files: { 'a.txt': { text: '' } } },
      },
      resources: {
        First: layer('broken.zip'),
        Second: layer('layer.zip'),
        Orders: orders({ Layers: [{ Ref: 'First' }, { Ref: 'Second' }] }, { AWS_LAMBDA_EXEC_WRAPPER: '/opt/start' }),
      },
    });
    const { cwd, argv } = await facts(running);
    expect(cwd).toContain(`${path.sep}task${path.sep}`);
    expect(argv[0]).toBe(process.execPath);
  });

  it.each([
    ['is missing', '/var/task/nothing', 127],
    ['may not be executed', '/var/task/program.mjs', 126],
  ])('that %s ends the process as in Lambda', async (_case, wrapper, status) => {
    const running = await run({ resources: { Orders: orders({}, { AWS_LAMBDA_EXEC_WRAPPER: wrapper }) } });
    const { payload, functionError } = await running.invoke('orders', {});
    expect(functionError).toBe('Unhandled');
    expect(JSON.parse(payload.toString())).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining(`Runtime exited with error: exit status ${status}`),
    });
  });
});

describe('other ways to start', () => {
  it('run the handler of a package on the managed Node runtime', async () => {
    const source =
      'exports.handler = async (event, context) => ({ event, name: context.functionName, root: __dirname });';
    const running = await run({
      assets: { 'plain.zip': { kind: 'folder', files: { 'src/orders.js': { text: source } } } },
      resources: {
        Orders: wrappedFunction('plain.zip', {
          FunctionName: 'orders',
          Handler: 'src/orders.handler',
          Environment: { Variables: {} },
        }),
      },
    });
    const { payload, functionError } = await running.invoke('orders', { n: 1 });
    expect(functionError).toBeUndefined();
    expect(JSON.parse(payload.toString())).toMatchObject({
      event: { n: 1 },
      name: 'orders',
      root: expect.stringMatching(/src$/),
    });
  });

  it('run inline code', async () => {
    const running = await run({
      resources: {
        Orders: wrappedFunction('', {
          FunctionName: 'orders',
          Code: { ZipFile: 'exports.handler = async () => "inline";' },
          Environment: { Variables: {} },
        }),
      },
    });
    expect((await running.invoke('orders', {})).payload.toString()).toBe('"inline"');
  });

  it('run the bootstrap of an OS-only runtime, and ignore a wrapper there', async () => {
    const { kind, files } = wrappedProgram('zip');
    const bootstrap = { text: '#!/bin/sh\nexec node "$LAMBDA_TASK_ROOT/program.mjs"\n', executable: true };
    const running = await run({
      assets: { 'code.zip': { kind, files: { ...files, bootstrap } } },
      resources: { Orders: orders({ Runtime: 'provided.al2023' }, { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/nothing' }) },
    });
    const { env } = await facts(running);
    expect(env.AWS_EXECUTION_ENV).toBeUndefined();
    expect(env.NODE_PATH).toBeUndefined();
  });
});

it('unpacks nothing next to the code that was synthesized', async () => {
  const running = await run({ assets: { 'code.zip': wrappedProgram('folder') }, resources: { Orders: orders() } });
  await mkdir(path.join(running.assembly.folder, 'node_modules'), { recursive: true });
  const { cwd } = await facts(running);
  expect(cwd.startsWith(running.assembly.folder)).toBe(false);
});
