import { describe, expect, it, vi } from 'vitest';
import type { FaultSettings } from '../faults/fault-settings.ts';
import type { EventSocket, Frame } from '../fixtures/event-client.ts';
import { eventually } from '../fixtures/eventually.ts';
import { type RunningEventApi, runEventApi } from '../fixtures/running-event-api.ts';

const withFaults = async (
  faults: Partial<FaultSettings>,
  use: (api: RunningEventApi) => Promise<void>,
  seed = 1,
): Promise<void> => {
  await using api = await runEventApi({ faults, seed });
  await use(api);
};

const channel = '/orders/a';

const subscriber = async (api: RunningEventApi): Promise<EventSocket> => {
  const socket = await api.connect();
  expect((await api.subscribe(socket, 's', channel)).type).toBe('subscribe_success');
  return socket;
};

/** What a socket is sent up to the answer to a question that is asked now. */
const restOf = async (socket: EventSocket): Promise<readonly Frame[]> => {
  socket.send({ type: 'unsubscribe', id: 'barrier' });
  const frames: Frame[] = [];
  for (;;) {
    const frame = await socket.next();
    if (frame.type === 'unsubscribe_error') return frames;
    frames.push(frame);
  }
};

const texts = (frames: readonly Frame[]): readonly unknown[] =>
  frames.filter(({ type }) => type === 'data').map(({ event }) => event);

const numbers = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => String(n));

/** Publishes numbers over HTTP, five at a time, as the rate of a WebSocket does not matter there. */
const publishNumbers = async (api: RunningEventApi, count: number): Promise<void> => {
  const all = numbers(count);
  for (let n = 0; n < count; n += 5) await api.post(JSON.stringify({ channel, events: all.slice(n, n + 5) }));
};

describe('a delivery', () => {
  it('is dropped', () =>
    withFaults({ dropShare: 1 }, async (api) => {
      const socket = await subscriber(api);
      expect(await api.publish(socket, channel, ['1', '2'])).toMatchObject({ type: 'publish_success' });
      expect(await restOf(socket)).toEqual([]);
      expect(api.apis.faults.counts).toMatchObject({ drop: 2, duplicate: 0 });
    }));

  it('arrives twice', () =>
    withFaults({ duplicateShare: 1 }, async (api) => {
      const socket = await subscriber(api);
      await publishNumbers(api, 2);
      expect(texts(await restOf(socket))).toEqual(['0', '0', '1', '1']);
      expect(api.apis.faults.counts).toMatchObject({ duplicate: 2, drop: 0, reorder: 0, corrupt: 0 });
    }));

  it('is overtaken by later ones, and arrives all the same', () =>
    withFaults({ reorderShare: 0.5, reorderMs: 30 }, async (api) => {
      const socket = await subscriber(api);
      await publishNumbers(api, 20);
      const received: unknown[] = [];
      while (received.length < 20) received.push((await socket.next()).event);
      expect(received).not.toEqual(numbers(20));
      expect(api.apis.faults.counts.reorder).toBeGreaterThan(3);
      expect(received.sort((a, b) => Number(a) - Number(b))).toEqual(numbers(20));
    }));

  it('is another by one bit, and still valid JSON', () =>
    withFaults({ corruptShare: 1 }, async (api) => {
      const socket = await subscriber(api);
      await api.publish(socket, channel, ['"aGVsbG8"']);
      const [text] = texts(await restOf(socket));
      expect(text).toMatch(/^"[^"]{7}"$/);
      expect(text).not.toBe('"aGVsbG8"');
      expect(api.apis.faults.counts).toMatchObject({ duplicate: 0, drop: 0, reorder: 0, corrupt: 1 });
    }));

  it('is left alone in other namespaces than those that are named', () =>
    withFaults({ dropShare: 1, namespaces: ['stock'] }, async (api) => {
      const socket = await api.connect();
      await api.subscribe(socket, 'o', '/orders/a');
      await api.subscribe(socket, 's', '/stock/a');
      await api.publish(socket, '/stock/a', ['"stock"']);
      await api.publish(socket, '/orders/a', ['"orders"']);
      expect(texts(await restOf(socket))).toEqual(['"orders"']);
    }));

  it('meets the same faults under the same seed, and others under another', async () => {
    const deliver = async (seed: number): Promise<readonly unknown[]> => {
      let received: readonly unknown[] = [];
      const faults = { dropShare: 0.3, duplicateShare: 0.3, corruptShare: 0.2 };
      const run = async (api: RunningEventApi): Promise<void> => {
        const socket = await subscriber(api);
        await publishNumbers(api, 40);
        received = texts(await restOf(socket));
      };
      await withFaults(faults, run, seed);
      return received;
    };
    const first = await deliver(5);
    expect(await deliver(5)).toEqual(first);
    expect(await deliver(6)).not.toEqual(first);
  });
});

describe('a publish request', () => {
  const body = JSON.stringify({ channel, events: ['1'] });

  it('is throttled, over a WebSocket and over HTTP', () =>
    withFaults({ throttleShare: 1 }, async (api) => {
      const socket = await subscriber(api);
      const errors = [{ errorType: 'LimitExceededError', message: 'Rate limit exceeded' }];
      expect(await api.publish(socket, channel, ['1'])).toEqual({ type: 'publish_error', id: 'p', errors });
      const response = await api.post(body);
      expect([response.status, await response.json()]).toEqual([429, { errors }]);
      expect(await restOf(socket)).toEqual([]);
      expect(api.apis.meter.read().inboundOperations).toBe(0);
      expect(api.apis.faults.counts).toMatchObject({ throttle: 2, swallow: 0, lose: 0 });
    }));

  it('is done and never answered', () =>
    withFaults({ swallowShare: 1 }, async (api) => {
      const socket = await subscriber(api);
      await api.sendPublish(socket, { channel, events: ['1'] });
      expect(await restOf(socket)).toEqual([{ type: 'data', id: 's', event: '1' }]);
      const giveUp = new AbortController();
      const answered = vi.fn();
      const posted = api.post(body, undefined, giveUp.signal).finally(answered);
      expect((await socket.next()).type).toBe('data');
      api.apis.faults.set({ swallowShare: 0 });
      expect((await api.post(body)).status).toBe(200);
      expect(answered).not.toHaveBeenCalled();
      giveUp.abort();
      await expect(posted).rejects.toThrow('abort');
      expect(api.apis.faults.counts).toMatchObject({ throttle: 0, swallow: 2, lose: 0 });
    }));

  it('is answered with success and never delivered', () =>
    withFaults({ loseShare: 1 }, async (api) => {
      const socket = await subscriber(api);
      expect((await api.publish(socket, channel, ['1'])).type).toBe('publish_success');
      expect((await api.post(body)).status).toBe(200);
      expect(await restOf(socket)).toEqual([]);
      expect(api.apis.meter.read()).toMatchObject({ inboundEvents: 2, outboundEvents: 0 });
      expect(api.apis.faults.counts).toMatchObject({ throttle: 0, swallow: 0, lose: 2 });
    }));
});

describe('a WebSocket', () => {
  it('is refused with an error that says throttled', () =>
    withFaults({ refuseShare: 1 }, async (api) => {
      const socket = await api.dialSigned();
      expect(await socket.next()).toEqual({
        type: 'connection_error',
        errors: [{ errorType: 'LimitExceededError', message: 'Rate limit exceeded', errorCode: 429 }],
      });
      expect(await socket.closed).toBe(1000);
      expect(api.apis.faults.counts.refuse).toBe(1);
    }));

  it('is refused by an end of the TCP connection', () =>
    withFaults({ refuseShare: 1, refuseWith: 'tcp' }, async (api) => {
      await expect(api.dialSigned()).rejects.toThrow('socket hang up');
    }));

  it('is cut again and again, and from when the settings say so', () =>
    withFaults({}, async (api) => {
      const early = await api.connect();
      api.apis.faults.set({ disconnectEveryMs: 5 });
      const late = await api.dialSigned();
      expect([await early.closed, await late.closed]).toEqual([1006, 1006]);
      expect(api.apis.faults.counts.disconnect).toBe(2);
    }));

  it('is cut on demand', () =>
    withFaults({}, async (api) => {
      const sockets = [await api.connect(), await api.connect()];
      api.apis.faults.disconnectAll();
      expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([1006, 1006]);
      expect((await (await api.dialSigned()).next()).type).toBe('connection_ack');
    }));

  it('goes silent on demand while its TCP connection stays up', () =>
    withFaults({}, async (api) => {
      const silent = await subscriber(api);
      const heard = silent.frames.length;
      const pongs = vi.fn();
      silent.socket.on('pong', pongs);
      api.apis.faults.halfOpenAll();
      api.apis.faults.halfOpenAll();
      const other = await subscriber(api);
      silent.socket.ping();
      await api.sendPublish(silent, { channel, events: ['"from the silent one"'] });
      for (let n = 0; n < 5; n += 1) await api.publish(other, channel, ['1']);
      expect(texts(await restOf(other))).not.toContain('"from the silent one"');
      expect(silent.frames).toHaveLength(heard);
      expect(pongs).not.toHaveBeenCalled();
      expect(silent.socket.readyState).toBe(silent.socket.OPEN);
      expect(api.apis.faults.counts['half-open']).toBe(1);
    }));

  it('goes silent by itself, without a keep-alive from then on', async () => {
    await using api = await runEventApi({ limits: { keepAliveIntervalMs: 1 } });
    const silent = [await api.connect(), await api.connect()];
    api.apis.faults.set({ halfOpenEveryMs: 5 });
    await eventually(() => expect(api.apis.faults.counts['half-open']).toBe(2));
    api.apis.faults.clear();
    const other = await api.connect();
    const heard = silent.map(({ frames }) => frames.length);
    for (let n = 0; n < 10; n += 1) expect((await other.next()).type).toBe('ka');
    expect(silent.map(({ frames }) => frames.length)).toEqual(heard);
    expect(silent.map(({ socket }) => socket.readyState)).toEqual([1, 1]);
  });

  it('lets a subscription wait for its events after it was acknowledged', () =>
    withFaults({ activationMs: 60_000 }, async (api) => {
      const early = await subscriber(api);
      await api.publish(early, channel, ['1']);
      expect(await restOf(early)).toEqual([]);
      expect(api.apis.faults.counts['late-activation']).toBe(1);
      api.apis.faults.set({ activationMs: 20 });
      const late = await subscriber(api);
      await eventually(async () => {
        await publishNumbers(api, 1);
        expect(texts(late.frames)).toContain('0');
      });
    }));
});

describe('the network', () => {
  const hopMs = 25;

  it('takes its time for each way, over a WebSocket and over HTTP', () =>
    withFaults({ hopMs, hopJitterMs: 1 }, async (api) => {
      const dialled = performance.now();
      const socket = await api.connect();
      const connected = performance.now();
      await api.publish(socket, channel, ['1']);
      const published = performance.now();
      await api.post(JSON.stringify({ channel, events: ['1'] }));
      const posted = performance.now();
      // Timers are exact to the millisecond, and may come that much early.
      expect(connected - dialled).toBeGreaterThanOrEqual(4 * hopMs - 4);
      expect(published - connected).toBeGreaterThanOrEqual(2 * hopMs - 2);
      expect(posted - published).toBeGreaterThanOrEqual(2 * hopMs - 2);
    }));

  it('keeps the order of one connection whatever the jitter', () =>
    withFaults({ hopMs: 1, hopJitterMs: 20 }, async (api) => {
      const socket = await subscriber(api);
      for (const text of numbers(20)) await api.sendPublish(socket, { channel, events: [text] });
      expect(texts(await restOf(socket))).toEqual(numbers(20));
    }));

  it('still carries what a client said right before it left', () =>
    withFaults({ hopMs }, async (api) => {
      const reader = await subscriber(api);
      const writer = await api.connect();
      await api.sendPublish(writer, { channel, events: ['"goodbye"'] });
      writer.socket.close();
      expect((await reader.next()).event).toBe('"goodbye"');
    }));
});

describe('the clock', () => {
  it.each([
    [240_000, 'connection_ack'],
    [-240_000, 'connection_ack'],
    [360_000, 'connection_error'],
    [-360_000, 'connection_error'],
  ])('may be wrong by %d ms: %s', (clockSkewMs, type) =>
    withFaults({ clockSkewMs }, async (api) => {
      expect((await (await api.dialSigned()).next()).type).toBe(type);
    }),
  );
});

describe('what has struck', () => {
  it('is told and counted, until the faults are cleared', () =>
    withFaults({ dropShare: 1 }, async (api) => {
      const socket = await subscriber(api);
      await api.publish(socket, channel, ['1', '2']);
      const struck = api.events.filter(({ type }) => type === 'fault-struck');
      expect(struck).toEqual([
        { type: 'fault-struck', apiName: 'live', fault: 'drop', count: 1 },
        { type: 'fault-struck', apiName: 'live', fault: 'drop', count: 2 },
      ]);
      api.apis.faults.clear();
      await api.publish(socket, channel, ['3']);
      expect(texts(await restOf(socket))).toEqual(['3']);
      expect(api.apis.faults.counts.drop).toBe(2);
    }));

  it('follows from a seed that can be read', async () => {
    await using api = await runEventApi({ seed: 4_294_967_296 });
    expect(api.apis.faults.seed).toBe(4_294_967_296);
    await expect(runEventApi({ seed: 1.5 })).rejects.toThrow('seed of faults is a whole number, not 1.5');
  });
});
