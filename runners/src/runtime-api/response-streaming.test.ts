import { once } from 'node:events';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { invocationOf, readOutcome } from '../fixtures/run-function.ts';
import type { Answer, StreamedResponse } from '../invocation.ts';
import { MAX_RESPONSE_BYTES } from './outcomes.ts';
import { STREAM_WINDOW_BYTES } from './response-stream.ts';
import { createRuntimeApiServer, type RuntimeApiServer } from './server.ts';

const VERSION = '/2018-06-01/runtime';

interface Streaming {
  readonly server: RuntimeApiServer;
  readonly response: StreamedResponse;
  /** The runtime's request, whose body is the stream. */
  readonly upload: ClientRequest;
  readonly replied: Promise<IncomingMessage>;
}

interface StreamOptions {
  readonly deadlineMs?: number;
}

async function startServer(): Promise<RuntimeApiServer> {
  const server = await createRuntimeApiServer({ timeoutMs: 3000, onKill: () => undefined });
  onTestFinished(() => server.close());
  server.processStarted();
  return server;
}

async function take(server: RuntimeApiServer): Promise<void> {
  const [response] = await once(http.get(`http://${server.address}${VERSION}/invocation/next`), 'response');
  response.resume();
  await once(response, 'end');
}

function openUpload(server: RuntimeApiServer): Pick<Streaming, 'upload' | 'replied'> {
  const upload = http.request(`http://${server.address}${VERSION}/invocation/a/response`, {
    method: 'POST',
    agent: false,
    headers: {
      'content-type': 'text/event-stream',
      'lambda-runtime-function-response-mode': 'streaming',
      'transfer-encoding': 'chunked',
      trailer: 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
    },
  });
  upload.on('error', () => undefined);
  upload.flushHeaders();
  const replied = once(upload, 'response').then(([response]) => response as IncomingMessage);
  replied.catch(() => undefined);
  return { upload, replied };
}

function streamOf(answer: Answer): StreamedResponse {
  if (answer.type !== 'stream') throw new Error(`no stream but ${answer.type} ${Buffer.from(answer.body)}`);
  return answer;
}

/** A runtime that has taken an invocation whose caller takes streams, and begins to answer. */
async function streaming({ deadlineMs = Date.now() + 20_000 }: StreamOptions = {}): Promise<Streaming> {
  const server = await startServer();
  const answer = server.invokeStreaming(invocationOf({}, { requestId: 'a', deadlineMs }));
  await take(server);
  const upload = openUpload(server);
  return { server, response: streamOf(await answer), ...upload };
}

async function read(response: StreamedResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a streamed answer', () => {
  it('begins with its headers, before its first byte, and is passed on as it comes', async () => {
    const { response, upload, replied } = await streaming();
    expect(response.headers).toMatchObject({ 'content-type': 'text/event-stream' });
    const reader = response.body[Symbol.asyncIterator]();
    upload.write('one');
    expect(Buffer.from((await reader.next()).value ?? []).toString()).toBe('one');
    upload.end('two');
    expect(Buffer.from((await reader.next()).value ?? []).toString()).toBe('two');
    expect((await reader.next()).done).toBe(true);
    expect(await response.ended).toBeUndefined();
    expect((await replied).statusCode).toBe(202);
  });

  it('is accepted only at its end, and leaves the environment free then', async () => {
    const { server, response, upload, replied } = await streaming();
    upload.write('x');
    expect(server.state).toBe('InvocationResponse');
    await expect(server.invoke(invocationOf())).rejects.toThrow(/busy/);
    upload.end();
    await replied;
    await response.ended;
    expect(server.state).toBe('RuntimeResponseSentState');
    const next = server.invoke(invocationOf({}, { requestId: 'b', deadlineMs: Date.now() }));
    expect(readOutcome(await next).json.errorType).toBe('Sandbox.Timedout');
  });

  it('holds the runtime back while its reader is slow, and loses nothing', async () => {
    const { response, upload } = await streaming();
    const chunk = Buffer.alloc(65_536, 'x');
    const chunks = (16 * STREAM_WINDOW_BYTES) / chunk.byteLength;
    let written = 0;
    const writing = (async () => {
      for (; written < chunks; written += 1) if (!upload.write(chunk)) await once(upload, 'drain');
      upload.end('last');
    })();
    // The loop goes on for as long as bytes move between the two sockets.
    for (let before = -1; before !== written; ) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(written).toBeLessThan(chunks);
    const text = await read(response);
    await writing;
    expect(text.length).toBe(chunks * chunk.byteLength + 'last'.length);
    expect(text.endsWith('last')).toBe(true);
  });

  it('lets the runtime end where its reader has left', async () => {
    const { response, upload, replied } = await streaming();
    upload.write('x');
    for await (const _ of response.body) break;
    upload.end(Buffer.alloc(4 * STREAM_WINDOW_BYTES));
    expect((await replied).statusCode).toBe(202);
    expect(await response.ended).toBeUndefined();
  });

  it('ends with the error of its trailers', async () => {
    const { response, upload, replied } = await streaming();
    upload.write('begun');
    upload.addTrailers({
      'Lambda-Runtime-Function-Error-Type': 'Late',
      'Lambda-Runtime-Function-Error-Body': Buffer.from('{"errorType":"Late"}').toString('base64'),
    });
    upload.end();
    expect(await read(response)).toBe('begun');
    expect((await replied).statusCode).toBe(202);
    expect(await response.ended).toMatchObject({ headers: { 'lambda-runtime-function-error-type': 'Late' } });
    expect(Buffer.from((await response.ended)?.body ?? []).toString()).toBe('{"errorType":"Late"}');
  });

  it.each([
    ['its connection breaks', ({ upload }: Streaming) => void upload.destroy()],
    ['its process dies', ({ server }: Streaming) => server.processEnded({ type: 'signalled', signal: 'SIGKILL' })],
  ])('is truncated where %s, after the bytes that came', async (_how, breakOff) => {
    const started = await streaming();
    const reader = started.response.body[Symbol.asyncIterator]();
    started.upload.write('begun');
    expect(Buffer.from((await reader.next()).value ?? []).toString()).toBe('begun');
    breakOff(started);
    expect((await reader.next()).done).toBe(true);
    expect(readOutcome((await started.response.ended) ?? expect.fail('it is whole'))).toMatchObject({
      origin: 'truncated',
      json: { errorType: 'Runtime.TruncatedResponse' },
    });
  });

  it('is cut off at the deadline, with the error type that Lambda has for streams', async () => {
    const { response, upload } = await streaming({ deadlineMs: Date.now() + 150 });
    upload.write('begun');
    expect(await read(response)).toBe('begun');
    expect(readOutcome((await response.ended) ?? expect.fail('it is whole'))).toEqual({
      type: 'error',
      origin: 'timeout',
      json: { errorType: 'Sandbox.Timeout', errorMessage: 'RequestId: a Error: Task timed out after 3.00 seconds' },
    });
  });

  it('is cut off where the server is closed', async () => {
    const { server, response } = await streaming();
    await server.close();
    expect(await read(response)).toBe('');
    expect(readOutcome((await response.ended) ?? expect.fail('it is whole')).json.errorMessage).toContain('killed');
  });

  it('comes whole to a caller that does not take streams, with the limit of buffered answers', async () => {
    const server = await startServer();
    const whole = server.invoke(invocationOf({}, { requestId: 'a' }));
    await take(server);
    const first = openUpload(server);
    first.upload.write('on');
    first.upload.end('e');
    const outcome = await whole;
    expect([outcome.type, Buffer.from(outcome.body).toString()]).toEqual(['response', 'one']);

    const large = server.invoke(invocationOf({}, { requestId: 'a' }));
    await take(server);
    const second = openUpload(server);
    second.upload.end(Buffer.alloc(MAX_RESPONSE_BYTES + 1));
    expect((await second.replied).statusCode).toBe(413);
    expect(readOutcome(await large)).toMatchObject({ origin: 'response-too-large' });
  });

  it('may be larger than a buffered one', async () => {
    const { response, upload } = await streaming();
    upload.end(Buffer.alloc(MAX_RESPONSE_BYTES + 1));
    expect((await read(response)).length).toBe(MAX_RESPONSE_BYTES + 1);
    expect(await response.ended).toBeUndefined();
  });

  it('is one of the things that a caller of streams is given: buffered answers and errors are as ever', async () => {
    const server = await startServer();
    const answer = server.invokeStreaming(invocationOf({}, { requestId: 'a' }));
    await take(server);
    http.request(`http://${server.address}${VERSION}/invocation/a/response`, { method: 'POST' }).end('1');
    expect(await answer).toMatchObject({ type: 'response', body: Buffer.from('1') });
  });
});

describe('the deadline of an invocation', () => {
  it('is not enforced where whoever runs the process says so', async () => {
    const reached: string[] = [];
    const server = await createRuntimeApiServer({
      timeoutMs: 3000,
      onKill: () => expect.fail('it was killed'),
      onDeadline: (requestId) => {
        reached.push(requestId);
        return 'let-run';
      },
    });
    onTestFinished(() => server.close());
    server.processStarted();
    const answer = server.invoke(invocationOf({}, { requestId: 'a', deadlineMs: Date.now() }));
    await expect.poll(() => reached).toEqual(['a']);
    await take(server);
    http.request(`http://${server.address}${VERSION}/invocation/a/response`, { method: 'POST' }).end('"late"');
    expect(readOutcome(await answer).json).toBe('late');
  });
});

describe('a reader that leaves before it has begun', () => {
  it('does not hold the runtime back', async () => {
    const { response, upload, replied } = await streaming();
    await response.body[Symbol.asyncIterator]().return?.();
    upload.end(Buffer.alloc(8 * STREAM_WINDOW_BYTES));
    expect((await replied).statusCode).toBe(202);
    expect(await response.ended).toBeUndefined();
  });
});
