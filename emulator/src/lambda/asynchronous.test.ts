import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../fixtures/eventually.ts';
import { type RunningEmulator, runEmulator } from '../fixtures/running-emulator.ts';
import { wrappedFunction, wrappedProgram } from '../fixtures/runtime-program.ts';

let cloud: RunningEmulator;

beforeAll(async () => {
  cloud = await runEmulator(
    {
      assets: { 'code.zip': wrappedProgram('zip') },
      resources: {
        Orders: wrappedFunction('code.zip', { FunctionName: 'orders' }),
        Stock: wrappedFunction('code.zip', { FunctionName: 'stock' }),
        Large: wrappedFunction('code.zip', { FunctionName: 'large' }),
        Slow: wrappedFunction('code.zip', { FunctionName: 'slow', Timeout: 1 }),
        Report: wrappedFunction('code.zip', { FunctionName: 'report', Runtime: 'python3.13' }),
      },
    },
    { asynchronousRetryDelaysMs: [1, 2] },
  );
});
afterAll(() => cloud[Symbol.asyncDispose]());

/** What was told of a function, without its output. */
const told = (functionName: string) =>
  cloud.events.filter(
    (event) =>
      'functionName' in event &&
      event.functionName === functionName &&
      (event.type === 'invocation-finished' || event.type.startsWith('asynchronous')),
  );

const send = async (functionName: string, event: object, type: string): Promise<readonly unknown[]> => {
  const answer = await cloud.invoke(functionName, event, { InvocationType: 'Event' });
  expect([answer.status, answer.functionError, answer.payload.length]).toEqual([202, undefined, 0]);
  await eventually(() => expect(told(functionName)).toContainEqual(expect.objectContaining({ type })));
  return told(functionName);
};

describe('an asynchronous invocation', () => {
  it('that ends in an error of the function is run twice more under the same request id', async () => {
    const events = await send('orders', { fail: 'no such article' }, 'asynchronous-given-up');
    const [first] = events;
    const requestId = (first as { readonly requestId: string }).requestId;
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    const finished = { type: 'invocation-finished', outcome: 'error', requestId };
    const reason = 'OrderRejected';
    expect(events).toMatchObject([
      finished,
      { type: 'asynchronous-retry', requestId, attempt: 2, delayMs: 1, reason },
      finished,
      { type: 'asynchronous-retry', requestId, attempt: 3, delayMs: 2, reason },
      finished,
      { type: 'asynchronous-given-up', requestId, attempts: 3, reason },
    ]);
  });

  it('is not run again once an attempt succeeded', async () => {
    await send('stock', { fail: 'busy', failTimes: 1 }, 'asynchronous-retry');
    await eventually(() => expect(told('stock')).toHaveLength(3));
    // A later invocation ends after everything that was due before it.
    await cloud.invoke('stock', { sleepMs: 30 });
    expect(told('stock')).toMatchObject([
      { outcome: 'error' },
      { attempt: 2 },
      { outcome: 'response' },
      { outcome: 'response' },
    ]);
  });

  it('is run again after it timed out, and after a response that was too large', async () => {
    const large = await send('large', { size: 6_291_557 }, 'asynchronous-given-up');
    expect(large.at(-1)).toMatchObject({ attempts: 3, reason: 'Function.ResponseSizeTooLarge' });
    await cloud.invoke('slow', { hang: true }, { InvocationType: 'Event' });
    await eventually(() =>
      expect(told('slow')).toContainEqual(expect.objectContaining({ attempt: 2, reason: 'Sandbox.Timedout' })),
    );
  });

  it('is taken although it cannot be run, and given up then', async () => {
    expect(await send('report', {}, 'asynchronous-given-up')).toMatchObject([
      { attempts: 1, reason: expect.stringContaining('no runtime python3.13') },
    ]);
  });

  const shop = (retryDelayMs: number) =>
    runEmulator(
      {
        assets: { 'code.zip': wrappedProgram('zip') },
        resources: { Orders: wrappedFunction('code.zip', { FunctionName: 'orders' }) },
      },
      { asynchronousRetryDelaysMs: [retryDelayMs] },
    );
  const untilTold = (running: RunningEmulator, type: string) =>
    eventually(() => expect(running.events).toContainEqual(expect.objectContaining({ type })));

  it('runs what is deployed by the time of a retry, and nothing when that is nothing', async () => {
    await using running = await shop(1500);
    await running.invoke('orders', { fail: 'x' }, { InvocationType: 'Event' });
    await untilTold(running, 'asynchronous-retry');
    await running.redeploy({ assets: {}, resources: {} });
    await untilTold(running, 'asynchronous-given-up');
    const reason = 'the function is no longer deployed';
    expect(running.events).toContainEqual(expect.objectContaining({ attempts: 2, reason }));
  });

  it('is forgotten when the emulator closes', async () => {
    const retryDelayMs = 100;
    const running = await shop(retryDelayMs);
    await running.invoke('orders', { fail: 'x' }, { InvocationType: 'Event' });
    await untilTold(running, 'asynchronous-retry');
    await running[Symbol.asyncDispose]();
    const last = running.events.length;
    // Of two timers with the same delay the one that was set first comes first.
    await new Promise((resolve) => setTimeout(resolve, retryDelayMs));
    expect(running.events).toHaveLength(last);
  });
});
