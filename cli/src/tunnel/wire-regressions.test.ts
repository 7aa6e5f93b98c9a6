import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Emulator, type EmulatorEvent } from '@live-lambda/emulator';
import {
  type Channel,
  type Clock,
  type LinkOutcome,
  type StubLink,
  systemClock,
  type TunnelInvocation,
  type TunnelReply,
} from '@live-lambda/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  changeTemplate,
  type EmulatedWire,
  emulatedWire,
  listening,
  rawEcho,
  useKeysOf,
} from '../fixtures/emulated-wire.ts';
import { type FixtureApp, fixtureApp } from '../fixtures/fixture-app.ts';

const tenMinutesMs = 600_000;
const program = join(import.meta.dirname, '..', '..', 'bin', 'run.js');

let app: FixtureApp;
let emulator: Emulator;
let wire: EmulatedWire;
const refused: EmulatorEvent[] = [];
const started: Extract<EmulatorEvent, { type: 'environment-started' }>[] = [];

beforeAll(async () => {
  app = await fixtureApp([
    { id: 'Raw', source: rawEcho },
    { id: 'Small', source: rawEcho, timeoutSeconds: 60 },
    { id: 'Cold', source: rawEcho, timeoutSeconds: 120 },
    { id: 'Brief', source: 'export const handler = async (event) => event;', timeoutSeconds: 20 },
  ]);
  await changeTemplate(app, ({ Resources }) => {
    const small = Resources.Small?.Properties.Environment as { Variables: Record<string, unknown> };
    small.Variables.NODE_OPTIONS = '--max-old-space-size=128';
  });
});

afterAll(() => app.remove());

/** A cloud with the app deployed. */
async function open(options: Parameters<typeof Emulator.start>[0] = {}) {
  emulator = await Emulator.start({
    ...options,
    onEvent: (event) => {
      if (event.type === 'frame-refused') refused.push(event);
      if (event.type === 'environment-started') started.push(event);
    },
  });
  useKeysOf(emulator);
  await emulator.deploy(app.assembly);
  wire = await emulatedWire(emulator, app);
}

async function close() {
  await wire?.[Symbol.asyncDispose]();
  await emulator?.close();
}

const echo = async ({ headers, event }: TunnelInvocation): Promise<TunnelReply> => ({
  headers,
  outcome: { type: 'response', body: event },
});

describe('with functions in AWS and processes on the laptop', () => {
  const children = new Set<ChildProcess>();

  beforeAll(() => open());
  afterAll(close);
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
    await wire.stopTunnels();
  });

  it('6 MB go in and come out of a function whose process has a heap of 128 MB', async () => {
    await wire.startTunnel();
    const event = Buffer.from(JSON.stringify(randomBytes(4_718_589).toString('base64')));
    expect(event.length).toBeGreaterThan(6_291_000);
    for (let calls = 0; calls < 2; calls++) {
      const { failed, body } = await wire.invoke('Small', event);
      expect(failed).toBeUndefined();
      expect(body.equals(event)).toBe(true);
    }
    // It lived through both.
    expect(started.filter(({ functionName }) => functionName === 'Small')).toHaveLength(1);
  });

  it('a fault of the tunnel is the answer of the function that it was asked for', async () => {
    const notify = ({ type }: { readonly type: string }) => {
      if (type === 'invocation-started') throw new Error('the terminal is gone');
    };
    await wire.startTunnel({ host: { notify } });
    const { failed, body } = await wire.invoke('Brief');
    expect(failed).toBe('Unhandled');
    expect(JSON.parse(body.toString())).toMatchObject({
      errorType: 'LiveLambda.TunnelFailed',
      errorMessage: expect.stringContaining('Shop/Brief: the tunnel on the developer'),
    });
  });

  it('50 calls at once of a function that was never called are all answered, each by a process of its own', async () => {
    const gate = join(app.folder, 'gate');
    const told = listening();
    await wire.startTunnel({ host: told.host });
    const calls = Array.from({ length: 50 }, (_, call) => wire.invoke('Cold', { call, gate }));
    const startedHere = () =>
      new Set(told.events.flatMap((event) => (event.type === 'invocation-started' ? [event.environmentId] : [])));
    await expect.poll(() => startedHere().size, { timeout: 110_000, interval: 100 }).toBe(50);
    await writeFile(gate, '');
    const answers = await Promise.all(calls);
    expect(answers.map(({ failed, body }) => failed ?? JSON.parse(body.toString()).call)).toEqual([...answers.keys()]);
  }, 120_000);

  it('two tunnels on one session start a handler once for each call', async () => {
    const told = [listening(), listening()];
    for (const { host } of told) await wire.startTunnel({ host });
    const answers = await Promise.all(Array.from({ length: 8 }, (_, call) => wire.invoke('Raw', { call })));
    expect(answers.map(({ body }) => JSON.parse(body.toString()).call)).toEqual([...answers.keys()]);
    const starts = told.flatMap(({ events }) =>
      events.flatMap((event) => (event.type === 'invocation-started' ? [event.requestId] : [])),
    );
    expect(starts).toHaveLength(8);
    expect(new Set(starts).size).toBe(8);
  });

  /** The command line as a process, once it takes calls. */
  async function launch(): Promise<ChildProcess> {
    const { accessKeyId, secretAccessKey } = emulator.developerCredentials;
    const child = spawn(process.execPath, [program, 'tunnel', '--json', '--endpoint', emulator.endpoint], {
      cwd: app.folder,
      env: {
        PATH: process.env.PATH,
        HOME: app.folder,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_REGION: emulator.region,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.add(child);
    await new Promise<void>((resolve, reject) => {
      let text = '';
      child.stdout?.on('data', (chunk) => {
        text += chunk;
        if (text.includes('"type":"ready"')) resolve();
      });
      child.on('close', () => reject(new Error(`the tunnel ended: ${text}`)));
    });
    return child;
  }

  it.each([
    ['Ctrl-C', 'SIGINT', 'LiveLambda.NobodyAnswered', 'The handler did not run.'],
    ['kill -9', 'SIGKILL', 'LiveLambda.TunnelSilent', 'The handler may have run.'],
  ] as const)(
    'after %s the next caller is told so within the time of the function',
    async (_what, signal, errorType, ran) => {
      const child = await launch();
      const before = await wire.invoke('Brief', { served: true });
      expect(before.body.toString()).toBe('{"served":true}');
      const ended = new Promise((resolve) => child.on('close', resolve));
      child.kill(signal);
      await ended;
      const { failed, body } = await wire.invoke('Brief', {});
      expect({ failed, ...JSON.parse(body.toString()) }).toMatchObject({
        failed: 'Unhandled',
        errorType,
        errorMessage: expect.stringContaining(ran),
      });
    },
  );
});

describe('with both ends of the wire in this process', () => {
  const credentials = { accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 't' };
  /** What the wall clock is ahead, by suspensions. */
  let sleptMs = 0;
  const wallClockMs = () => Date.now() + sleptMs;

  beforeEach(async () => {
    sleptMs = 0;
    refused.length = 0;
    await open({ now: wallClockMs });
  });
  afterEach(close);

  const call = (link: StubLink, event: string | Uint8Array, remainingMs = 20_000) =>
    link.invoke({ headers: {}, event: Buffer.from(event), deadlineMs: link.nowMs() + remainingMs });
  const answerOf = (outcome: LinkOutcome) =>
    outcome.type === 'result' ? Buffer.from(outcome.result.outcome.body).toString() : outcome;

  /** A tunnel, and a stub that has met it. */
  async function met(handler = echo, laptop: Channel = wire.channel({ wallClockMs }), clock: Clock = systemClock()) {
    const invocations: string[] = [];
    await wire
      .tunnelLink(
        {
          invoked: (invocation) => {
            invocations.push(invocation.invocationId);
            return handler(invocation);
          },
        },
        laptop,
      )
      .open();
    const channel = wire.channel({ host: 'function', wallClockMs, clock });
    const link = wire.stubLink({ credentials, channel, codecs: ['none'] });
    await link.open();
    expect(answerOf(await call(link, 'warm'))).toBe('warm');
    return { link, channel, laptop, invocations };
  }

  it('JSON full of quotes, CJK and emoji comes through byte for byte, wherever it is cut', async () => {
    const { link } = await met();
    for (const shift of [0, 1, 2, 3]) {
      const event = Buffer.from(JSON.stringify(`${'x'.repeat(shift)}${'"\\\u2028茶😀'.repeat(60_000)}`));
      const outcome = await call(link, event);
      expect(outcome.type === 'result' && event.equals(outcome.result.outcome.body)).toBe(true);
    }
  });

  it('a stub that was frozen for ten minutes is answered at its first call, over a socket that is dead', async () => {
    const frozen = freezingClock();
    const { link, laptop, invocations } = await met(echo, undefined, frozen.clock);
    frozen.freeze();
    // The laptop is awake meanwhile, and looks at its clock; for it the end is a nap after which it connects anew.
    for (sleptMs = 0; sleptMs < tenMinutesMs; sleptMs += 10_000) laptop.wanted();
    emulator.faults.halfOpenAll();
    await broken(laptop, () => {
      sleptMs += 20_000;
      laptop.wanted();
    });
    frozen.thaw();
    expect(answerOf(await call(link, 'first', 10_000))).toBe('first');
    expect(invocations).toHaveLength(2);
  });

  it('a laptop that slept for ten minutes takes the call that was made while it slept', async () => {
    const { link, laptop, invocations } = await met();
    emulator.faults.halfOpenAll();
    const answered = call(link, 'meanwhile');
    await broken(laptop, () => {
      sleptMs = tenMinutesMs;
      laptop.wanted();
    });
    expect(answerOf(await answered)).toBe('meanwhile');
    expect(invocations).toHaveLength(2);
  });

  it('a call over sockets that died without a word is answered once both ends have noticed, and runs once', async () => {
    await close();
    // A keep-alive that is missed is noticed as in AWS, after seconds in place of minutes.
    await open({ limits: { keepAliveIntervalMs: 400, connectionTimeoutMs: 2000 } });
    const { link, invocations } = await met();
    emulator.faults.halfOpenAll();
    expect(answerOf(await call(link, 'silence'))).toBe('silence');
    expect(invocations).toHaveLength(2);
  });

  it.each([
    ['answers 401', 401],
    ['is not there', 'refused'],
  ] as const)(
    'a stub whose API %s for the first seconds says so, and serves the next call without a deployment',
    async (_what, how) => {
      await wire.tunnelLink({ invoked: echo }).open();
      let young = true;
      if (how === 'refused') emulator.faults.set({ refuseShare: 1, refuseWith: 'tcp' });
      const channel = wire.channel({
        host: 'function',
        credentials: async () =>
          young && how === 401 ? { ...credentials, accessKeyId: 'ASIAUNKNOWN' } : emulator.developerCredentials,
      });
      const link = wire.stubLink({ credentials, channel });
      void link.open();
      expect(answerOf(await call(link, 'too early'))).toMatchObject({
        type: 'failed',
        failure: how === 401 ? 'api-refused' : 'api-unreachable',
        mayHaveRun: false,
      });
      young = false;
      emulator.faults.clear();
      expect(answerOf(await call(link, 'in time'))).toBe('in time');
    },
  );

  it('a role without permission is told with the reason, and does not connect again and again', async () => {
    const unknown = async () => ({ ...credentials, accessKeyId: 'ASIAUNKNOWN' });
    const laptop = wire.channel({ credentials: unknown, clock: hurried(200) });
    await expect(wire.tunnelLink({ invoked: echo }, laptop).open()).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('UnauthorizedException'),
    });
    laptop.wanted();
    expect(laptop.status.name).toBe('failed');
    const link = wire.stubLink({ credentials, channel: wire.channel({ host: 'function', credentials: unknown }) });
    void link.open();
    for (let calls = 0; calls < 3; calls++) {
      expect(await call(link, 'x')).toMatchObject({
        type: 'failed',
        failure: 'api-refused',
        detail: expect.stringContaining('UnauthorizedException'),
        mayHaveRun: false,
      });
    }
    // One of the laptop, which stays with that; of the stub one at its start and one for each call, and what was due.
    expect(refused.length).toBeGreaterThanOrEqual(2);
    expect(refused.length).toBeLessThanOrEqual(8);
  });

  it('an answer that comes after its caller was told of a timeout does not answer the next call', async () => {
    const late: (() => void)[] = [];
    const { link, channel, invocations } = await met((invocation) =>
      Buffer.from(invocation.event).toString() === 'warm'
        ? echo(invocation)
        : new Promise((resolve) => late.push(() => void echo(invocation).then(resolve))),
    );
    const slow = call(link, 'slow', 2000);
    await expect.poll(() => late.length).toBe(1);
    // That the stub gives up does not reach the tunnel, which therefore answers.
    emulator.faults.set({ dropShare: 1, namespaces: ['to-tunnel'] });
    expect(answerOf(await slow)).toMatchObject({ type: 'failed', mayHaveRun: true });
    // What is answered on the same socket comes after all that was said on it before.
    await channel.publish('/to-tunnel/shop/nobody', [Buffer.from('last')]);
    emulator.faults.clear();
    const next = call(link, 'next');
    await expect.poll(() => late.length).toBe(2);
    for (const answer of late) answer();
    expect(answerOf(await next)).toBe('next');
    expect(invocations).toHaveLength(3);
  });

  /** Waits until a connection was given up and is open again. */
  async function broken(channel: Channel, cause: () => void): Promise<void> {
    const names: string[] = [];
    const again = new Promise<void>((resolve) => {
      channel.onStatus(({ name }) => {
        names.push(name);
        if (name === 'open' && names.includes('waiting')) resolve();
      });
    });
    cause();
    await again;
  }
});

/** A clock that is so many times as fast. */
function hurried(times: number): Clock {
  return {
    nowMs: () => performance.now() * times,
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs / times);
      return () => clearTimeout(timer);
    },
  };
}

/** A clock whose timers stand still with the process that they are of. */
function freezingClock() {
  let held: (() => void)[] | undefined;
  const clock: Clock = {
    nowMs: () => performance.now(),
    after(delayMs, run) {
      let cancelled = false;
      const due = () => !cancelled && (held ? held.push(run) : run());
      const timer = setTimeout(due, Math.max(0, delayMs));
      return () => {
        cancelled = true;
        clearTimeout(timer);
      };
    },
  };
  return {
    clock,
    freeze() {
      held = [];
    },
    thaw() {
      const runs = held ?? [];
      held = undefined;
      for (const run of runs) run();
    },
  };
}
