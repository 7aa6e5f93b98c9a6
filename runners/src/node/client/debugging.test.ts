import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type Report, startClient } from '../../fixtures/client-process.ts';

const inspectorsOf = (reports: readonly Report[]): readonly string[] =>
  reports.filter(({ type }) => type === 'inspector').map(({ url }) => url);

/** A debugger that speaks the inspector protocol. */
async function attach(url: string | undefined) {
  const socket = new WebSocket(url ?? '');
  onTestFinished(() => socket.terminate());
  await new Promise((resolve) => socket.once('open', resolve));
  let count = 0;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON.
  const message = (wanted: (message: any) => boolean): Promise<any> =>
    new Promise((resolve) => {
      socket.on('message', (data) => {
        const parsed = JSON.parse(String(data));
        if (wanted(parsed)) resolve(parsed);
      });
    });
  const send = (method: string) => {
    count += 1;
    const id = count;
    const answer = message((received) => received.id === id);
    socket.send(JSON.stringify({ id, method }));
    return answer;
  };
  return {
    send,
    closed: new Promise<void>((resolve) => socket.once('close', () => resolve())),
    /** As editors do when they attach. Resolves when the process stops. */
    run: async () => {
      const paused = message((received) => received.method === 'Debugger.paused');
      await send('Runtime.enable');
      await send('Debugger.enable');
      await send('Runtime.runIfWaitingForDebugger');
      return paused;
    },
  };
}

const files = { 'index.mjs': "console.log('loaded'); export const handler = async () => 'answer';" };

it('tells where its inspector listens', async () => {
  const client = await startClient({ files, control: 'free', flags: ['--inspect=127.0.0.1:0'] });
  await client.asked();
  expect(inspectorsOf(client.reports)).toEqual([expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/[\da-f-]{36}$/)]);
});

describe.each(['nodejs22.x', 'nodejs24.x'])('on %s', (runtime) => {
  const start = (control: 'free' | 'hold') =>
    startClient({ files, runtime, control, flags: ['--inspect=127.0.0.1:0'], env: { LIVE_LAMBDA_INSPECT_BRK: '1' } });

  it('waits for a debugger, and stops before the code of the function is loaded', async () => {
    const client = await start('free');
    await client.until((reports) => inspectorsOf(reports).length === 2);
    const editor = await attach(inspectorsOf(client.reports).at(-1));
    const { callFrames } = (await editor.run()).params;
    expect(callFrames.map(({ functionName }: { functionName: string }) => functionName)).toContain('loadHandler');
    expect(client.output()).not.toContain('loaded');
    const answer = client.invoke();
    await editor.send('Debugger.resume');
    expect((await answer).body).toBe('"answer"');
    expect(client.output()).toContain('loaded');
  });

  it('waits for one that was there too early to come again', async () => {
    const client = await start('hold');
    await client.until((reports) => reports.some(({ type }) => type === 'held'));
    const early = await attach(inspectorsOf(client.reports)[0]);
    await early.send('Runtime.runIfWaitingForDebugger');
    client.send({ type: 'load' });
    await early.closed;
    await client.until((reports) => inspectorsOf(reports).length === 2);
    const editor = await attach(inspectorsOf(client.reports).at(-1));
    await editor.run();
    expect(client.output()).not.toContain('loaded');
  });
});

it('does not wait where no debugger can attach', async () => {
  const client = await startClient({ files, env: { LIVE_LAMBDA_INSPECT_BRK: '1' } });
  expect((await client.invoke()).body).toBe('"answer"');
});
