import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { InvokeCommand, InvokeWithResponseStreamCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeployedApp, deployApp } from './fixtures/deployed-app.ts';
import { startTunnelProcess } from './fixtures/tunnel-process.ts';

const appFolder = join(import.meta.dirname, 'fixtures', 'fallback-app');

let app: DeployedApp;
beforeAll(async () => {
  app = await deployApp({ appFolder, context: ['live-lambda=true'] });
});
afterAll(() => app?.[Symbol.asyncDispose]());

/** What the caller of a function has: its answer, and what it wrote. */
interface Answered {
  readonly error: string | undefined;
  readonly payload: string;
  readonly log: readonly string[];
}

/** What differs between two functions by nature: names, ids, credentials, folders of the emulator, times. */
function withoutNames(text: string, functionName: string): string {
  return text
    .replaceAll(functionName, '<function>')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<request id>')
    .replaceAll(/\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}/g, '<log stream>')
    .replaceAll(/"(AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN)":"[^"]+"/g, '"$1":"<credential>"')
    .replaceAll(/\/[\w./-]{0,200}\/opt\/[0-9a-f]{32}/g, '<opt>')
    .replaceAll(/127\.0\.0\.1:\d+/g, '<loopback>')
    .replaceAll(/Root=[^"]+/g, '<trace>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>');
}

async function invoke(constructId: string, event: object): Promise<Answered> {
  const FunctionName = app.nameOf(constructId);
  const command = new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), LogType: 'Tail' });
  const { FunctionError, Payload, LogResult = '' } = await app.lambda.send(command);
  const log = Buffer.from(LogResult, 'base64').toString().split('\n');
  // Besides what Lambda measures: a runtime whose answer is refused says so when the caller may have been answered.
  const incidental = /^(?:REPORT |INIT_REPORT |\[ERROR\] \[\d+\] LAMBDA_RUNTIME |$)/;
  return {
    error: FunctionError,
    payload: withoutNames(Buffer.from(Payload ?? []).toString(), FunctionName),
    log: log.filter((line) => !incidental.test(line)).map((line) => withoutNames(line, FunctionName)),
  };
}

async function stream(constructId: string, event: object) {
  const FunctionName = app.nameOf(constructId);
  const command = new InvokeWithResponseStreamCommand({ FunctionName, Payload: JSON.stringify(event) });
  const parts: Uint8Array[] = [];
  let complete: object | undefined;
  for await (const { PayloadChunk, InvokeComplete } of (await app.lambda.send(command)).EventStream ?? []) {
    if (PayloadChunk?.Payload) parts.push(PayloadChunk.Payload);
    if (InvokeComplete) complete = InvokeComplete;
  }
  return {
    text: Buffer.concat(parts).toString(),
    complete: withoutNames(JSON.stringify(complete), FunctionName),
  };
}

describe('a function whose stub finds no tunnel', () => {
  it.each<readonly [string, string, object]>([
    ['sees its environment', 'Probe', { deed: 'see' }],
    ['gives its result', 'Probe', { deed: 'echo', value: { price: '1.0', name: 'Łódź', list: [1, null] } }],
    ['gives no result', 'Probe', { deed: 'nothing' }],
    ['writes its log', 'Probe', { deed: 'print' }],
    ['gives a large result', 'Probe', { deed: 'large', bytes: 5_000_000 }],
    ['gives a result that is too large', 'Probe', { deed: 'large', bytes: 7_000_000 }],
    ['fails with an error', 'Probe', { deed: 'reject' }],
    ['fails with what is no error', 'Probe', { deed: 'rejectText' }],
    ['gives what is no JSON', 'Probe', { deed: 'circular' }],
    ['leaves a file behind', 'Probe', { deed: 'leave' }],
    ['finds what it left behind', 'Probe', { deed: 'leave' }],
    ['counts its invocations', 'Probe', { deed: 'see' }],
    ['throws where nobody catches', 'Probe', { deed: 'crash' }],
    ['begins anew after that', 'Probe', { deed: 'see' }],
    ['exits', 'Probe', { deed: 'exit' }],
    ['is killed', 'Probe', { deed: 'kill' }],
    ['begins anew after that, too', 'Probe', { deed: 'see' }],
    ['takes too long', 'Hasty', { deed: 'hang' }],
    ['is not hindered by that', 'Hasty', { deed: 'echo', value: 1 }],
    ['answers by callback when its event loop is empty', 'Callback', { n: 1 }],
    ['cannot be initialised', 'Broken', {}],
    ['cannot be initialised the second time either', 'Broken', {}],
    ['streams to a caller that takes no stream', 'Stream', { parts: 3, bytes: 10 }],
  ])('%s as without the stub', async (_what, name, event) => {
    const [plain, beside] = await Promise.all([invoke(`Plain${name}`, event), invoke(`Beside${name}`, event)]);
    expect(beside).toEqual(plain);
  });

  it.each<readonly [string, object]>([
    ['whole', { parts: 4, bytes: 10 }],
    ['of many megabytes', { parts: 200, bytes: 50_000 }],
    ['that fails in the middle', { parts: 2, bytes: 10, fails: true }],
    ['that breaks off', { parts: 2, bytes: 10, exits: true }],
  ])('streams a response %s as without the stub', async (_what, event) => {
    const [plain, beside] = await Promise.all([stream('PlainStream', event), stream('BesideStream', event)]);
    expect(beside).toEqual(plain);
  });
});

/** Counts the runs of handlers, wherever they are. */
async function startRunCounter() {
  const runs = new Map<string, number>();
  const server = createServer(({ url = '' }, response) => {
    const id = url.slice(1);
    runs.set(id, (runs.get(id) ?? 0) + 1);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    runs: (id: string) => runs.get(id) ?? 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Place = 'laptop' | 'deployed';
interface Run {
  readonly id: string;
  /** Where the handler says that it ran, or what the caller was told instead. */
  readonly end: Place | { readonly errorMessage: string };
}

/** Invokes a function all the time, so many times at once. */
function startLoad(constructId: string, url: string, atOnce: number) {
  const runs: Run[] = [];
  const watching = new Set<() => void>();
  let stopping = false;
  async function loop(name: string): Promise<void> {
    for (let turn = 0; !stopping; turn += 1) {
      const id = `${name}-${turn}`;
      const { error, payload } = await invoke(constructId, { id, url });
      const { errorMessage, taskRoot } = JSON.parse(payload);
      const place: Place = taskRoot === join(appFolder, 'functions') ? 'laptop' : 'deployed';
      runs.push({ id, end: error === undefined ? place : { errorMessage } });
      for (const look of watching) look();
    }
  }
  const loops = Promise.all(Array.from({ length: atOnce }, (_, index) => loop(String(index))));
  return {
    /** Resolves when so many more have ended there. */
    until(place: Place, count: number): Promise<void> {
      const from = runs.length;
      return new Promise((resolve) => {
        const look = () => {
          if (runs.slice(from).filter(({ end }) => end === place).length < count) return;
          watching.delete(look);
          resolve();
        };
        watching.add(look);
      });
    },
    async stop(): Promise<readonly Run[]> {
      stopping = true;
      await loops;
      return runs;
    },
  };
}

describe('a function under load while tunnels come and go', () => {
  it('runs every event once, on the laptop or where it is deployed, without another deployment', async () => {
    await using counter = await startRunCounter();
    const atOnce = 4;
    const load = startLoad('BesideLoad', counter.url, atOnce);
    await load.until('deployed', 20);
    for (let round = 0; round < 2; round += 1) {
      {
        await using _tunnel = await startTunnelProcess(app, appFolder);
        await load.until('laptop', 40);
      }
      await load.until('deployed', 40);
    }
    const runs = await load.stop();
    const failed = runs.filter(({ end }) => typeof end === 'object');
    // A tunnel that leaves while it runs something cannot say how that ends; the stub does not run it again.
    const truthful = {
      errorMessage: expect.stringMatching(/stopped while it ran|not been heard of since.*may have run/),
    };
    expect(failed.map(({ end }) => end)).toEqual(failed.map(() => truthful));
    expect(failed.length).toBeLessThanOrEqual(2 * atOnce);
    const succeeded = runs.filter((run) => !failed.includes(run));
    expect(succeeded.filter(({ id }) => counter.runs(id) !== 1)).toEqual([]);
    expect(failed.filter(({ id }) => counter.runs(id) > 1)).toEqual([]);
  });
});
