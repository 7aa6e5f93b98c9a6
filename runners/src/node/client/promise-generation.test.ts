import { describe, expect, it } from 'vitest';
import { environmentOf, invocationOf, nodePlan, readOutcome, runNode } from '../../fixtures/run-function.ts';

const runtime = 'nodejs24.x';

describe('nodejs24.x and newer', () => {
  it.each([
    ['a callback', '(e, c, cb) => cb(null, 1)'],
    ['a third parameter of an async function', 'async (e, c, cb) => 1'],
  ])('refuse a handler with %s', async (_what, handler) => {
    const { outcomes, exits } = await runNode(`export const handler = ${handler};`, { runtime });
    expect(outcomes[0]).toMatchObject({ origin: 'init', json: { errorType: 'Runtime.CallbackHandlerDeprecated' } });
    expect(exits).toEqual([{ type: 'exited', code: 1 }]);
  });

  it.each(['succeed', 'fail', 'done'])('have no context.%s', async (method) => {
    const { outcomes } = await runNode(`export const handler = async (e, c) => c.${method}(1);`, { runtime });
    expect(outcomes[0]).toMatchObject({
      json: { errorType: 'TypeError', errorMessage: `c.${method} is not a function` },
    });
  });

  it.each([
    ['a promise that never settles', 'await new Promise(() => {});', /without providing a reason$/],
    [
      'a rejection that nobody handles',
      "Promise.reject(new Error('x')); await new Promise((r) => setTimeout(r, 5000));",
      /status 1$/,
    ],
    [
      'an exception in a timer',
      "setTimeout(() => { throw new Error('x'); }); await new Promise((r) => setTimeout(r, 5000));",
      /status 1$/,
    ],
  ])('end the process at %s', async (_what, body, errorMessage) => {
    const { outcomes } = await runNode(`export const handler = async () => { ${body} };`, { runtime });
    expect(outcomes[0]).toMatchObject({
      json: { errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(errorMessage) },
    });
  });

  it('leave a rejection to the handler that listens for it', async () => {
    const { outcomes } = await runNode(
      `process.on('unhandledRejection', () => {});
      export const handler = async () => {
        Promise.reject(new Error('x'));
        await new Promise((resolve) => setTimeout(resolve, 20));
        return 'fine';
      };`,
      { runtime },
    );
    expect(outcomes[0]?.json).toBe('fine');
  });

  it('end the process at a rejection beside the answer, which then is none', async () => {
    const { outcomes, pids } = await runNode(
      "export const handler = async (float) => { if (float) Promise.reject(new Error('x')); return process.pid; };",
      { runtime, events: [true, false] },
    );
    expect(outcomes[0]?.json.errorMessage).toMatch(/exit status 1$/);
    expect(outcomes[1]?.json).toBe(pids[1]);
  });

  it('keep values of the invocation in awslambda.InvokeStore', async () => {
    const { outcomes } = await runNode(
      `const { InvokeStore } = awslambda;
      const atInit = [InvokeStore.getRequestId(), InvokeStore.hasContext()];
      export const handler = async (event, context) => {
        const before = InvokeStore.get('own') ?? null;
        InvokeStore.set('own', event);
        const message = await new Promise((resolve) => setTimeout(() => {
          try { InvokeStore.set(Symbol.for('_AWS_LAMBDA_REQUEST_ID'), 'x'); } catch (error) { resolve(error.message); }
        }));
        return [atInit, before, InvokeStore.get('own'), InvokeStore.getRequestId() === context.awsRequestId, message];
      };`,
      { runtime, events: [1, 2] },
    );
    const refused = 'Cannot modify protected Lambda context field: Symbol(_AWS_LAMBDA_REQUEST_ID)';
    expect(outcomes.map(({ json }) => json)).toEqual([
      [['-', false], null, 1, true, refused],
      [['-', false], null, 2, true, refused],
    ]);
  });

  it('say what failed at the start, and end as at any error that nobody handles', async () => {
    const { lines } = await runNode("throw new RangeError('no table');", { runtime });
    const texts = lines.map(({ text }) => text).join('\n');
    expect(texts).toMatch(/\t-\tERROR\tInit Error \t\{"errorType":"RangeError"/);
    expect(texts).toMatch(/^RangeError: no table$/m);
  });

  it('do not run without the variables that describe the function', async () => {
    const plan = nodePlan({ files: { 'index.mjs': 'export const handler = async () => 1;' }, runtime });
    const { AWS_LAMBDA_LOG_GROUP_NAME: _, ...env } = plan.env;
    const { environment, lines } = environmentOf({ ...plan, env });
    expect(readOutcome(await environment.invoke(invocationOf())).json.errorMessage).toMatch(/exit status 1$/);
    expect(lines.map(({ text }) => text).join('\n')).toContain(
      'Missing required environment variables: AWS_LAMBDA_LOG_GROUP_NAME',
    );
  });
});
