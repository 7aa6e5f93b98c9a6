import { describe, expect, it } from 'vitest';
import type { EventSocket } from '../fixtures/event-client.ts';
import { type EventApiOptions, type RunningEventApi, runEventApi } from '../fixtures/running-event-api.ts';

const withApi = async (options: EventApiOptions, use: (api: RunningEventApi) => Promise<void>): Promise<void> => {
  await using api = await runEventApi(options);
  await use(api);
};

const jsonOf = (bytes: number): string => JSON.stringify('x'.repeat(bytes - 2));

/** Publishes as fast as it goes, everything signed before. */
const burst = async (api: RunningEventApi, socket: EventSocket, count: number): Promise<readonly unknown[]> => {
  const channel = '/orders/a';
  const authorization = await api.sign({ channel, events: ['1'] });
  for (let n = 0; n < count; n += 1) {
    socket.send({ type: 'publish', id: `p${n}`, channel, events: ['1'], authorization });
  }
  const answers: unknown[] = [];
  while (answers.length < count) answers.push(await socket.next());
  return answers;
};

describe('publish requests on one WebSocket', () => {
  it('are 25 a second, and the next is refused under its id', () =>
    withApi({}, async (api) => {
      const answers = await burst(api, await api.connect(), 26);
      expect(answers.slice(0, 25)).toEqual(
        Array.from({ length: 25 }, () => expect.objectContaining({ type: 'publish_success' })),
      );
      expect(answers[25]).toEqual({
        type: 'publish_error',
        id: 'p25',
        errors: [{ errorType: 'LimitExceededError', message: 'Rate limit exceeded' }],
      });
    }));

  it('do not count for another WebSocket, nor for HTTP', () =>
    withApi({ limits: { publishesPerSecond: 1 } }, async (api) => {
      for (const socket of [await api.connect(), await api.connect()]) {
        expect(await burst(api, socket, 2)).toMatchObject([{ type: 'publish_success' }, { type: 'publish_error' }]);
      }
      const body = JSON.stringify({ channel: '/orders/a', events: ['1'] });
      expect([(await api.post(body)).status, (await api.post(body)).status]).toEqual([200, 200]);
    }));
});

describe('a publish request over a WebSocket', () => {
  it('may have five events of the size to plan with, and not 1.2 MB', () =>
    withApi({}, async (api) => {
      const socket = await api.connect();
      const full = Array.from({ length: 5 }, () => jsonOf(240_000));
      expect(await api.publish(socket, '/orders/a', full)).toMatchObject({ type: 'publish_success', failed: [] });
      const over = Array.from({ length: 5 }, () => jsonOf(245_760));
      expect(await api.publish(socket, '/orders/a', over)).toMatchObject({
        type: 'publish_error',
        errors: [{ errorType: 'BadRequestException', message: expect.stringContaining('1.2 MB') }],
      });
    }));

  it('may be held to another size of an event, as over HTTP', () =>
    withApi({ limits: { maxEventBytes: 240_000 } }, async (api) => {
      const events = [jsonOf(240_000), jsonOf(240_001)];
      const result = { successful: [{ index: 0 }], failed: [{ index: 1, code: 'EventTooLargeException' }] };
      expect(await api.publish(await api.connect(), '/orders/a', events)).toMatchObject(result);
      const response = await api.post(JSON.stringify({ channel: '/orders/a', events }));
      expect(await response.json()).toMatchObject(result);
    }));
});

describe('one WebSocket', () => {
  it('has 200 subscriptions, and another one when one was given back', () =>
    withApi({}, async (api) => {
      const socket = await api.connect();
      const authorization = await api.sign({ channel: '/orders/a' });
      for (let n = 0; n < 200; n += 1) {
        socket.send({ type: 'subscribe', id: `s${n}`, channel: '/orders/a', authorization });
        expect((await socket.next()).type).toBe('subscribe_success');
      }
      expect(await api.subscribe(socket, 'more', '/orders/a')).toMatchObject({
        type: 'subscribe_error',
        id: 'more',
        errors: [{ errorType: 'MaxSubscriptionsReachedError' }],
      });
      socket.send({ type: 'unsubscribe', id: 's7' });
      expect((await socket.next()).type).toBe('unsubscribe_success');
      expect((await api.subscribe(socket, 'more', '/orders/a')).type).toBe('subscribe_success');
    }));

  it('is closed normally when its lifetime is over', () =>
    withApi({ limits: { connectionLifetimeMs: 20 } }, async (api) => {
      expect(await (await api.connect()).closed).toBe(1000);
    }));

  it('is kept alive, and told how long it may hear nothing', () =>
    withApi({ limits: { keepAliveIntervalMs: 5, connectionTimeoutMs: 12 } }, async (api) => {
      const socket = await api.dialSigned();
      expect(await socket.next()).toEqual({ type: 'connection_ack', connectionTimeoutMs: 12 });
      for (let n = 0; n < 3; n += 1) expect(await socket.next()).toEqual({ type: 'ka' });
    }));
});
