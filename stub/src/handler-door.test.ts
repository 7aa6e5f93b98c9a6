import type { LinkOutcome, StubInvocation, StubLink } from '@live-lambda/protocol';
import { BrokenStream } from '@live-lambda/protocol';
import { expect, it } from 'vitest';
import { settings } from './fixtures/settings.ts';
import { createHandlerDoor, type HostContext } from './handler-door.ts';
import { run } from './run.ts';

const result = (type: 'response' | 'error', body: string): LinkOutcome => ({
  type: 'result',
  result: {
    kind: 'result',
    invocationId: new Uint8Array(16),
    headers: {},
    outcome: { type, body: Buffer.from(body) },
  },
});

const streamOf = (body: AsyncIterable<Uint8Array>): LinkOutcome => ({ type: 'stream', headers: {}, body });

/** A stub behind the door, whose link answers so. The wall clock says 1,000,000 and the link's own 500. */
function stub(...outcomes: readonly (LinkOutcome | Promise<LinkOutcome>)[]) {
  const left = [...outcomes];
  const invoked: StubInvocation[] = [];
  const link: StubLink = {
    open: async () => undefined,
    nowMs: () => 500,
    look: async () => undefined,
    invoke: async (invocation) => {
      invoked.push(invocation);
      return left.shift() ?? { type: 'failed', failure: 'nobody-answered', detail: '', mayHaveRun: false };
    },
  };
  const wallClockMs = () => 1_000_000;
  const door = createHandlerDoor({ settings, wallClockMs, traceId: () => 'Root=1-from-the-environment' });
  void run({ runtime: door.runtime, link, settings, wallClockMs, log: () => undefined });
  return { handler: door.handler, invoked };
}

const context: HostContext = {
  awsRequestId: 'r1',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:orders:live',
  clientContext: { custom: { a: 1 } },
  identity: { cognitoIdentityId: 'i', cognitoIdentityPoolId: 'p' },
  tenantId: 'blue',
  getRemainingTimeInMillis: () => 3000,
};

/** What AWS's runtime clients tell of what a handler threw. */
async function thrownBy(answer: Promise<unknown>) {
  const error: unknown = await answer.then(
    (value) => new Error(`it answered ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error(`${String(error)} is no error`);
  return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') };
}

it('the context becomes the headers that the Runtime API gives', async () => {
  const { handler, invoked } = stub(result('response', '1'));
  await handler({ order: 1 }, context);
  expect(invoked[0]?.headers).toEqual({
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': 'r1',
    'lambda-runtime-deadline-ms': '1003000',
    'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-west-1:123456789012:function:orders:live',
    'lambda-runtime-trace-id': 'Root=1-from-the-environment',
    'lambda-runtime-client-context': '{"custom":{"a":1}}',
    'lambda-runtime-cognito-identity': '{"cognitoIdentityId":"i","cognitoIdentityPoolId":"p"}',
    'lambda-runtime-aws-tenant-id': 'blue',
  });
  expect(invoked[0]?.deadlineMs).toBe(3500);
  expect(Buffer.from(invoked[0]?.event ?? []).toString()).toBe('{"order":1}');
});

it('the trace that the context names counts, where it names one', async () => {
  const { handler, invoked } = stub(result('response', '1'));
  await handler({}, { ...context, xRayTraceId: 'Root=1-of-the-context' });
  expect(invoked[0]?.headers).toMatchObject({ 'lambda-runtime-trace-id': 'Root=1-of-the-context' });
});

it('a host that says little is taken as it is', async () => {
  const { handler, invoked } = stub(result('response', '1'), result('response', '2'));
  await handler(undefined, { identity: null, clientContext: null });
  await handler('text');
  expect(invoked.map(({ event }) => Buffer.from(event).toString())).toEqual(['{}', '"text"']);
  expect(Object.keys(invoked[0]?.headers ?? {})).toEqual([
    'content-type',
    'lambda-runtime-aws-request-id',
    'lambda-runtime-deadline-ms',
    'lambda-runtime-trace-id',
  ]);
  const ids = invoked.map(({ headers }) => headers['lambda-runtime-aws-request-id']);
  expect(new Set(ids).size).toBe(2);
  // As long as Lambda lets any function run.
  expect(invoked[0]?.deadlineMs).toBe(900_500);
});

it.each([
  ['{"price":1.0,"2":"b","1":"a"}', { price: 1, 1: 'a', 2: 'b' }],
  ['null', null],
  ['"text"', 'text'],
])('the answer %s comes back as the value that it stands for', async (body, value) => {
  const { handler } = stub(result('response', body));
  expect(await handler({}, context)).toEqual(value);
});

it("a function error is thrown under the handler's own name, with its message and stack", async () => {
  const { handler } = stub(
    result(
      'error',
      '{"errorType":"OrderRejected","errorMessage":"sold out","trace":["OrderRejected: sold out","at a"]}',
    ),
    result('error', '{"errorType":"KeyError","errorMessage":"\'id\'","stackTrace":["  File \\"app.py\\", line 2"]}'),
    result('error', '{"errorType":"Sandbox.Timedout","errorMessage":"Task timed out"}'),
    result('error', 'not json'),
  );
  expect(await thrownBy(handler({}, context))).toEqual({
    errorType: 'OrderRejected',
    errorMessage: 'sold out',
    trace: ['OrderRejected: sold out', 'at a'],
  });
  expect(await thrownBy(handler({}, context))).toEqual({
    errorType: 'KeyError',
    errorMessage: "'id'",
    trace: ['  File "app.py", line 2'],
  });
  expect(await thrownBy(handler({}, context))).toEqual({
    errorType: 'Sandbox.Timedout',
    errorMessage: 'Task timed out',
    trace: ['Sandbox.Timedout: Task timed out'],
  });
  expect(await thrownBy(handler({}, context))).toMatchObject({
    errorType: 'Runtime.Unknown',
    errorMessage: 'not json',
  });
});

it('where nobody answers, the function fails and says so', async () => {
  const { handler } = stub();
  expect(await thrownBy(handler({}, context))).toMatchObject({
    errorType: 'LiveLambda.NobodyAnswered',
    errorMessage: expect.stringContaining('Shop/Orders is live'),
  });
});

it('an answer that is no JSON is told as what the door cannot give back', async () => {
  const { handler } = stub(result('response', '<html>'));
  expect(await thrownBy(handler({}, context))).toMatchObject({
    errorType: 'LiveLambda.NotJson',
    errorMessage: expect.stringMatching(/^Shop\/Orders is live: its handler ran, .* is not JSON, .* door "handler"/),
  });
});

it('a streamed answer is given back whole where it is JSON, as to every caller that takes no stream', async () => {
  async function* parts() {
    yield Buffer.from('{"a":');
    yield Buffer.from('[1,2]}');
  }
  const { handler } = stub(streamOf(parts()));
  expect(await handler({}, context)).toEqual({ a: [1, 2] });
});

it('a stream that is an HTTP response, or too long, or that breaks off, fails', async () => {
  async function* http() {
    yield Buffer.from('{"statusCode":200}\0\0\0\0\0\0\0\0hello');
  }
  const taken = { parts: 0 };
  async function* endless() {
    for (; taken.parts < 7; taken.parts += 1) yield Buffer.alloc(1_048_576, '1');
  }
  async function* broken() {
    yield Buffer.from('1');
    throw new BrokenStream(Buffer.from('{"errorType":"Torn","errorMessage":"in the middle"}'));
  }
  const { handler } = stub(streamOf(http()), streamOf(endless()), streamOf(broken()));
  expect(await thrownBy(handler({}, context))).toMatchObject({ errorType: 'LiveLambda.NotJson' });
  expect(await thrownBy(handler({}, context))).toMatchObject({ errorType: 'LiveLambda.NotJson' });
  // The handler that streams it waits for it to be taken.
  expect(taken.parts).toBe(7);
  expect(await thrownBy(handler({}, context))).toMatchObject({ errorType: 'Torn', errorMessage: 'in the middle' });
});

it('events that come together are run one after the other, and each has its own answer', async () => {
  let release: (outcome: LinkOutcome) => void = () => undefined;
  const held = new Promise<LinkOutcome>((resolve) => {
    release = resolve;
  });
  const { handler, invoked } = stub(held, result('response', '2'));
  const first = handler({ n: 1 }, { ...context, awsRequestId: 'r1' });
  const second = handler({ n: 2 }, { ...context, awsRequestId: 'r2' });
  await expect.poll(() => invoked.length).toBe(1);
  release(result('error', '{"errorType":"First","errorMessage":"failed"}'));
  expect(await thrownBy(first)).toMatchObject({ errorType: 'First' });
  expect(await second).toBe(2);
  expect(invoked.map(({ headers }) => headers['lambda-runtime-aws-request-id'])).toEqual(['r1', 'r2']);
});
