import { expect, it } from 'vitest';
import { runEventApi } from '../fixtures/running-event-api.ts';

const jsonOf = (bytes: number): string => JSON.stringify('x'.repeat(bytes - 2));

it('bills connects, subscribes, and every 5 KB of an event once in and once for each subscription out', async () => {
  await using api = await runEventApi({ limits: { keepAliveIntervalMs: 5 } });
  const { meter } = api.apis;
  const [first, second] = [await api.connect(), await api.connect()];
  await api.subscribe(first, 'a', '/orders/*');
  await api.subscribe(second, 'b', '/orders/a');
  await api.subscribe(second, 'refused', '/nowhere/a');
  expect(meter.read()).toMatchObject({ operations: 4, connectOperations: 2, subscribeOperations: 2 });

  meter.reset();
  await api.publish(first, '/orders/a', [jsonOf(5_120), jsonOf(5_121), '"é"']);
  await api.publish(first, '/orders/a', ['not json']);
  await api.post(JSON.stringify({ channel: '/orders/alone', events: ['1', jsonOf(245_761)] }));
  // Everything was delivered when what was asked for later is answered.
  for (const [socket, id] of [
    [first, 'a'],
    [second, 'b'],
  ] as const) {
    socket.send({ type: 'unsubscribe', id });
    while ((await socket.next()).type !== 'unsubscribe_success');
  }
  expect(meter.read()).toEqual({
    operations: 14,
    connectOperations: 0,
    subscribeOperations: 0,
    handlerOperations: 0,
    publishRequests: 2,
    inboundEvents: 4,
    inboundOperations: 5,
    inboundBytes: 5_120 + 5_121 + 4 + 1,
    outboundEvents: 7,
    outboundOperations: 9,
    outboundBytes: 2 * (5_120 + 5_121 + 4) + 1,
  });
});
