import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningEventApi, runEventApi } from '../../fixtures/running-event-api.ts';
import { compileHandlers } from './compile-handlers.ts';

let api: RunningEventApi;

beforeEach(async () => {
  api = await runEventApi();
});
afterEach(() => api[Symbol.asyncDispose]());

/** A namespace `guarded` with this code, beside `orders`, which has none. */
const guard = (body: string): void => {
  const compiled = compileHandlers(`import { util } from '@aws-appsync/utils';\n${body}`);
  if (compiled.type === 'invalid') throw new Error(compiled.problem);
  const modes = { publishModes: undefined, subscribeModes: undefined };
  api.apis.registry.putNamespace(api.apiId, { name: 'guarded', handlers: compiled.handlers, ...modes });
};

/** What the handler wrote, parsed. */
const written = (): unknown => {
  const output = api.events.find((event) => event.type === 'handler-output');
  return output?.type === 'handler-output' ? JSON.parse(output.text) : undefined;
};

describe('onSubscribe', () => {
  it('refuses what it calls unauthorized, in its own namespace only', async () => {
    guard("export function onSubscribe(ctx) { if (ctx.info.channel.path.includes('*')) util.unauthorized(); }");
    const socket = await api.connect();
    expect(await api.subscribe(socket, 'all', '/guarded/*')).toEqual({
      type: 'subscribe_error',
      id: 'all',
      errors: [{ errorType: 'UnauthorizedException', message: 'You are not authorized to make this call.' }],
    });
    expect((await api.subscribe(socket, 'one', '/guarded/a')).type).toBe('subscribe_success');
    expect((await api.subscribe(socket, 'other', '/orders/*')).type).toBe('subscribe_success');
    await api.publish(socket, '/guarded/b', ['1']);
    await api.publish(socket, '/guarded/a', ['2']);
    expect(socket.frames.filter(({ type }) => type === 'data')).toEqual([{ type: 'data', id: 'one', event: '2' }]);
  });

  it('refuses with an error of its own', async () => {
    guard("export const onSubscribe = () => util.error('too many readers', 'Crowded');");
    expect(await api.subscribe(await api.connect(), 's', '/guarded/a')).toMatchObject({
      type: 'subscribe_error',
      errors: [{ errorType: 'Crowded', message: 'too many readers' }],
    });
  });

  it('that breaks refuses, and the mistake is told to whoever runs the emulator alone', async () => {
    guard('export const onSubscribe = (ctx) => ctx.nothing.name;');
    expect(await api.subscribe(await api.connect(), 's', '/guarded/a')).toEqual({
      type: 'subscribe_error',
      id: 's',
      errors: [{ errorType: 'SubscriptionProcessingError', message: 'There was an error processing the operation' }],
    });
    expect(api.events).toContainEqual({
      type: 'handler-failed',
      apiName: 'live',
      namespace: 'guarded',
      handler: 'onSubscribe',
      reason: expect.stringContaining("reading 'name'"),
    });
  });

  it('is told who subscribes to what', async () => {
    guard('export function onSubscribe(ctx) { console.log(ctx); }');
    await api.subscribe(await api.connect(), 's', 'guarded/eu/*');
    expect(written()).toEqual({
      identity: expect.objectContaining({
        accountId: '111122223333',
        userArn: 'arn:aws:iam::111122223333:user/developer',
        username: expect.stringMatching(/^AIDA/),
        sourceIp: ['127.0.0.1'],
      }),
      info: {
        channel: { path: '/guarded/eu/*', segments: ['guarded', 'eu', '*'] },
        channelNamespace: { name: 'guarded' },
        operation: 'SUBSCRIBE',
      },
      request: { headers: { host: api.host }, domainName: null },
      stash: {},
      result: null,
      error: null,
      prev: null,
      outErrors: [],
    });
  });

  it('is billed for each run, also for one that refuses', async () => {
    guard('export const onSubscribe = () => util.unauthorized();');
    const socket = await api.connect();
    api.apis.meter.reset();
    await api.subscribe(socket, 's', '/guarded/a');
    await api.subscribe(socket, 't', '/orders/a');
    expect(api.apis.meter.read()).toMatchObject({ operations: 2, handlerOperations: 1, subscribeOperations: 1 });
  });
});

describe('onPublish', () => {
  const publishing = `export function onPublish(ctx) {
    console.log(ctx.events);
    return ctx.events
      .filter(({ payload }) => payload !== 'left out')
      .map(({ id, payload }) => (payload.bad ? { id, payload, error: payload.bad } : { id, payload: { was: payload } }));
  }`;

  it('changes events, leaves them out, and has something against them', async () => {
    guard(publishing);
    const socket = await api.connect();
    await api.subscribe(socket, 's', '/guarded/a');
    const events = ['{"n":1}', '"left out"', '{"bad":"no price"}', '2'];
    const answer = await api.publish(socket, '/guarded/a', events);
    expect(answer).toMatchObject({
      type: 'publish_success',
      successful: [{ index: 0 }, { index: 1 }, { index: 3 }],
      failed: [{ index: 2, code: 'HandlerError', message: 'no price' }],
    });
    expect([await socket.next(), await socket.next()]).toEqual([
      { type: 'data', id: 's', event: '{"was":{"n":1}}' },
      { type: 'data', id: 's', event: '{"was":2}' },
    ]);
    expect(written()).toEqual(events.map((event) => ({ id: expect.any(String), payload: JSON.parse(event) })));
  });

  it('has its events measured after it', async () => {
    guard("export const onPublish = (ctx) => ctx.events.map(({ id }) => ({ id, payload: 'x'.repeat(245759) }));");
    expect(await api.publish(await api.connect(), '/guarded/a', ['1'])).toMatchObject({
      type: 'publish_success',
      successful: [],
      failed: [{ index: 0, code: 'EventTooLargeException' }],
    });
  });

  it('refuses the whole request, with 403 over HTTP', async () => {
    guard("export const onPublish = () => util.error('closed on Sundays', 'Closed');");
    const body = JSON.stringify({ channel: '/guarded/a', events: ['1'] });
    const response = await api.post(body);
    expect(response.status).toBe(403);
    const errors = [{ errorType: 'Closed', message: 'closed on Sundays' }];
    expect(await response.json()).toEqual({ errors });
    expect(await api.publish(await api.connect(), '/guarded/a', ['1'])).toMatchObject({
      type: 'publish_error',
      errors,
    });
    expect(api.apis.meter.read()).toMatchObject({ inboundEvents: 0, handlerOperations: 2 });
  });

  it('publishes nothing when it returns nothing', async () => {
    guard('export const onPublish = () => null;');
    const socket = await api.connect();
    await api.subscribe(socket, 's', '/guarded/a');
    expect(await api.publish(socket, '/guarded/a', ['1'])).toMatchObject({ successful: [{ index: 0 }], failed: [] });
    expect(socket.frames.filter(({ type }) => type === 'data')).toEqual([]);
  });

  it.each([
    [
      'an event that nobody published',
      "[{ id: 'mine', payload: 1 }]",
      'the id mine, which none of those published has',
    ],
    ['an event twice', '[ctx.events[0], ctx.events[0]]', 'an event twice'],
    ['an event without an id', '[{ payload: 1 }]', 'without an id'],
    ['no list', '({})', 'no list'],
  ])('that returns %s fails', async (_case, value, reason) => {
    guard(`export const onPublish = (ctx) => ${value};`);
    expect(await api.publish(await api.connect(), '/guarded/a', ['1'])).toMatchObject({
      type: 'publish_error',
      errors: [{ errorType: 'MessageProcessingError' }],
    });
    expect(api.events).toContainEqual(
      expect.objectContaining({ type: 'handler-failed', reason: expect.stringContaining(reason) }),
    );
  });
});
