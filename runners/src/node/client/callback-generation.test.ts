import { describe, expect, it } from 'vitest';
import { environmentOf, invocationOf, nodePlan, readOutcome, runNode } from '../../fixtures/run-function.ts';

/** The outcomes of a handler of nodejs22.x. */
const answers = async (handler: string, events: readonly unknown[] = [{}]) =>
  (await runNode(`export const handler = ${handler};`, { events })).outcomes;

describe('a handler with a callback', () => {
  it.each([
    ['a result', '(e, c, cb) => cb(null, { ok: true })', { type: 'response', json: { ok: true } }],
    ['nothing', '(e, c, cb) => cb()', { type: 'response', json: null }],
    [
      'an error',
      '(e, c, cb) => cb(new Error("x"))',
      { type: 'error', json: { errorType: 'Error', errorMessage: 'x' } },
    ],
    [
      'a text as the error',
      '(e, c, cb) => cb("bad")',
      { type: 'error', json: { errorType: 'string', errorMessage: 'bad' } },
    ],
    [
      'two results, of which the first counts',
      '(e, c, cb) => { cb(null, 1); cb(null, 2); }',
      { type: 'response', json: 1 },
    ],
    ['no call at all', '() => { setTimeout(() => {}, 10); }', { type: 'response', json: null }],
    ['a promise that is sooner', 'async (e, c, cb) => { setTimeout(() => cb(null, 2), 50); return 1; }', { json: 1 }],
    ['a callback that is sooner', 'async (e, c, cb) => { c.done(null, 1); return 2; }', { json: 1 }],
    ['context.succeed', '(e, c) => c.succeed({ s: 1 })', { type: 'response', json: { s: 1 } }],
    ['context.done', '(e, c) => c.done(null, 1)', { type: 'response', json: 1 }],
    [
      'context.fail without an error',
      '(e, c) => c.fail()',
      { type: 'error', json: { errorType: 'string', errorMessage: 'handled' } },
    ],
    ['context.fail', '(e, c) => c.fail(new RangeError("r"))', { type: 'error', json: { errorType: 'RangeError' } }],
  ])('answers with %s', async (_what, handler, expected) => {
    expect((await answers(handler))[0]).toMatchObject(expected);
  });

  it('answers once nothing is left to run', async () => {
    const { outcomes, lines } = await runNode(`
      export const handler = (e, c, cb) => {
        cb(null, 1);
        setTimeout(() => process.stdout.write('late\\n'), 100);
      };
    `);
    expect(outcomes[0]?.json).toBe(1);
    expect(lines).toMatchObject([
      { text: expect.stringContaining('WARN') },
      { text: 'late', requestId: expect.anything() },
    ]);
  });

  it('answers at once where it does not wait for an empty event loop, and the rest runs with the next invocation', async () => {
    const [first, second] = await answers(
      `(() => {
        let ticks = 0;
        return (e, c, cb) => {
          c.callbackWaitsForEmptyEventLoop = false;
          if (e.first) setTimeout(() => { ticks += 1; }, 100);
          if (e.first) cb(null, ticks);
          else setTimeout(() => cb(null, ticks), 300);
        };
      })()`,
      [{ first: true }, {}],
    );
    expect(first?.json).toBe(0);
    expect(second?.json).toBe(1);
  });

  it('is told that nodejs24.x will refuse it, unless it does not want to hear', async () => {
    const source = 'export const handler = (e, c, cb) => cb(null, 1);';
    expect((await runNode(source)).lines.map(({ text }) => text)).toEqual([
      expect.stringMatching(/\tundefined\tWARN\tAWS Lambda plans to remove .* Node\.js 24/),
    ]);
    const env = { AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING: 'true' };
    expect((await runNode(source, { env })).lines).toEqual([]);
  });

  it('gets the callback among rest parameters too', async () => {
    expect((await answers('(...all) => all[2](null, all.length)'))[0]?.json).toBe(3);
  });
});

describe('what goes wrong outside of the handler', () => {
  it('an async handler that never settles is an error, and the process lives on', async () => {
    const { outcomes, pids } = await runNode(
      'let n = 0; export const handler = async () => { n += 1; if (n === 1) await new Promise(() => {}); return n; };',
      { events: [1, 2] },
    );
    expect(outcomes[0]).toMatchObject({ type: 'error', json: { errorType: 'Runtime.NodeJsExit' } });
    expect(outcomes[1]?.json).toBe(2);
    expect(pids).toHaveLength(1);
  });

  it('a promise that never settles, from a handler that is not async, is null', async () => {
    expect((await answers('() => new Promise(() => {})'))[0]).toEqual({ type: 'response', json: null });
  });

  it.each([
    ['', 'nobody'],
    ['process.on("unhandledRejection", () => {});', 'a listener of the handler'],
  ])('a rejection that nobody handles ends the process with an error (%s)', async (listener) => {
    const { outcomes, exits } = await runNode(
      `
      ${listener}
      export const handler = async (first) => {
        if (!first) return 'new';
        Promise.reject(new Error('float'));
        await new Promise((resolve) => setTimeout(resolve, 5000));
      };
    `,
      { events: [true, false] },
    );
    expect(outcomes[0]).toMatchObject({
      type: 'error',
      json: { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: float' },
    });
    expect(outcomes[1]?.json).toBe('new');
    expect(exits).toEqual([{ type: 'exited', code: 128 }]);
  });

  it('a rejection without a reason has no message', async () => {
    const handler = 'async () => { Promise.reject(); await new Promise((resolve) => setTimeout(resolve, 5000)); }';
    const name = 'Runtime.UnhandledPromiseRejection';
    expect((await answers(handler))[0]).toMatchObject({
      json: { errorType: name, errorMessage: '', trace: expect.arrayContaining([name]) },
    });
  });

  it('a rejection beside the answer does not harm the answer, and the next invocation is a cold start', async () => {
    const { outcomes, exits, pids } = await runNode(
      `export const handler = async (float) => { if (float) Promise.reject(new Error('float')); return process.pid; };`,
      { events: [true, false] },
    );
    expect(outcomes.map(({ json }) => json)).toEqual(pids);
    expect(pids).toHaveLength(2);
    expect(exits).toEqual([{ type: 'exited', code: 128 }]);
  });

  it.each([
    ['a large answer is not cut off by a failure beside it', 6e6, 1],
    ['no invocation is taken while a failure is being reported', 1, 5e6],
  ])('%s', async (_what, answerLength, messageLength) => {
    const { outcomes, pids } = await runNode(
      `export const handler = async (float) => {
        if (!float) return process.pid;
        Promise.reject(new Error('y'.repeat(${messageLength})));
        return 'x'.repeat(${answerLength});
      };`,
      { events: [true, false] },
    );
    expect(outcomes[0]?.json).toBe('x'.repeat(answerLength));
    expect(outcomes[1]?.json).toBe(pids[1]);
  });

  it('an exception in a timer is the error of the invocation', async () => {
    const { outcomes, environment, exits } = await runNode(`
      export const handler = async () => {
        setTimeout(() => { throw new RangeError('timer'); }, 1);
        await new Promise((resolve) => setTimeout(resolve, 5000));
      };
    `);
    expect(outcomes[0]).toMatchObject({ type: 'error', json: { errorType: 'RangeError', errorMessage: 'timer' } });
    while (environment.pid !== undefined) await new Promise((resolve) => setImmediate(resolve));
    expect(exits).toEqual([{ type: 'exited', code: 129 }]);
  });

  it.each([
    ['process.exit(0)', /^RequestId: \S+ Error: Runtime exited without providing a reason$/],
    ['process.exit(3)', /exit status 3$/],
    ['process.kill(process.pid, "SIGKILL"); await new Promise(() => setInterval(() => {}, 9))', /signal: killed$/],
    ['process.abort()', /signal: aborted \(core dumped\)$/],
  ])('%s ends the invocation', async (statement, errorMessage) => {
    expect((await answers(`async () => { ${statement}; }`))[0]).toMatchObject({
      json: { errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(errorMessage) },
    });
  });

  it('an event that is not JSON is the error of the invocation', async () => {
    const { environment } = environmentOf(
      nodePlan({ files: { 'index.mjs': 'export const handler = async () => 1;' } }),
    );
    const outcome = await environment.invoke(invocationOf(Buffer.from('{')));
    expect(readOutcome(outcome)).toMatchObject({ type: 'error', json: { errorType: 'SyntaxError' } });
  });

  it('a tool that replaces node:http does not come between the runtime and its API', async () => {
    const { outcomes } = await runNode(
      `
      const http = require('node:http');
      http.request = http.get = () => { throw new Error('intercepted'); };
      exports.handler = async () => 'answered';
    `,
      { file: 'index.js', events: [1, 2] },
    );
    expect(outcomes.map(({ json }) => json)).toEqual(['answered', 'answered']);
  });
});
