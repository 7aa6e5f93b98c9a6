import http from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { invocationOf, readOutcome } from '../fixtures/run-function.ts';
import type { Outcome } from '../invocation.ts';
import { MAX_RESPONSE_BYTES } from './outcomes.ts';
import { createRuntimeApiServer, type RuntimeApiServer, type RuntimeApiServerOptions } from './server.ts';

const VERSION = '/2018-06-01/runtime';

async function startServer(
  onKill: () => void = () => undefined,
  others: Pick<RuntimeApiServerOptions, 'serveOthers'> = {},
): Promise<RuntimeApiServer> {
  const server = await createRuntimeApiServer({ timeoutMs: 3000, onKill, ...others });
  onTestFinished(() => server.close());
  server.processStarted();
  return server;
}

interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: Uint8Array | string;
  readonly trailers?: Readonly<Record<string, string>>;
}

interface RawResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** A runtime that shares nothing with ours. */
function send(
  server: RuntimeApiServer,
  { method = 'GET', path, headers = {}, body, trailers }: RawRequest,
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const request = http.request(`http://${server.address}${path}`, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    request.on('error', reject);
    if (trailers !== undefined) {
      request.write(body ?? '');
      request.addTrailers(trailers);
      request.end();
    } else {
      request.end(body);
    }
  });
}

/** An invocation that the runtime has taken. */
async function running(server: RuntimeApiServer, requestId = 'a'): Promise<{ readonly outcome: Promise<Outcome> }> {
  const outcome = server.invoke(invocationOf({}, { requestId }));
  await send(server, { path: `${VERSION}/invocation/next` });
  return { outcome };
}

const respond = (server: RuntimeApiServer, body: Uint8Array | string, headers: http.OutgoingHttpHeaders = {}) =>
  send(server, { method: 'POST', path: `${VERSION}/invocation/a/response`, body, headers });

describe('the next invocation', () => {
  it('carries the headers of the event as they are, with id and deadline, and none that has no value', async () => {
    const server = await startServer();
    const deadlineMs = Date.now() + 5000;
    void server.invoke(
      invocationOf(Buffer.from('{"price": 1.0}'), {
        requestId: 'a',
        deadlineMs,
        headers: {
          'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-west-1:123456789012:function:orders:live',
          'lambda-runtime-deadline-ms': '1',
          'x-unknown': 'kept',
          'transfer-encoding': 'chunked',
        },
      }),
    );
    const response = await send(server, { path: `${VERSION}/invocation/next` });
    expect(response.status).toBe(200);
    expect(response.body).toBe('{"price": 1.0}');
    expect(response.headers).toMatchObject({
      'lambda-runtime-aws-request-id': 'a',
      'lambda-runtime-deadline-ms': String(deadlineMs),
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-west-1:123456789012:function:orders:live',
      'x-unknown': 'kept',
      'content-type': 'application/json',
      'content-length': '14',
    });
    expect(response.headers).not.toHaveProperty('lambda-runtime-trace-id');
    expect(response.headers).not.toHaveProperty('transfer-encoding');
  });

  it('takes header values that HTTP has no word for as UTF-8 and without control characters', async () => {
    const server = await startServer();
    const headers = { 'lambda-runtime-client-context': '{"k":"日\r\n"}' };
    void server.invoke(invocationOf({}, { headers }));
    const response = await send(server, { path: `${VERSION}/invocation/next` });
    const received = Buffer.from(String(response.headers['lambda-runtime-client-context']), 'latin1').toString('utf8');
    expect(received).toBe('{"k":"日  "}');
  });
});

describe('an answer', () => {
  it('of exactly the largest size passes, byte for byte', async () => {
    const server = await startServer();
    const { outcome } = await running(server);
    const body = Buffer.alloc(MAX_RESPONSE_BYTES, 'x');
    expect(await respond(server, body, { 'content-type': 'application/json' })).toMatchObject({
      status: 202,
      body: '{"status":"OK"}\n',
    });
    const answered = await outcome;
    expect(answered).toMatchObject({ type: 'response', headers: { 'content-type': 'application/json' } });
    expect(body.equals(answered.body)).toBe(true);
  });

  it.each([
    ['with a length', {}],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('one byte larger, sent %s, is a 413 and the error of Lambda', async (_how, headers) => {
    const server = await startServer();
    const { outcome } = await running(server);
    const response = await respond(server, Buffer.alloc(MAX_RESPONSE_BYTES + 1, 'x'), headers);
    expect(response.status).toBe(413);
    expect(JSON.parse(response.body)).toMatchObject({ errorType: 'RequestEntityTooLarge' });
    expect(readOutcome(await outcome)).toMatchObject({
      origin: 'response-too-large',
      json: { errorType: 'Function.ResponseSizeTooLarge' },
    });
  });

  it('with a wrong id is a 400, a second one a 403, and the first stands', async () => {
    const server = await startServer();
    const { outcome } = await running(server);
    const wrong = await send(server, { method: 'POST', path: `${VERSION}/invocation/b/response`, body: '1' });
    expect(wrong.status).toBe(400);
    await respond(server, '1');
    expect((await respond(server, '2')).status).toBe(403);
    expect((await send(server, { method: 'POST', path: `${VERSION}/invocation/a/error`, body: '{}' })).status).toBe(
      403,
    );
    expect(readOutcome(await outcome).json).toBe(1);
  });

  it('that is an error is handed over verbatim, also if it is not JSON', async () => {
    const server = await startServer();
    const { outcome } = await running(server);
    const response = await send(server, {
      method: 'POST',
      path: `${VERSION}/invocation/a/error`,
      headers: { 'lambda-runtime-function-error-type': 'Function.Odd' },
      body: 'not json {',
    });
    expect(response.status).toBe(202);
    const answered = await outcome;
    expect(answered).toMatchObject({
      type: 'error',
      origin: 'handler',
      headers: { 'lambda-runtime-function-error-type': 'Function.Odd' },
    });
    expect(Buffer.from(answered.body).toString()).toBe('not json {');
  });

  it('that carries a cause for X-Ray loses it before the caller sees it', async () => {
    const server = await startServer();
    const { outcome } = await running(server);
    await send(server, {
      method: 'POST',
      path: `${VERSION}/invocation/a/error`,
      headers: { 'content-type': 'application/vnd.aws.lambda.error.cause+json' },
      body: '{"errorType":"E","errorCause":{"paths":[]}}',
    });
    expect(readOutcome(await outcome).json).toEqual({ errorType: 'E' });
  });

  it('that is streamed is joined, and fails if its trailers say so', async () => {
    const server = await startServer();
    const { outcome } = await running(server);
    const error = '{"errorType":"Late","errorMessage":"after the first byte"}';
    const response = await send(server, {
      method: 'POST',
      path: `${VERSION}/invocation/a/response`,
      headers: {
        'transfer-encoding': 'chunked',
        'lambda-runtime-function-response-mode': 'streaming',
        trailer: 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
      },
      body: 'begun',
      trailers: {
        'Lambda-Runtime-Function-Error-Type': 'Late',
        'Lambda-Runtime-Function-Error-Body': Buffer.from(error).toString('base64'),
      },
    });
    expect(response.status).toBe(202);
    const answered = await outcome;
    expect(answered).toMatchObject({ type: 'error', headers: { 'lambda-runtime-function-error-type': 'Late' } });
    expect(Buffer.from(answered.body).toString()).toBe(error);
  });

  it('that breaks off is a truncated response', async () => {
    const server = await startServer();
    const { outcome } = await running(server);
    const [host, port] = server.address.split(':');
    const socket = connect({ host, port: Number(port) });
    socket.end(
      `POST ${VERSION}/invocation/a/response HTTP/1.1\r\nHost: ${server.address}\r\nContent-Length: 100\r\n\r\npart of it`,
    );
    expect(readOutcome(await outcome)).toMatchObject({
      origin: 'truncated',
      json: { errorType: 'Runtime.TruncatedResponse' },
    });
    socket.destroy();
  });
});

describe('the other endpoints', () => {
  it.each([
    ['GET', '/ping', 200, 'pong'],
    ['GET', '/2018-06-01/ping', 200, 'pong'],
    ['PUT', '/2020-08-15/logs', 202, 'Logs.NotSupported'],
    ['PUT', '/2022-07-01/telemetry', 202, 'Telemetry.NotSupported'],
    ['POST', '/2020-01-01/extension/register', 404, 'NotFound'],
    ['GET', `${VERSION}/nothing`, 404, 'NotFound'],
    ['GET', `${VERSION}/invocation/a/response`, 404, 'NotFound'],
  ])('%s %s is answered with %i', async (method, path, status, text) => {
    const server = await startServer();
    const response = await send(server, { method, path });
    expect(response.status).toBe(status);
    expect(response.body).toContain(text);
  });

  it("that are none of a runtime's are left to whoever serves them, and to nobody for a foreign host", async () => {
    const serveOthers: RuntimeApiServerOptions['serveOthers'] = ({ url }, response) =>
      void response.end(`served ${url}`);
    const server = await startServer(undefined, { serveOthers });
    const paths = ['/2022-07-01/telemetry', '/2020-01-01/extension/register', `${VERSION}/nothing`];
    const bodies = await Promise.all(paths.map(async (path) => (await send(server, { method: 'PUT', path })).body));
    expect(bodies.slice(0, 2)).toEqual(paths.slice(0, 2).map((path) => `served ${path}`));
    expect(bodies[2]).toContain('NotFound');
    const foreign = await send(server, { path: '/2022-07-01/telemetry', headers: { host: 'attacker.example:80' } });
    expect(foreign.status).toBe(403);
  });

  it.each([
    ['another host name', { host: 'attacker.example:80' }],
    ['a web page', { origin: 'https://attacker.example' }],
    ['a link on a web page', { 'sec-fetch-site': 'cross-site' }],
  ])('refuse a request for %s', async (_who, headers) => {
    const server = await startServer();
    void server.invoke(invocationOf({ secret: 1 }));
    const response = await send(server, { path: `${VERSION}/invocation/next`, headers });
    expect(response.status).toBe(403);
    expect(server.state).toBe('Started');
  });
});

describe('the server', () => {
  it('listens on the loopback address only', async () => {
    expect((await startServer()).address).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('asks for the kill of a process at the deadline, and answers with the configured timeout', async () => {
    let kills = 0;
    const server = await startServer(() => {
      kills += 1;
    });
    const outcome = await server.invoke(invocationOf({}, { requestId: 'a', deadlineMs: Date.now() }));
    expect(readOutcome(outcome).json.errorMessage).toBe('RequestId: a Error: Task timed out after 3.00 seconds');
    expect(kills).toBe(1);
  });

  it('runs one invocation at a time', async () => {
    const server = await startServer();
    void server.invoke(invocationOf());
    await expect(server.invoke(invocationOf())).rejects.toThrow(/busy/);
  });

  it('answers an open invocation when it is closed, and one that comes later', async () => {
    const server = await startServer();
    const { outcome } = await running(server);
    await server.close();
    expect(readOutcome(await outcome).json.errorMessage).toContain('signal: killed');
    expect(readOutcome(await server.invoke(invocationOf())).json.errorMessage).toContain('signal: killed');
  });
});
