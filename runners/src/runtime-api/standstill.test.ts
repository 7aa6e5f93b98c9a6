import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { invocationOf, readOutcome } from '../fixtures/run-function.ts';
import { createRuntimeApiServer } from './server.ts';

const INVOCATION = '/2018-06-01/runtime/invocation';

/** This process does nothing for so long, as one that gets no processor. */
const standStill = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

it('an answer that lies there unread when its deadline has passed was in time', async () => {
  const kills: string[] = [];
  const server = await createRuntimeApiServer({ timeoutMs: 3000, onKill: () => kills.push('killed') });
  onTestFinished(() => server.close());
  server.processStarted();
  const [host, port] = server.address.split(':');
  // A connection and no client: what is written to it has left this process at once.
  const runtime = connect(Number(port), host);
  onTestFinished(() => void runtime.destroy());
  const say = (line: string, body = ''): boolean =>
    runtime.write(`${line} HTTP/1.1\r\nHost: ${server.address}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  say(`GET ${INVOCATION}/next`);
  // Longer than anything before the standstill takes.
  const deadlineMs = Date.now() + 1000;
  const outcome = server.invoke(invocationOf({}, { requestId: 'a', deadlineMs }));
  await once(runtime, 'data');
  await new Promise((resolve) => setImmediate(resolve));
  say(`POST ${INVOCATION}/a/response`, '"in time"');
  standStill(deadlineMs - Date.now() + 50);
  expect(readOutcome(await outcome)).toEqual({ type: 'response', json: 'in time' });
  expect(kills).toEqual([]);
});
