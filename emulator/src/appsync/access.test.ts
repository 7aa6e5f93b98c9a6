import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningEventApi, runEventApi } from '../fixtures/running-event-api.ts';
import { parsePolicy } from '../iam/policy-document.ts';
import type { Credentials } from '../signature/credentials.ts';

let api: RunningEventApi;

beforeEach(async () => {
  api = await runEventApi();
});
afterEach(() => api[Symbol.asyncDispose]());

const namespaceArn = (name: string): string => `${api.arn}/channelNamespace/${name}`;

/** Keys of a user who has these rights alone. */
const userWith = (...rights: readonly (readonly [action: string, resource: string])[]): Credentials => {
  const Statement = rights.map(([Action, Resource]) => ({ Effect: 'Allow', Action, Resource }));
  const parsed = parsePolicy({ Version: '2012-10-17', Statement });
  if (parsed.type === 'invalid') throw new Error(parsed.problem);
  const arn = 'arn:aws:iam::111122223333:policy/test';
  api.policies.putPolicy(arn, { roleNames: [], document: parsed.policy });
  return api.credentials.mintUser({ userName: 'ann', policyArns: [arn] });
};

const denied = (action: string, resource: string) => ({
  errorType: 'AccessDeniedException',
  message: `User: arn:aws:iam::111122223333:user/ann is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
});

const connectAs = async (credentials: Credentials) => {
  const socket = await api.dialSigned({ credentials });
  return { socket, answer: await socket.next() };
};

describe('connecting', () => {
  it('takes the right to connect to the API itself', async () => {
    const { answer } = await connectAs(userWith(['appsync:EventConnect', api.arn]));
    expect(answer.type).toBe('connection_ack');
  });

  it.each<readonly [string, () => readonly [string, string]]>([
    ['what is below the API', () => ['appsync:EventConnect', `${api.arn}/*`]],
    ['another API', () => ['appsync:EventConnect', api.arn.replace('abc', 'xyz')]],
    ['another action', () => ['appsync:EventSubscribe', '*']],
  ])('is refused with 403 to whoever has a right on %s only', async (_case, right) => {
    const { socket, answer } = await connectAs(userWith(right()));
    const error = { ...denied('appsync:EventConnect', api.arn), errorCode: 403 };
    expect(answer).toEqual({ type: 'connection_error', errors: [error] });
    expect(await socket.closed).toBe(1000);
  });
});

describe('subscribing and publishing over a WebSocket', () => {
  it.each<readonly [string, 'subscribe' | 'publish', string]>([
    ['subscribe', 'subscribe', 'appsync:EventSubscribe'],
    ['publish', 'publish', 'appsync:EventPublish'],
  ])('takes the right to %s in that very namespace', async (_case, operation, action) => {
    const credentials = userWith(['appsync:EventConnect', api.arn], [action, namespaceArn('orders')]);
    const { socket } = await connectAs(credentials);
    expect((await socket.next()).type).toBe('ka');
    const answerTo = async (type: 'subscribe' | 'publish', channel: string) => {
      const content = type === 'publish' ? { channel, events: ['1'] } : { channel };
      socket.send({
        type,
        id: channel.slice(1).replace('/', '-'),
        ...content,
        authorization: await api.sign(content, { credentials }),
      });
      return socket.next();
    };
    expect((await answerTo(operation, '/orders/a')).type).toBe(`${operation}_success`);
    expect(await answerTo(operation, '/stock/a')).toEqual({
      type: `${operation}_error`,
      id: 'stock-a',
      errors: [denied(action, namespaceArn('stock'))],
    });
    const other = operation === 'publish' ? 'subscribe' : 'publish';
    expect((await answerTo(other, '/orders/b')).type).toBe(`${other}_error`);
  });

  it('tells nobody without the right which namespaces there are, but by the lack of a message', async () => {
    const { socket } = await connectAs(userWith(['appsync:EventConnect', api.arn]));
    await socket.next();
    expect(await api.subscribe(socket, 's', '/nowhere/a')).toMatchObject({
      errors: [{ errorType: 'UnauthorizedException' }],
    });
  });
});

describe('publishing over HTTP', () => {
  const post = async (credentials: Credentials, channel: string) => {
    const body = JSON.stringify({ channel, events: ['1'] });
    return api.post(body, await api.signPost(body, { credentials }));
  };

  it('takes the right to publish in that namespace, and none to connect', async () => {
    const credentials = userWith(['appsync:EventPublish', namespaceArn('orders')]);
    expect((await post(credentials, '/orders/a')).status).toBe(200);
    const response = await post(credentials, '/stock/a');
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({ errors: [denied('appsync:EventPublish', namespaceArn('stock'))] });
  });
});
