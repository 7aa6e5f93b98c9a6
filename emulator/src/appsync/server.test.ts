import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { headerSubprotocol, openEventSocket } from '../fixtures/event-client.ts';
import { type RunningEventApi, runEventApi } from '../fixtures/running-event-api.ts';
import { administratorAccess } from '../iam/aws-managed-policies.ts';

let api: RunningEventApi;

beforeEach(async () => {
  api = await runEventApi();
});
afterEach(() => api[Symbol.asyncDispose]());

const refusal = (errorType: string, message?: string) => [
  message === undefined ? { errorType } : { errorType, message: expect.stringContaining(message) },
];

describe('connecting', () => {
  it.each([['aws-appsync-event-ws first'], ['header first']])(
    'takes the two subprotocols in either order: %s',
    async (order) => {
      const both = ['aws-appsync-event-ws', headerSubprotocol(await api.sign({}))];
      const socket = await api.dial(order === 'header first' ? both.reverse() : both);
      expect(socket.socket.protocol).toBe('aws-appsync-event-ws');
    },
  );

  it('acknowledges a client with the time after which it must give up, and a first keep-alive', async () => {
    const socket = await api.dialSigned();
    expect(await socket.next()).toEqual({ type: 'connection_ack', connectionTimeoutMs: 300_000 });
    expect(await socket.next()).toEqual({ type: 'ka' });
  });

  it('takes the authorization from headers of the upgrade request too', async () => {
    const { host: _signedHost, ...headers } = await api.sign({});
    const socket = await api.dial(['aws-appsync-event-ws'], headers);
    socket.send({ type: 'connection_init' });
    expect((await socket.next()).type).toBe('connection_ack');
  });

  it('acknowledges a client that never sends connection_init when it sends its first operation', async () => {
    const socket = await api.dial(['aws-appsync-event-ws', headerSubprotocol(await api.sign({}))]);
    socket.send({ type: 'unsubscribe', id: 'nothing' });
    expect([await socket.next(), await socket.next(), await socket.next()].map(({ type }) => type)).toEqual([
      'connection_ack',
      'ka',
      'unsubscribe_error',
    ]);
  });

  it('acknowledges a client that says nothing at all', async () => {
    const socket = await api.dial(['aws-appsync-event-ws', headerSubprotocol(await api.sign({}))]);
    expect((await socket.next()).type).toBe('connection_ack');
  });

  it('refuses the upgrade without aws-appsync-event-ws', async () => {
    await expect(api.dial([headerSubprotocol(await api.sign({}))])).rejects.toThrow('400');
  });

  it('refuses the upgrade on another path', async () => {
    await expect(openEventSocket(`ws://${api.host}/event`, { subprotocols: ['aws-appsync-event-ws'] })).rejects.toThrow(
      '404',
    );
  });

  it('refuses the upgrade under a foreign host name', async () => {
    await expect(api.dial(['aws-appsync-event-ws'], { host: 'rebound.example' })).rejects.toThrow('403');
  });

  it.each([
    [
      'a wrong secret',
      () => ({ credentials: { ...api.credentials.developer.credentials, secretAccessKey: 'x' } }),
      400,
      'BadRequestException',
    ],
    [
      'a key that nobody has',
      () => ({ credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' } }),
      401,
      'UnauthorizedException',
    ],
    ['a signature of ten minutes ago', () => ({ at: new Date(Date.now() - 600_000) }), 400, 'BadRequestException'],
    ['a signature for another region', () => ({ region: 'us-east-1' }), 400, 'BadRequestException'],
  ])(
    'answers %s with 101, then connection_error, then a normal closure',
    async (_case, options, errorCode, errorType) => {
      const socket = await api.dialSigned(options());
      expect(await socket.next()).toMatchObject({ type: 'connection_error', errors: [{ errorType, errorCode }] });
      expect(await socket.closed).toBe(1000);
    },
  );

  it('answers an authorization that cannot be read with connection_error', async () => {
    const socket = await api.dial(['aws-appsync-event-ws', 'header-bm90IGpzb24']);
    socket.send({ type: 'connection_init' });
    expect(await socket.next()).toMatchObject({ type: 'connection_error', errors: [{ errorCode: 401 }] });
  });

  it('does not take a signature that was made for another body', async () => {
    const socket = await api.dial([
      'aws-appsync-event-ws',
      headerSubprotocol(await api.sign({ channel: '/orders/a' })),
    ]);
    socket.send({ type: 'connection_init' });
    expect(await socket.next()).toMatchObject({
      type: 'connection_error',
      errors: [{ errorType: 'BadRequestException' }],
    });
  });
});

describe('subscribing', () => {
  it('delivers one data frame with a string for each event, to the publisher as well', async () => {
    const [reader, writer] = [await api.connect(), await api.connect()];
    expect(await api.subscribe(reader, 'r', '/orders/eu/*')).toEqual({ type: 'subscribe_success', id: 'r' });
    await api.subscribe(writer, 'w', 'orders/eu/new/');
    expect(await api.publish(writer, '/orders/eu/new', ['{"n":1.0}', '"two"'])).toMatchObject({
      type: 'publish_success',
      id: 'p',
      successful: [{ index: 0 }, { index: 1 }],
      failed: [],
    });
    const expected = (id: string) => [
      { type: 'data', id, event: '{"n":1.0}' },
      { type: 'data', id, event: '"two"' },
    ];
    expect([await reader.next(), await reader.next()]).toEqual(expected('r'));
    expect([await writer.next(), await writer.next()]).toEqual(expected('w'));
  });

  it('delivers to every matching subscription of one connection', async () => {
    const socket = await api.connect();
    await api.subscribe(socket, 'all', '/orders/*');
    await api.subscribe(socket, 'one', '/orders/a');
    await api.publish(socket, '/orders/a', ['1']);
    expect([(await socket.next()).id, (await socket.next()).id]).toEqual(['all', 'one']);
  });

  it('stops delivering after unsubscribe', async () => {
    const socket = await api.connect();
    await api.subscribe(socket, 's', '/orders/a');
    socket.send({ type: 'unsubscribe', id: 's' });
    expect(await socket.next()).toEqual({ type: 'unsubscribe_success', id: 's' });
    await api.publish(socket, '/orders/a', ['1']);
    socket.send({ type: 'unsubscribe', id: 's' });
    expect(await socket.next()).toEqual({
      type: 'unsubscribe_error',
      id: 's',
      errors: [{ errorType: 'UnknownOperationError', message: 'Unknown operation id s' }],
    });
  });

  it('refuses an id that is in use, and takes it on another connection', async () => {
    const socket = await api.connect();
    await api.subscribe(socket, 's', '/orders/a');
    expect((await api.subscribe(socket, 's', '/orders/b')).type).toBe('subscribe_error');
    expect((await api.subscribe(await api.connect(), 's', '/orders/a')).type).toBe('subscribe_success');
  });

  it.each([
    ['a namespace that does not exist', '/nowhere/a', refusal('UnauthorizedException')],
    ['a namespace of another authorization mode', '/keys-only/a', refusal('UnauthorizedException', 'not authorized')],
    ['the whole API', '/*', refusal('BadRequestException', 'channel')],
    ['a wildcard within the channel', '/orders/*/a', refusal('BadRequestException', 'channel')],
  ])('refuses %s', async (_case, channel, errors) => {
    expect(await api.subscribe(await api.connect(), 's', channel)).toEqual({
      type: 'subscribe_error',
      id: 's',
      errors,
    });
  });

  it('refuses a signature that was made for another channel', async () => {
    const socket = await api.connect();
    socket.send({
      type: 'subscribe',
      id: 's',
      channel: '/orders/a',
      authorization: await api.sign({ channel: '/orders/b' }),
    });
    expect(await socket.next()).toMatchObject({
      type: 'subscribe_error',
      errors: [{ errorType: 'BadRequestException' }],
    });
  });

  it('asks temporary credentials for their token', async () => {
    const arn = 'arn:aws:iam::111122223333:role/r';
    const managedPolicyArns = [administratorAccess];
    api.policies.putRole('r', { arn, inlinePolicies: [], managedPolicyArns, boundaryArn: undefined });
    const credentials = api.credentials.mintRoleSession({ roleName: 'r', sessionName: 'f' });
    const { sessionToken: _token, ...withoutToken } = credentials;
    const socket = await api.connect();
    const channel = '/orders/a';
    for (const [used, type] of [
      [credentials, 'subscribe_success'],
      [withoutToken, 'subscribe_error'],
    ] as const) {
      socket.send({
        type: 'subscribe',
        id: type,
        channel,
        authorization: await api.sign({ channel }, { credentials: used }),
      });
      expect((await socket.next()).type).toBe(type);
    }
  });
});

describe('publishing over a WebSocket', () => {
  const large = (bytes: number): string => JSON.stringify('x'.repeat(bytes - 2));

  it.each([
    [
      'six events',
      ['1', '2', '3', '4', '5', '6'],
      { errorType: 'InvalidInputError', message: 'input exceeded 5 event limit' },
    ],
    ['an event that is not JSON', ['plain text'], { errorType: 'BadRequestException' }],
    ['no event', [], { errorType: 'BadRequestException' }],
  ])('refuses %s', async (_case, published, error) => {
    expect(await api.publish(await api.connect(), '/orders/a', published)).toMatchObject({
      type: 'publish_error',
      id: 'p',
      errors: [error],
    });
  });

  it('delivers an event of 245,760 bytes and fails one that is a byte longer', async () => {
    const socket = await api.connect();
    await api.subscribe(socket, 's', '/orders/a');
    expect(await api.publish(socket, '/orders/a', [large(245_761), large(245_760)])).toMatchObject({
      type: 'publish_success',
      successful: [{ index: 1 }],
      failed: [{ index: 0, code: 'EventTooLargeException', message: 'Transformed event is larger than 240KB' }],
    });
    expect(String((await socket.next()).event)).toHaveLength(245_760);
  });

  it('refuses events with markup characters, as the service hashes them escaped', async () => {
    const answer = await api.publish(await api.connect(), '/orders/a', ['"<b>"']);
    expect(answer).toMatchObject({ type: 'publish_error', errors: [{ errorType: 'BadRequestException' }] });
  });

  it('never repeats a session token in the canonical request of a refusal', async () => {
    const credentials = api.credentials.mintRoleSession({ roleName: 'r', sessionName: 'f' });
    const authorization = await api.sign({ channel: '/orders/b', events: ['1'] }, { credentials });
    const socket = await api.connect();
    socket.send({ type: 'publish', id: 'p', channel: '/orders/a', events: ['1'], authorization });
    const text = JSON.stringify(await socket.next());
    expect(text).toContain('The Canonical String for this request should have been');
    expect(text).not.toContain(credentials.sessionToken.slice(0, 40));
  });
});

describe('frames that are no operations', () => {
  it.each([
    ['text that is not JSON', 'hello', 'BadRequestException'],
    ['JSON that is no object', '[]', 'BadRequestException'],
    ['a binary frame', Buffer.from('{"type":"connection_init"}'), 'BadRequestException'],
    ['an unknown type', { type: 'ping' }, 'UnsupportedOperation'],
  ])('answers %s with an error frame and stays open', async (_case, frame, errorType) => {
    const socket = await api.connect();
    socket.send(frame);
    expect(await socket.next()).toMatchObject({ type: 'error', errors: [{ errorType }] });
    expect((await api.subscribe(socket, 's', '/orders/a')).type).toBe('subscribe_success');
    expect(api.events).toContainEqual(expect.objectContaining({ type: 'frame-refused', errorType }));
  });
});

describe('publishing over HTTP', () => {
  const body = JSON.stringify({ channel: 'orders/a', events: ['"<b>"'], id: 'ignored' });

  it('delivers, markup and unknown members included', async () => {
    const socket = await api.connect();
    await api.subscribe(socket, 's', '/orders/a');
    const response = await api.post(body);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ failed: [], successful: [{ identifier: expect.any(String), index: 0 }] });
    expect(await socket.next()).toEqual({ type: 'data', id: 's', event: '"<b>"' });
  });

  it.each([
    [
      'six events',
      { channel: '/orders/a', events: ['1', '1', '1', '1', '1', '1'] },
      400,
      refusal('BadRequestException', 'Input exceeded 5 event limit'),
    ],
    ['an unknown namespace', { channel: '/nowhere/a', events: ['1'] }, 401, refusal('UnauthorizedException')],
    ['a wildcard', { channel: '/orders/*', events: ['1'] }, 400, refusal('BadRequestException', 'channel')],
    ['a list', [], 400, refusal('BadRequestException', '')],
  ])('refuses %s', async (_case, content, status, errors) => {
    const response = await api.post(JSON.stringify(content));
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ errors });
  });

  it('refuses a body that was changed after it was signed', async () => {
    const headers = await api.signPost(body);
    expect((await api.post(body.replace('orders', 'Orders'), headers)).status).toBe(401);
    expect((await api.post(body.replace('<b>', '<i>'), headers)).status).toBe(400);
    expect((await api.post(body, headers)).status).toBe(200);
  });

  it('refuses a request without any authorization', async () => {
    const response = await api.post(body, {});
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      errors: refusal('UnauthorizedException', 'You are not authorized to make this call.'),
    });
  });

  it('refuses a request of more than 1.2 MB', async () => {
    expect((await api.post('x'.repeat(1_228_801))).status).toBe(413);
  });
});

describe('an update', () => {
  it('adds a namespace without cutting connections', async () => {
    const socket = await api.connect();
    expect((await api.subscribe(socket, 'early', '/late/a')).type).toBe('subscribe_error');
    const namespace = { name: 'late', publishModes: undefined, subscribeModes: undefined, handlers: undefined };
    expect(api.apis.registry.putNamespace(api.apiId, namespace)).toBe(true);
    expect((await api.subscribe(socket, 'late', '/late/a')).type).toBe('subscribe_success');
  });
});
