import { describe, expect, it } from 'vitest';
import { createDeployedCode } from './deployed-code.ts';
import { startDeployedProcess } from './deployed-process.ts';
import { runtimeApi } from './fixtures/runtime-api.ts';
import { passOn } from './pass-on.ts';
import { createRuntimeClient } from './runtime-client.ts';

/** What every runtime does, in a few lines: `next`, `post`, and the rest is said by each test. */
const runtime = `
const api = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime';
const post = (path, body, headers = {}) => fetch(api + path, { method: 'POST', body, headers });
const next = async () => {
  const response = await fetch(api + '/invocation/next');
  return { id: response.headers.get('lambda-runtime-aws-request-id'), headers: response.headers, body: await response.text() };
};
`;

/** Deployed code that is this script, before a Runtime API that remembers what it is told. */
async function deployed(script: string) {
  const api = await runtimeApi();
  let starts = 0;
  const code = createDeployedCode({
    runtime: createRuntimeClient(api.address),
    serveOthers: passOn(api.address),
    startProcess: (runtimeApi) => {
      starts += 1;
      return startDeployedProcess({
        command: [process.execPath, '--input-type=module', '-e', runtime + script],
        variables: { AWS_LAMBDA_RUNTIME_API: runtimeApi, WITNESS: api.address },
      });
    },
  });
  const run = (requestId: string, event = '{}', deadlineMs = Date.now() + 60_000) =>
    code.run({
      requestId,
      headers: { 'lambda-runtime-trace-id': 'Root=1', 'lambda-runtime-new-header': 'kept' },
      event: Buffer.from(event),
      deadlineMs,
    });
  return { api, code, run, starts: () => starts };
}

describe('the deployed code', () => {
  it('is started when it is needed, once, and takes one event after the other', async () => {
    const { api, code, run, starts } = await deployed(`
      for (let count = 1; count <= 2; count += 1) {
        const { id, headers, body } = await next();
        await post('/invocation/' + id + '/response', body + count + headers.get('lambda-runtime-new-header'), {
          'content-type': 'text/plain',
        });
      }
      await next();
    `);
    expect(starts()).toBe(0);
    await run('r1', '{ "n": 1.0 }');
    await run('r2', '"second"');
    expect(api.received.map(({ path, body, headers }) => [path, String(body), headers['content-type']])).toEqual([
      ['/2018-06-01/runtime/invocation/r1/response', '{ "n": 1.0 }1kept', 'text/plain'],
      ['/2018-06-01/runtime/invocation/r2/response', '"second"2kept', 'text/plain'],
    ]);
    expect(starts()).toBe(1);
    expect(code.end).toBeUndefined();
  });

  it('is given time after its answer until its runtime asks for more, as Lambda gives it', async () => {
    const { api, run } = await deployed(`
      const { id } = await next();
      await post('/invocation/' + id + '/response', 'early');
      await fetch('http://' + process.env.WITNESS + '/afterwards', { method: 'POST' });
      await next();
    `);
    await run('r1');
    expect(api.received.map(({ path }) => path)).toContain('/afterwards');
  });

  it('asks Lambda itself for what is no part of the Runtime API', async () => {
    const { api, run } = await deployed(`
      const other = await fetch('http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2020-01-01/extension/register', { method: 'POST' });
      const { id } = await next();
      await post('/invocation/' + id + '/response', String(other.status));
    `);
    await run('r1');
    expect(api.received.map(({ path, body }) => [path, String(body)])).toEqual([
      ['/2020-01-01/extension/register', ''],
      ['/2018-06-01/runtime/invocation/r1/response', '202'],
    ]);
  });

  it('that posts an error has it passed as it is', async () => {
    const { api, run } = await deployed(`
      const { id } = await next();
      await post('/invocation/' + id + '/error', '{"errorType":"Bad","own":1.0}', {
        'lambda-runtime-function-error-type': 'Function.Bad',
        'lambda-runtime-function-xray-error-cause': '{"cause":1}',
      });
    `);
    await run('r1');
    expect(api.received).toMatchObject([
      {
        path: '/2018-06-01/runtime/invocation/r1/error',
        headers: {
          'lambda-runtime-function-error-type': 'Function.Bad',
          'lambda-runtime-function-xray-error-cause': '{"cause":1}',
        },
        body: Buffer.from('{"errorType":"Bad","own":1.0}'),
      },
    ]);
  });

  it('that cannot be initialised says so to Lambda, and ends the environment as it ends', async () => {
    const { api, code } = await deployed(`
      await post('/init/error', '{"errorType":"Broken"}', { 'lambda-runtime-function-error-type': 'Runtime.Broken' });
      process.exit(7);
    `);
    await code.start();
    expect(api.received).toMatchObject([
      {
        path: '/2018-06-01/runtime/init/error',
        headers: { 'lambda-runtime-function-error-type': 'Runtime.Broken' },
        body: Buffer.from('{"errorType":"Broken"}'),
      },
    ]);
    expect(code.end).toEqual({ type: 'exited', code: 7 });
  });

  it('that is initialised for an event and cannot be answers the event with that', async () => {
    const { api, code, run } = await deployed(`
      await post('/init/error', '{"errorType":"Broken"}');
      process.exit(7);
    `);
    await run('r1');
    expect(api.received).toMatchObject([
      { path: '/2018-06-01/runtime/invocation/r1/error', body: Buffer.from('{"errorType":"Broken"}') },
    ]);
    expect(code.end).toEqual({ type: 'exited', code: 7 });
  });

  it.each<readonly [string, string, object]>([
    ['exits', 'process.exit(3)', { type: 'exited', code: 3 }],
    ['is killed', "process.kill(process.pid, 'SIGKILL')", { type: 'signalled', signal: 'SIGKILL' }],
  ])('that %s without an answer leaves it to Lambda to say so', async (_what, deed, end) => {
    const { api, code, run } = await deployed(
      `await next(); ${deed}; await new Promise(() => setInterval(() => {}, 1000));`,
    );
    await run('r1');
    expect(api.received).toEqual([]);
    expect(code.end).toEqual(end);
  });

  it.each([
    ['while it waits for one', ''],
    ['after an answer', "const { id } = await next(); await post('/invocation/' + id + '/response', 'fine');"],
  ])('that has ended %s keeps no event waiting for it', async (_what, script) => {
    const { api, code, run } = await deployed(
      `${script} next().catch(() => undefined); setTimeout(() => process.exit(3), 50);`,
    );
    if (script === '') await code.start();
    else await run('r1');
    await code.unlessEnded(new Promise<string>(() => undefined));
    const answered = api.received.length;
    await run('r2');
    expect(api.received).toHaveLength(answered);
    expect(code.end).toEqual({ type: 'exited', code: 3 });
  });

  it('that ends before it takes an event leaves it to Lambda to say so', async () => {
    const { api, code, run } = await deployed(`
      const asking = new AbortController();
      const waits = fetch(api + '/invocation/next', { signal: asking.signal }).catch(() => undefined);
      setTimeout(async () => {
        asking.abort();
        await waits;
        await fetch('http://' + process.env.WITNESS + '/asks-no-more', { method: 'POST' });
        setTimeout(() => process.exit(3), 100);
      }, 50);
    `);
    await code.start();
    await api.requests(1);
    await run('r1');
    expect(api.received.map(({ path }) => path)).toEqual(['/asks-no-more']);
    expect(code.end).toEqual({ type: 'exited', code: 3 });
  });

  it('is not hindered by a deadline, which is for Lambda to keep', async () => {
    const { api, run } = await deployed(`
      const { id } = await next();
      await post('/invocation/' + id + '/response', 'late');
    `);
    await run('r1', '{}', Date.now() - 1000);
    expect(api.received.map(({ body }) => String(body))).toEqual(['late']);
  });

  it('that ends is noticed by whoever waits for something else', async () => {
    const { code } = await deployed('process.exit(0)');
    const waiting = code.unlessEnded(new Promise<string>(() => undefined));
    await code.start();
    expect(await waiting).toEqual({ type: 'exited', code: 0 });
    expect(await code.unlessEnded(new Promise<string>(() => undefined))).toEqual({ type: 'exited', code: 0 });
  });

  it('whose command does not exist has not been started', async () => {
    const end = await startDeployedProcess({ command: ['/nowhere/node'], variables: {} });
    expect(end).toMatchObject({ type: 'not-started', reason: expect.stringContaining('/nowhere/node') });
  });
});
