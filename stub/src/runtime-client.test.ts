import { describe, expect, it } from 'vitest';
import { eventAnswer, runtimeApi } from './fixtures/runtime-api.ts';
import { createRuntimeClient, RuntimeApiError, type StreamError } from './runtime-client.ts';

const base = '/2018-06-01/runtime';

describe("the stub's client of Lambda's Runtime API", () => {
  it('takes an event byte for byte, with its headers, and without those of the connection', async () => {
    const bytes = Buffer.from([0, 255, 0x7b, 0xc3, 0x28]);
    const api = await runtimeApi({ next: [eventAnswer('r1', bytes, 1234)] });
    const next = await createRuntimeClient(api.address).next();
    expect(next).toEqual({
      requestId: 'r1',
      deadlineMs: 1234,
      event: bytes,
      headers: {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': 'r1',
        'lambda-runtime-deadline-ms': '1234',
        'lambda-runtime-new-header': 'kept',
      },
    });
    expect(api.received).toMatchObject([{ method: 'GET', path: `${base}/invocation/next` }]);
  });

  it.each([
    ['another status', { status: 403, body: 'no' }, /403/],
    ['no request id', { status: 200, body: '{}' }, /200/],
  ])('cannot go on after %s', async (_what, answer, message) => {
    const api = await runtimeApi({ next: [answer] });
    const next = createRuntimeClient(api.address).next();
    await expect(next).rejects.toThrow(RuntimeApiError);
    await expect(next).rejects.toThrow(message);
  });

  it('posts an answer and an error byte for byte, with the headers that it was given', async () => {
    const api = await runtimeApi();
    const client = createRuntimeClient(api.address);
    const body = Buffer.from('{ "total": 1.0 }');
    await client.respond('r1', body, { 'content-type': 'text/plain' });
    await client.fail('r2', body, { 'lambda-runtime-function-error-type': 'Bad' });
    await client.failInit(body, { 'lambda-runtime-function-error-type': 'LiveLambda.Misconfigured' });
    expect(api.received).toMatchObject([
      { path: `${base}/invocation/r1/response`, headers: { 'content-type': 'text/plain' } },
      { path: `${base}/invocation/r2/error`, headers: { 'lambda-runtime-function-error-type': 'Bad' } },
      { path: `${base}/init/error`, headers: { 'lambda-runtime-function-error-type': 'LiveLambda.Misconfigured' } },
    ]);
    expect(api.received.map((request) => request.body.toString())).toEqual(Array(3).fill('{ "total": 1.0 }'));
  });

  it('goes on after Lambda refused an answer, which it has told the caller itself', async () => {
    const api = await runtimeApi({ posted: { status: 413, body: 'too large' }, next: [eventAnswer('r2')] });
    const client = createRuntimeClient(api.address);
    await client.respond('r1', Buffer.from('x'), {});
    expect((await client.next()).requestId).toBe('r2');
  });

  it('streams an answer in parts, and ends one that broke off with the error in the trailers', async () => {
    const api = await runtimeApi();
    const client = createRuntimeClient(api.address);
    const error = { errorType: 'Bad', body: Buffer.from('{"errorMessage":"broke"}') };
    async function* parts(end: StreamError | undefined) {
      yield Buffer.from('one ');
      yield Buffer.from('two');
      return end;
    }
    await client.stream('r1', parts(undefined), { 'content-type': 'text/html' });
    await client.stream('r2', parts(error), {});
    expect(api.received.map(({ body, trailers }) => [body.toString(), trailers])).toEqual([
      ['one two', {}],
      [
        'one two',
        {
          'lambda-runtime-function-error-type': 'Bad',
          'lambda-runtime-function-error-body': error.body.toString('base64'),
        },
      ],
    ]);
    expect(api.received[0]?.headers).toMatchObject({
      'content-type': 'text/html',
      'lambda-runtime-function-response-mode': 'streaming',
    });
  });

  it('breaks a stream off whose parts stop coming', async () => {
    const api = await runtimeApi();
    async function* parts(): AsyncGenerator<Uint8Array, undefined> {
      yield Buffer.from('one ');
      await api.begun;
      throw new Error('the next part is missing');
    }
    const streamed = createRuntimeClient(api.address).stream('r1', parts(), {});
    await expect(streamed).rejects.toThrow('the next part is missing');
    await api.brokenOff;
    expect(api.received).toEqual([]);
  });

  it('fails where nobody listens', async () => {
    await expect(createRuntimeClient('127.0.0.1:1').next()).rejects.toThrow('ECONNREFUSED');
  });
});
