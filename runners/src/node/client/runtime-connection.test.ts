import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { connectToRuntimeApi } from './runtime-connection.ts';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close().closeAllConnections());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('posts one thing after the other, so that an error does not overtake the answer before it', async () => {
  const seen: string[] = [];
  let answered = false;
  const address = await serve(async (request, response) => {
    request.resume();
    if (request.url?.endsWith('/response')) {
      // Time enough for a second request to come in on another connection.
      for (let round = 0; round < 20; round += 1) await fetch(`http://${address}/round`);
      answered = true;
    } else if (request.url?.endsWith('/error')) {
      seen.push(answered ? 'error after the answer' : 'error before the answer');
    }
    response.writeHead(202).end();
  });
  const connection = connectToRuntimeApi(address);
  const posted = [connection.respond('a', '1'), connection.reportError('a', { headers: {}, body: '{}' })];
  expect(await Promise.all(posted)).toMatchObject([{ status: 202 }, { status: 202 }]);
  expect(seen).toEqual(['error after the answer']);
});

it('goes on after a post that failed', async () => {
  let count = 0;
  const address = await serve((request, response) => {
    count += 1;
    if (count === 1) request.socket.destroy();
    else response.writeHead(202).end();
  });
  const connection = connectToRuntimeApi(address);
  const [first, second] = await Promise.allSettled([connection.respond('a', '1'), connection.respond('b', '1')]);
  expect(first.status).toBe('rejected');
  expect(second).toMatchObject({ status: 'fulfilled', value: { status: 202 } });
});

it('reads header values as UTF-8', async () => {
  const address = await serve((_request, response) => {
    const value = Buffer.from('日本', 'utf8').toString('latin1');
    response.writeHead(200, { 'Lambda-Runtime-Aws-Request-Id': 'a', 'Lambda-Runtime-Client-Context': value }).end('{}');
  });
  expect(await connectToRuntimeApi(address).next()).toMatchObject({
    requestId: 'a',
    headers: { 'lambda-runtime-client-context': '日本' },
    event: '{}',
  });
});

it('says what the Runtime API said when it hands nothing over', async () => {
  const address = await serve((_request, response) => void response.writeHead(403).end('not now'));
  await expect(connectToRuntimeApi(address).next()).rejects.toThrow(/403 not now/);
});

it('warms up over a connection that is not kept, which might be closed by the time it is used', async () => {
  const seen: (string | undefined)[] = [];
  const address = await serve((request, response) => {
    seen.push(request.url, request.headers.connection);
    response.writeHead(404).end();
  });
  await connectToRuntimeApi(address).warmUp();
  expect(seen).toEqual(['/2018-06-01/ping', 'close']);
});

it('warms up although nobody listens', async () => {
  const address = await serve(() => undefined);
  await connectToRuntimeApi(address.replace(/:\d+$/, ':1')).warmUp();
});
