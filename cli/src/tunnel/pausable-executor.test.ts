import type { Execution, ExecutionRequest, Executor, Invocation } from '@live-lambda/runner';
import { describe, expect, it } from 'vitest';
import { pausable } from './pausable-executor.ts';

const answer: Execution = {
  answer: { type: 'response', headers: {}, body: Buffer.from('1') },
  pid: 42,
  startMs: 5,
  runMs: 7,
};

function executor() {
  const calls: string[] = [];
  let now = 0;
  const inner: Executor = {
    execute: async ({ environmentId }) => {
      calls.push(`run ${environmentId}`);
      return answer;
    },
    end: (environmentId) => void calls.push(`end ${environmentId}`),
    prepareAll: async () => undefined,
    update: async () => undefined,
    restart: async () => undefined,
    warm: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  const executor = pausable(inner, { nowMs: () => now, wallClockMs: () => now });
  const execute = (environmentId: string, deadlineMs = 60_000) =>
    executor.execute({ environmentId, fn: { id: 'Shop/Orders' } } as ExecutionRequest, { deadlineMs } as Invocation);
  return {
    executor,
    calls,
    execute,
    wait: (ms: number) => {
      now += ms;
    },
  };
}

const paused = {
  answer: { type: 'error', origin: 'timeout', headers: expect.anything(), body: expect.anything() },
  pid: undefined,
};

describe('a pause', () => {
  it('holds what comes until it is over, and counts that time to the start', async () => {
    const { executor: pausing, calls, execute, wait } = executor();
    expect(await execute('a')).toEqual(answer);
    pausing.pause();
    const held = [execute('b'), execute('c')];
    expect(calls).toEqual(['run a']);
    wait(1000);
    expect(pausing.resume()).toBe(2);
    expect(await Promise.all(held)).toEqual([
      { ...answer, startMs: 1005 },
      { ...answer, startMs: 1005 },
    ]);
    expect(calls).toEqual(['run a', 'run b', 'run c']);
    expect(await execute('d')).toEqual(answer);
  });

  it('never runs what was given up meanwhile, by its stub or for a later event of its environment', async () => {
    const { executor: pausing, calls, execute } = executor();
    pausing.pause();
    const [withdrawn, overtaken] = [execute('a'), execute('b')];
    pausing.end('a');
    const later = execute('b');
    expect(await withdrawn).toMatchObject(paused);
    expect(await overtaken).toMatchObject(paused);
    expect(pausing.resume()).toBe(1);
    expect(await later).toEqual(answer);
    expect(calls).toEqual(['end a', 'run b']);
  });

  it('never runs what ran out of time, and says why', async () => {
    const { executor: pausing, calls, execute } = executor();
    pausing.pause();
    const { answer: late } = await execute('a', 1);
    expect(late).toMatchObject(paused.answer);
    expect(late.type === 'error' && JSON.parse(Buffer.from(late.body).toString())).toMatchObject({
      errorType: 'LiveLambda.Paused',
      errorMessage: expect.stringContaining('Shop/Orders'),
    });
    expect(pausing.resume()).toBe(0);
    expect(calls).toEqual([]);
  });

  it('holds nobody up who stops the tunnel', async () => {
    const { executor: pausing, execute } = executor();
    pausing.pause();
    const held = execute('a');
    await pausing[Symbol.asyncDispose]();
    expect(await held).toMatchObject(paused);
  });
});
