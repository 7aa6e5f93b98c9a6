import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createExecutionEnvironment } from './execution-environment.ts';
import { eventually } from './fixtures/eventually.ts';
import { isStopped } from './fixtures/process-state.ts';
import { environmentOf, invocationOf, nodePlan, readOutcome } from './fixtures/run-function.ts';
import { MAX_RESPONSE_BYTES } from './runtime-api/outcomes.ts';

const plan = (source: string) => nodePlan({ files: { 'index.mjs': source } });

describe('an execution environment', () => {
  it('initialises ahead of the first invocation and keeps its process for the next', async () => {
    const { environment, pids } = environmentOf(
      plan('let count = 0; export const handler = async () => ({ count: ++count, pid: process.pid });'),
    );
    expect(environment.state).toBe('stopped');
    await environment.start();
    expect(environment).toMatchObject({ state: 'ready', pid: pids[0] });
    expect(readOutcome(await environment.invoke(invocationOf())).json).toEqual({ count: 1, pid: pids[0] });
    expect(readOutcome(await environment.invoke(invocationOf())).json).toEqual({ count: 2, pid: pids[0] });
    expect(pids).toHaveLength(1);
  });

  it('starts the process with the first invocation where nobody did before', async () => {
    const { environment } = environmentOf(plan('export const handler = async (event) => event;'));
    const answering = environment.invoke(invocationOf({ a: 1 }));
    expect(environment.state).toBe('busy');
    expect(readOutcome(await answering).json).toEqual({ a: 1 });
  });

  it('passes the event and the answer on byte for byte, up to the limits of Lambda', async () => {
    const { environment } = environmentOf(
      plan("export const handler = async (event) => (event.size ? 'x'.repeat(event.size) : event.text.length);"),
    );
    const event = Buffer.from(JSON.stringify({ text: 'y'.repeat(6 * 1024 * 1024 - 100) }));
    expect(readOutcome(await environment.invoke(invocationOf(event))).json).toBe(6 * 1024 * 1024 - 100);
    const largest = await environment.invoke(invocationOf({ size: MAX_RESPONSE_BYTES - 2 }));
    expect(largest).toMatchObject({ type: 'response' });
    expect(largest.body.byteLength).toBe(MAX_RESPONSE_BYTES);
    expect(readOutcome(await environment.invoke(invocationOf({ size: MAX_RESPONSE_BYTES - 1 })))).toMatchObject({
      origin: 'response-too-large',
      json: { errorType: 'Function.ResponseSizeTooLarge' },
    });
    expect(readOutcome(await environment.invoke(invocationOf({ text: 'still here' }))).json).toBe(10);
  });

  it('kills a handler that spins at the deadline, and answers the next invocation with a new process', async () => {
    const { environment, pids, exits } = environmentOf(
      plan('export const handler = async (event) => { while (event.spin); return process.pid; };'),
      { timeoutMs: 3000 },
    );
    await environment.start();
    const invocation = invocationOf({ spin: true }, { deadlineMs: Date.now() + 200 });
    expect(readOutcome(await environment.invoke(invocation))).toEqual({
      type: 'error',
      origin: 'timeout',
      json: {
        errorType: 'Sandbox.Timedout',
        errorMessage: `RequestId: ${invocation.requestId} Error: Task timed out after 3.00 seconds`,
      },
    });
    expect(exits).toEqual([{ type: 'signalled', signal: 'SIGKILL' }]);
    expect(readOutcome(await environment.invoke(invocationOf())).json).toBe(pids[1]);
    expect(pids[1]).not.toBe(pids[0]);
  });

  it('counts the start of a process within an invocation against its deadline', async () => {
    const { environment } = environmentOf(plan('for (;;); export const handler = async () => 1;'), { timeoutMs: 1000 });
    const outcome = await environment.invoke(invocationOf({}, { deadlineMs: Date.now() + 300 }));
    expect(readOutcome(outcome)).toMatchObject({ origin: 'timeout' });
  });

  it('kills a function that initialises for too long, and lets it once more within the next invocation', async () => {
    const launch = plan(`
      import { existsSync } from 'node:fs';
      while (!existsSync('table-is-up'));
      export const handler = async () => 'slow';
    `);
    const { environment, pids, exits } = environmentOf(launch, { initTimeoutMs: 300 });
    await environment.start();
    expect(environment.state).toBe('stopped');
    writeFileSync(join(launch.cwd, 'table-is-up'), '');
    expect(readOutcome(await environment.invoke(invocationOf())).json).toBe('slow');
    expect(exits).toEqual([{ type: 'signalled', signal: 'SIGKILL' }]);
    expect(pids).toHaveLength(2);
  });

  it('keeps the error of a failed start for the next invocation, and starts anew for the one after', async () => {
    const { environment, pids } = environmentOf(plan("throw new TypeError('no table');"));
    await environment.start();
    expect(environment.state).toBe('stopped');
    for (const starts of [1, 2]) {
      expect(readOutcome(await environment.invoke(invocationOf()))).toMatchObject({
        origin: 'init',
        json: { errorType: 'TypeError', errorMessage: 'no table' },
      });
      expect(pids).toHaveLength(starts);
    }
  });

  it('answers with the exit status of a handler that exits', async () => {
    const { environment } = environmentOf(plan('export const handler = async () => process.exit(3);'));
    expect(readOutcome(await environment.invoke(invocationOf()))).toMatchObject({
      origin: 'exit',
      json: { errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(/exit status 3$/) },
    });
  });

  it('answers an invocation whose process died after the one before, in a new process', async () => {
    const { environment, exits } = environmentOf(
      plan('export const handler = async () => { setTimeout(() => process.exit(9), 0); return process.pid; };'),
    );
    const first = readOutcome(await environment.invoke(invocationOf())).json;
    while (exits.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(readOutcome(await environment.invoke(invocationOf())).json).not.toBe(first);
  });

  it('answers a command that does not exist as an invalid entry point', async () => {
    const { environment } = environmentOf({ command: '/nonexistent/runtime', args: [], cwd: '/', env: {} });
    expect(readOutcome(await environment.invoke(invocationOf()))).toMatchObject({
      origin: 'launch',
      json: { errorType: 'Runtime.InvalidEntrypoint', errorMessage: expect.stringContaining('/nonexistent/runtime') },
    });
  });

  it('has passed on everything that was printed before the answer, with the request id of its invocation', async () => {
    const { environment, lines } = environmentOf(
      plan(`
        console.log('initialising');
        export const handler = async ({ text }) => {
          process.stdout.write(text + '\\n');
          process.stderr.write('to stderr\\n');
        };
      `),
    );
    await environment.start();
    const text = 'z'.repeat(10 * 1024 * 1024);
    const invocation = invocationOf({ text: 'short' });
    await environment.invoke(invocation);
    expect(lines).toMatchObject([
      { text: expect.stringMatching(/initialising$/), requestId: undefined },
      { stream: 'stdout', text: 'short', requestId: invocation.requestId },
      { stream: 'stderr', text: 'to stderr', requestId: invocation.requestId },
    ]);
    lines.length = 0;
    await environment.invoke(invocationOf({ text }));
    const printed = lines.filter(({ stream }) => stream === 'stdout');
    expect(printed.map((line) => line.text).join('')).toBe(text);
  });

  it('never answers before a line that was printed first, over many invocations', async () => {
    const { environment, lines } = environmentOf(
      plan("export const handler = async (n) => { process.stdout.write(n + '\\n'); };"),
    );
    for (let n = 0; n < 300; n += 1) {
      await environment.invoke(invocationOf(n));
      expect(lines.at(-1)?.text).toBe(String(n));
    }
  });

  it('passes on the last words of a process that is killed', async () => {
    const { environment, lines } = environmentOf(
      plan("export const handler = async () => { process.stdout.write('last words\\n'); for (;;); };"),
    );
    await environment.start();
    await environment.invoke(invocationOf({}, { deadlineMs: Date.now() + 1500 }));
    expect(lines.map((line) => line.text)).toEqual(['last words']);
  });

  it('runs one invocation at a time', async () => {
    const { environment } = environmentOf(plan('export const handler = async () => 1;'));
    const first = environment.invoke(invocationOf());
    await expect(environment.invoke(invocationOf())).rejects.toThrow(/busy/);
    expect(readOutcome(await first).json).toBe(1);
  });

  it('answers the invocation that runs when it is stopped, and takes no other', async () => {
    const { environment, lines } = environmentOf(
      plan(
        "export const handler = async () => { process.stdout.write('running\\n'); await new Promise(() => setInterval(() => {}, 1000)); };",
      ),
    );
    const running = environment.invoke(invocationOf());
    while (lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await environment.stop();
    expect(readOutcome(await running).json.errorMessage).toMatch(/signal: killed$/);
    expect(environment).toMatchObject({ state: 'closed', pid: undefined });
    await expect(environment.invoke(invocationOf())).rejects.toThrow(/was stopped/);
  });

  it('gives its port back when it is stopped', async () => {
    const { environment } = environmentOf(
      plan('export const handler = async () => process.env.AWS_LAMBDA_RUNTIME_API;'),
    );
    const address = readOutcome(await environment.invoke(invocationOf())).json;
    await expect(fetch(`http://${address}/ping`)).resolves.toMatchObject({ status: 200 });
    await environment.stop();
    await expect(fetch(`http://${address}/ping`)).rejects.toThrow();
  });

  it('can be stopped before it was started', async () => {
    const { environment } = environmentOf(plan(''));
    await environment.stop();
    await expect(environment.start()).rejects.toThrow(/was stopped/);
  });

  it('runs a retry that has the same request id', async () => {
    const { environment } = environmentOf(plan('let n = 0; export const handler = async () => ++n;'));
    for (const n of [1, 2]) {
      const outcome = await environment.invoke(invocationOf({}, { requestId: 'retried' }));
      expect(readOutcome(outcome).json).toBe(n);
    }
  });
});

describe('an execution environment whose process takes orders', () => {
  const controlled = (source: string) => ({ ...plan(source), control: true });

  it('can be held before it loads the code, and is let go by its start', async () => {
    const launch = controlled("process.stdout.write('loading\\n'); export const handler = async () => process.pid;");
    const { environment, lines, pids } = environmentOf(launch);
    await environment.hold();
    expect(environment).toMatchObject({ isHeld: true, hasSpoken: false, state: 'starting', pid: pids[0] });
    expect(lines).toEqual([]);
    await environment.start();
    expect(environment).toMatchObject({ isHeld: false, hasSpoken: true, state: 'ready' });
    expect(readOutcome(await environment.invoke(invocationOf())).json).toBe(pids[0]);
  });

  it('loads the code with the variables that it was given while it was held', async () => {
    const source = 'const { TABLE, GONE } = process.env; export const handler = async () => [TABLE, GONE ?? null];';
    const launch = controlled(source);
    const { environment, pids } = environmentOf({ ...launch, env: { ...launch.env, GONE: '1' } });
    await environment.hold();
    environment.renew({ TABLE: 'orders', GONE: null });
    expect(readOutcome(await environment.invoke(invocationOf())).json).toEqual(['orders', null]);
    expect(pids).toHaveLength(1);
  });

  it('has renewed variables before the next event, and in the next process', async () => {
    const source = 'export const handler = async ({ exit }) => (exit ? process.exit(1) : process.env.KEY);';
    const { environment, pids } = environmentOf(controlled(source));
    await environment.start();
    for (const value of ['first', 'second']) {
      environment.renew({ KEY: value });
      expect(readOutcome(await environment.invoke(invocationOf())).json).toBe(value);
    }
    expect(pids).toHaveLength(1);
    await environment.invoke(invocationOf({ exit: true }));
    expect(readOutcome(await environment.invoke(invocationOf())).json).toBe('second');
    expect(pids).toHaveLength(2);
  });

  it('is not limited in its initialisation while it is held, and is from then on', async () => {
    const { environment, exits } = environmentOf(controlled('for (;;); export const handler = 1;'), {
      initTimeoutMs: 200,
    });
    await environment.hold();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(exits).toEqual([]);
    await environment.start();
    await eventually(() => expect(exits).toEqual([{ type: 'signalled', signal: 'SIGKILL' }]));
  });

  it('says which files the code was loaded from', async () => {
    const launch = {
      ...nodePlan({ files: { 'index.mjs': "import './a.mjs'; export const handler = 1;", 'a.mjs': '' } }),
      control: true,
    };
    const files: string[] = [];
    const environment = createExecutionEnvironment({
      plan: launch,
      timeoutMs: 3000,
      onLoaded: (some) => files.push(...some),
    });
    onTestFinished(() => environment.stop());
    await environment.start();
    await eventually(() => expect(files.sort()).toEqual(['a.mjs', 'index.mjs'].map((name) => join(launch.cwd, name))));
  });
});

describe('an execution environment whose function streams', () => {
  const STREAMS = `export const handler = awslambda.streamifyResponse(async (event, stream) => {
    process.stdout.write('streaming\\n');
    stream.write('one');
    if (event.die) setTimeout(() => process.exit(1), 20);
    else stream.end('two');
  });`;

  it('gives the stream from its beginning, and is busy until it has ended, output included', async () => {
    const { environment, lines } = environmentOf(plan(STREAMS));
    const answer = await environment.invokeStreaming(invocationOf());
    if (answer.type !== 'stream') return expect.fail('no stream');
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer.body) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('onetwo');
    expect(await answer.ended).toBeUndefined();
    expect(lines).toMatchObject([{ text: 'streaming', requestId: expect.any(String) }]);
    expect((await environment.invoke(invocationOf())).body).toEqual(Buffer.from('onetwo'));
  });

  it('ends a stream whose process dies as truncated, and takes the next invocation', async () => {
    const { environment } = environmentOf(plan(STREAMS));
    const answer = await environment.invokeStreaming(invocationOf({ die: true }));
    if (answer.type !== 'stream') return expect.fail('no stream');
    await expect(environment.invoke(invocationOf())).rejects.toThrow(/busy/);
    expect(readOutcome((await answer.ended) ?? expect.fail('it is whole')).json.errorType).toBe(
      'Runtime.TruncatedResponse',
    );
    expect((await environment.invoke(invocationOf())).type).toBe('response');
  });
});

describe('an execution environment between invocations', () => {
  it('says that it is ready after its initialisation and after each invocation, when the runtime came back', async () => {
    const { environment, readiness } = environmentOf(plan('export const handler = async () => 1;'));
    await environment.start();
    expect(readiness).toEqual(['ready']);
    await environment.invoke(invocationOf());
    await eventually(() => expect(readiness).toEqual(['ready', 'ready']));
    await environment.invoke(invocationOf());
    await eventually(() => expect(readiness).toEqual(['ready', 'ready', 'ready']));
  });

  it.skipIf(process.platform === 'win32')('can be frozen, and is thawed by the next invocation', async () => {
    const { environment, pids } = environmentOf(
      plan('let count = 0; export const handler = async () => ({ count: ++count, pid: process.pid });'),
    );
    environment.freeze();
    await environment.start();
    environment.freeze();
    await eventually(() => expect(pids.map(isStopped)).toEqual([true]));
    expect(readOutcome(await environment.invoke(invocationOf())).json).toEqual({ count: 1, pid: pids[0] });
    expect(pids.map(isStopped)).toEqual([false]);
    await eventually(() => expect(environment.state).toBe('ready'));
    environment.freeze();
    environment.thaw();
    await eventually(() => expect(pids.map(isStopped)).toEqual([false]));
  });

  it('cannot be frozen while it serves an invocation', async () => {
    const { environment } = environmentOf(plan('export const handler = async () => 1;'));
    await environment.start();
    const answering = environment.invoke(invocationOf());
    environment.freeze();
    expect(readOutcome(await answering).json).toBe(1);
  });

  it.skipIf(process.platform === 'win32')('can be stopped while it is frozen', async () => {
    const { environment, exits } = environmentOf(plan('export const handler = async () => 1;'));
    await environment.start();
    environment.freeze();
    await environment.stop();
    expect(exits).toEqual([{ type: 'signalled', signal: 'SIGKILL' }]);
  });
});

describe('an environment that is stopped while it starts', () => {
  it('keeps nobody waiting for the process that never is', async () => {
    const { environment } = environmentOf(nodePlan({ files: { 'index.mjs': 'export const handler = () => 1;' } }));
    const waiting = [environment.start(), environment.hold()];
    await environment.stop();
    expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
    expect(environment.state).toBe('closed');
  });
});

describe('a process that died between two invocations', () => {
  it.skipIf(process.platform === 'win32')('is replaced for the next one, also while its end is not known', async () => {
    const { environment, pids, exits } = environmentOf(
      nodePlan({
        files: {
          // What outlives the process holds its output open, and with it the report of its end.
          'index.mjs': `
            import { spawn } from 'node:child_process';
            export const handler = async (event) => {
              if (event.leave) spawn('sleep', ['2'], { detached: true, stdio: 'inherit' }).unref();
              return process.pid;
            };`,
        },
      }),
    );
    await environment.invoke(invocationOf({ leave: true }));
    await expect.poll(() => environment.state, { interval: 5 }).toBe('ready');
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await expect.poll(() => environment.state, { interval: 5 }).not.toBe('ready');
    expect(exits).toEqual([]);
    expect(readOutcome(await environment.invoke(invocationOf())).json).toBe(pids[1]);
  });
});
