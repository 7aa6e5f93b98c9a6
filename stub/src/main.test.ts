import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = join(import.meta.dirname, '..', 'dist', 'stub.cjs');

interface Posted {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const posted: Posted[] = [];
/** Takes whatever is posted, as Lambda's Runtime API takes the report of a failed initialisation. */
const runtimeApi = createServer(async (request, response) => {
  posted.push({ path: request.url, headers: request.headers, body: await text(request) });
  response.writeHead(202).end('{"status":"OK"}');
});
beforeAll(async () => {
  await once(runtimeApi.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => {
  runtimeApi.closeAllConnections();
  runtimeApi.close();
});

const runtimeApiHost = () => `127.0.0.1:${(runtimeApi.address() as AddressInfo).port}`;

async function runStub(variables: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [program], { env: variables, stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [status]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { output, status };
}

describe('the program of the stub', () => {
  it('reports settings that cannot be used as a failed initialisation, logs them, and ends', async () => {
    const { output, status } = await runStub({
      AWS_LAMBDA_RUNTIME_API: runtimeApiHost(),
      AWS_LAMBDA_FUNCTION_NAME: 'orders',
      LIVE_LAMBDA: '{ not JSON',
    });
    expect(status).toBe(1);
    expect(posted).toMatchObject([
      {
        path: '/2018-06-01/runtime/init/error',
        headers: { 'lambda-runtime-function-error-type': 'LiveLambda.Misconfigured' },
      },
    ]);
    const { errorType, errorMessage } = JSON.parse(posted[0]?.body ?? '');
    expect(errorMessage).toContain('orders');
    expect(output).toBe(`live-lambda: ${errorType}: ${errorMessage}\n`);
  });

  it('says why it ended where there is no Runtime API', async () => {
    const { output, status } = await runStub({ AWS_LAMBDA_RUNTIME_API: '127.0.0.1:1', LIVE_LAMBDA: '' });
    expect(status).toBe(1);
    expect(output).toMatch(/^live-lambda: the stub ended: .*ECONNREFUSED/m);
  });
});
