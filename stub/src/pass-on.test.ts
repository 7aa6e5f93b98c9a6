import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runtimeApi } from './fixtures/runtime-api.ts';
import { passOn } from './pass-on.ts';

/** A server that passes everything on to that address. */
async function before(address: string): Promise<string> {
  const server = createServer(passOn(address));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a request that is passed on', () => {
  it('arrives as it was sent, for the server that it is passed to, and is answered as that answers', async () => {
    const posted = { status: 201, headers: { 'lambda-extension-identifier': 'e1' }, body: 'registered' };
    const lambda = await runtimeApi({ posted });
    const url = await before(lambda.address);
    const headers = { 'lambda-extension-name': 'own' };
    const answer = await fetch(`${url}/2020-01-01/extension/register?a=1`, {
      method: 'POST',
      headers,
      body: '{"events":[]}',
    });
    expect([answer.status, answer.headers.get('lambda-extension-identifier'), await answer.text()]).toEqual([
      201,
      'e1',
      'registered',
    ]);
    expect(lambda.received).toMatchObject([
      {
        method: 'POST',
        path: '/2020-01-01/extension/register?a=1',
        headers: { ...headers, host: lambda.address },
        body: Buffer.from('{"events":[]}'),
      },
    ]);
  });

  it('goes to that server alone, whatever its path looks like', async () => {
    const lambda = await runtimeApi({ posted: { status: 202 } });
    const answer = await fetch(`${await before(lambda.address)}//localhost:1/telemetry`, { method: 'POST' });
    expect(answer.status).toBe(202);
    expect(lambda.received).toMatchObject([{ path: '//localhost:1/telemetry' }]);
  });

  it('breaks off where there is nobody to pass it to', async () => {
    await expect(fetch(await before('127.0.0.1:1'))).rejects.toThrow('fetch failed');
  });

  it('is given up when whoever sent it leaves', async () => {
    let left = () => {};
    const gone = new Promise<void>((resolve) => {
      left = resolve;
    });
    const begun = new AbortController();
    const lambda = createServer((request) => {
      request.on('close', left);
      begun.abort();
    });
    await new Promise<void>((resolve) => lambda.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void lambda.close());
    const url = await before(`127.0.0.1:${(lambda.address() as AddressInfo).port}`);
    await expect(fetch(url, { signal: begun.signal })).rejects.toThrow('aborted');
    await gone;
  });
});
