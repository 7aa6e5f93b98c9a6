import type { StubLink } from '@live-lambda/protocol';
import { expect, it } from 'vitest';
import { settings } from './fixtures/settings.ts';
import { run } from './run.ts';
import type { RuntimeClient } from './runtime-client.ts';

const refuse = async (): Promise<never> => {
  throw new Error('not expected');
};

it('a stub reads what came while it was frozen before it sends the event that thawed it', async () => {
  const order: string[] = [];
  const events = [{ requestId: 'r1', headers: {}, event: new Uint8Array(0), deadlineMs: 3000 }];
  const runtime: RuntimeClient = {
    next: async () => {
      // What lies on other sockets is read in the same turn of the event loop as the event.
      setImmediate(() => order.push('a Goodbye is read'));
      const event = events.shift();
      if (!event) throw new Error('no more events');
      return event;
    },
    respond: async () => undefined,
    fail: async () => undefined,
    stream: refuse,
    failInit: refuse,
  };
  const link: StubLink = {
    open: async () => undefined,
    nowMs: () => 0,
    look: refuse,
    invoke: async () => {
      order.push('the event is sent');
      return { type: 'failed', failure: 'nobody-answered', detail: '', mayHaveRun: false };
    },
  };
  const ended = run({ runtime, link, settings, wallClockMs: () => 0, log: () => undefined });
  await expect(ended).rejects.toThrow('no more events');
  expect(order.slice(0, 2)).toEqual(['a Goodbye is read', 'the event is sent']);
});
