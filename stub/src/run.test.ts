import type { LinkOutcome, StubInvocation, StubLink } from '@live-lambda/protocol';
import { BrokenStream } from '@live-lambda/protocol';
import { describe, expect, it } from 'vitest';
import { type Answer, eventAnswer, runtimeApi } from './fixtures/runtime-api.ts';
import { run } from './run.ts';
import { createRuntimeClient } from './runtime-client.ts';

const settings = {
  app: 'shop',
  session: 'default',
  functionPath: 'Shop/Orders',
  httpHost: 'abc.example',
  realtimeHost: 'abc.example',
  trustedKeys: undefined,
  movedVariables: {},
};

const nobody: LinkOutcome = { type: 'failed', failure: 'nobody-answered', detail: '', mayHaveRun: false };

const result = (type: 'response' | 'error', body: string, headers = {}): LinkOutcome => ({
  type: 'result',
  result: { kind: 'result', invocationId: new Uint8Array(16), headers, outcome: { type, body: Buffer.from(body) } },
});

/** A stub with these events, whose link answers them so. Its two clocks are far apart, as they are in Lambda. */
async function stub(given: {
  readonly events: readonly Answer[];
  readonly outcomes: readonly LinkOutcome[];
  readonly open?: () => Promise<void>;
}) {
  const api = await runtimeApi({ next: given.events });
  const outcomes = [...given.outcomes];
  const invoked: StubInvocation[] = [];
  const logged: string[] = [];
  const link: StubLink = {
    open: given.open ?? (async () => undefined),
    nowMs: () => 500,
    invoke: async (invocation) => {
      invoked.push(invocation);
      return outcomes.shift() ?? nobody;
    },
  };
  const ended = run({
    runtime: createRuntimeClient(api.address),
    link,
    settings,
    wallClockMs: () => 1_000_000,
    log: (line) => logged.push(line),
  });
  // It ends when the Runtime API does, at the end of the test.
  ended.catch(() => undefined);
  return { ...api, invoked, logged, ended };
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
