import type { Failed, LinkOutcome, StubInvocation, StubLink } from '@live-lambda/protocol';
import { BrokenStream } from '@live-lambda/protocol';
import type { ProcessEnd } from '@live-lambda/runner/runtime-api';
import { describe, expect, it } from 'vitest';
import type { DeployedCode } from './deployed-code.ts';
import { type Answer, eventAnswer, runtimeApi } from './fixtures/runtime-api.ts';
import { settings } from './fixtures/settings.ts';
import { run } from './run.ts';
import { createRuntimeClient } from './runtime-client.ts';

const nobody: Failed = { type: 'failed', failure: 'nobody-answered', detail: '', mayHaveRun: false };

const result = (type: 'response' | 'error', body: string, headers = {}): LinkOutcome => ({
  type: 'result',
  result: { kind: 'result', invocationId: new Uint8Array(16), headers, outcome: { type, body: Buffer.from(body) } },
});

/** A stub with these events, whose link answers them so. Its two clocks are far apart, as they are in Lambda. */
async function stub(given: {
  readonly events: readonly Answer[];
  readonly outcomes: readonly LinkOutcome[];
  readonly open?: () => Promise<void>;
  /** What the looks for a tunnel find, one after the other; a tunnel when there are no more. */
  readonly absences?: readonly (Failed | undefined)[];
  readonly deployed?: DeployedCode;
  readonly onInvoke?: () => void;
}) {
  const api = await runtimeApi({ next: given.events });
  const outcomes = [...given.outcomes];
  const absences = [...(given.absences ?? [])];
  const looked: number[] = [];
  const invoked: StubInvocation[] = [];
  const logged: string[] = [];
  const link: StubLink = {
    open: given.open ?? (async () => undefined),
    nowMs: () => 500,
    look: async (deadlineMs) => {
      looked.push(deadlineMs);
      return absences.shift();
    },
    invoke: async (invocation) => {
      invoked.push(invocation);
      given.onInvoke?.();
      return outcomes.shift() ?? nobody;
    },
  };
  const ended = run({
    runtime: createRuntimeClient(api.address),
    link,
    settings: { ...settings, mode: given.deployed ? 'fallback' : 'replace' },
    deployed: given.deployed,
    wallClockMs: () => 1_000_000,
    log: (line) => logged.push(line),
  });
  // It ends when the Runtime API does, at the end of the test.
  ended.catch(() => undefined);
  return { ...api, invoked, looked, logged, ended };
}

describe('the stub', () => {
  it('takes one event after the other, and gives back what the link brought, as it is', async () => {
    const { requests, invoked } = await stub({
      events: [eventAnswer('r1', '{ "n": 1.0 }'), eventAnswer('r2')],
      outcomes: [result('response', '1.0', { 'content-type': 'text/plain' }), result('error', '{"errorType":"Bad"}')],
    });
    const [, first, , second] = await requests(5);
    expect(first).toMatchObject({
      path: '/2018-06-01/runtime/invocation/r1/response',
      headers: { 'content-type': 'text/plain' },
      body: Buffer.from('1.0'),
    });
    expect(second).toMatchObject({
      path: '/2018-06-01/runtime/invocation/r2/error',
      body: Buffer.from('{"errorType":"Bad"}'),
    });
    expect(Buffer.from(invoked[0]?.event ?? []).toString()).toBe('{ "n": 1.0 }');
    expect(invoked[0]?.headers).toMatchObject({ 'lambda-runtime-new-header': 'kept' });
  });

  it("hands on the deadline on the link's clock", async () => {
    const { requests, invoked } = await stub({ events: [eventAnswer('r1', '{}', 1_003_000)], outcomes: [] });
    await requests(2);
    expect(invoked).toMatchObject([{ deadlineMs: 3500 }]);
  });

  it('tells the caller and the log the same when there is no result', async () => {
    const { requests, logged } = await stub({ events: [eventAnswer('r1')], outcomes: [nobody] });
    const [, failed] = await requests(2);
    expect(failed).toMatchObject({
      path: '/2018-06-01/runtime/invocation/r1/error',
      headers: { 'lambda-runtime-function-error-type': 'LiveLambda.NobodyAnswered' },
    });
    const { errorMessage } = JSON.parse(String(failed?.body));
    expect(logged).toEqual([`r1 LiveLambda.NobodyAnswered: ${errorMessage}`]);
  });

  it('answers an HTTP request that nobody serves with a 503 that can be read', async () => {
    const event = JSON.stringify({ version: '2.0', requestContext: { http: { method: 'GET' } } });
    const { requests } = await stub({ events: [eventAnswer('r1', event)], outcomes: [nobody] });
    const [, answered] = await requests(2);
    expect(answered?.path).toBe('/2018-06-01/runtime/invocation/r1/response');
    expect(JSON.parse(String(answered?.body))).toMatchObject({
      statusCode: 503,
      body: expect.stringContaining('Shop/Orders is live'),
    });
  });

  it('streams, and tells a stream that broke off as a failure', async () => {
    async function* body() {
      yield Buffer.from('part');
      throw new BrokenStream({ type: 'failed', failure: 'tunnel-silent', detail: '', mayHaveRun: true });
    }
    const { requests, logged } = await stub({
      events: [eventAnswer('r1')],
      outcomes: [{ type: 'stream', headers: {}, body: body() }],
    });
    const [, streamed] = await requests(2);
    expect(String(streamed?.body)).toBe('part');
    expect(streamed?.trailers).toMatchObject({ 'lambda-runtime-function-error-type': 'LiveLambda.TunnelSilent' });
    expect(logged).toHaveLength(1);
  });

  it('takes its first event although the link does not get open', async () => {
    const { requests } = await stub({
      events: [eventAnswer('r1')],
      outcomes: [nobody],
      open: () => new Promise<void>(() => undefined),
    });
    expect(await requests(2)).toHaveLength(2);
  });

  it('ends when the Runtime API does', async () => {
    const { ended } = await stub({ events: [{ status: 500 }], outcomes: [] });
    await expect(ended).rejects.toThrow('the Runtime API answered 500 to next');
  });
});

/** Deployed code that remembers what it was asked for. */
function deployedCode() {
  const deeds: string[] = [];
  let waits = 0;
  let endNow: (end: ProcessEnd) => void = () => undefined;
  const ended = new Promise<ProcessEnd>((resolve) => {
    endNow = resolve;
  });
  const given: { end: ProcessEnd | undefined } = { end: undefined };
  const code: DeployedCode = {
    get end() {
      return given.end;
    },
    unlessEnded(work) {
      waits += 1;
      return Promise.race([work, ended]);
    },
    start: async () => void deeds.push('started'),
    run: async ({ requestId }) => void deeds.push(requestId),
  };
  const end = (how: ProcessEnd) => {
    given.end = how;
    endNow(how);
  };
  return { code, deeds, end, waits: () => waits };
}

describe('the stub beside deployed code', () => {
  const events = [eventAnswer('r1'), eventAnswer('r2'), eventAnswer('r3')];

  it('starts the code ahead of its first event where no tunnel is there, and has it run what no tunnel takes', async () => {
    const { code, deeds } = deployedCode();
    const { requests, looked } = await stub({
      events: [eventAnswer('r1', '{}', 1_030_000), eventAnswer('r2'), eventAnswer('r3')],
      deployed: code,
      absences: [nobody, nobody, undefined, nobody],
      outcomes: [result('response', '"laptop"')],
    });
    const seen = await requests(5);
    expect(deeds).toEqual(['started', 'r1', 'r3']);
    expect(seen.flatMap(({ method, path }) => (method === 'POST' ? [path] : []))).toEqual([
      '/2018-06-01/runtime/invocation/r2/response',
    ]);
    // On the link's clock: 10 s for the init phase, and what remains of the first event's time.
    expect(looked.slice(0, 2)).toEqual([10_500, 30_500]);
  });

  it('does not start the code while a tunnel is there', async () => {
    const { code, deeds } = deployedCode();
    const { requests } = await stub({ events, deployed: code, outcomes: events.map(() => result('response', '1')) });
    await requests(7);
    expect(deeds).toEqual([]);
  });

  it('has the code run what nothing of was published', async () => {
    const { code, deeds } = deployedCode();
    const { requests } = await stub({ events, deployed: code, outcomes: [nobody, result('response', '1'), nobody] });
    await requests(5);
    expect(deeds).toEqual(['r1', 'r3']);
  });

  it('never has the code run what was published', async () => {
    const { code, deeds } = deployedCode();
    const lost: Failed = { type: 'failed', failure: 'tunnel-silent', detail: '', mayHaveRun: true };
    const { requests } = await stub({ events: [eventAnswer('r1')], deployed: code, outcomes: [lost] });
    const [, told] = await requests(3);
    expect(told?.path).toBe('/2018-06-01/runtime/invocation/r1/error');
    expect(deeds).toEqual([]);
  });

  it('says once why the code runs, and nothing where there is no tunnel', async () => {
    const refused: Failed = {
      type: 'failed',
      failure: 'tunnel-refused',
      detail: 'no such function',
      mayHaveRun: false,
    };
    const { code } = deployedCode();
    const { requests, logged } = await stub({
      events,
      deployed: code,
      outcomes: [],
      absences: [nobody, refused, refused, nobody],
    });
    await requests(4);
    expect(logged).toEqual([expect.stringContaining('no such function')]);
  });

  it('ends as the code has ended meanwhile, once the event at hand is answered', async () => {
    const { code, end, waits } = deployedCode();
    const how = { type: 'exited' as const, code: 3 };
    const { ended, received } = await stub({
      events,
      deployed: code,
      outcomes: [result('response', '1')],
      onInvoke: () => end(how),
    });
    expect(await ended).toEqual(how);
    // It did not ask for another event, which would be lost with it.
    expect(waits()).toBe(1);
    expect(received.map(({ path }) => path)).toEqual([
      '/2018-06-01/runtime/invocation/next',
      '/2018-06-01/runtime/invocation/r1/response',
    ]);
  });

  it('ends with the code while it waits for an event', async () => {
    const { code, end } = deployedCode();
    const { requests, ended } = await stub({ events: [], deployed: code, outcomes: [] });
    await requests(1);
    end({ type: 'signalled', signal: 'SIGSEGV' });
    expect(await ended).toEqual({ type: 'signalled', signal: 'SIGSEGV' });
  });
});
