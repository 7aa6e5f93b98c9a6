import { describe, expect, it } from 'vitest';
import { httpUnavailable } from './http-event.ts';

const answer = (event: unknown) => httpUnavailable(Buffer.from(JSON.stringify(event)), 'nobody is here');

const functionUrl = {
  version: '2.0',
  rawPath: '/',
  requestContext: { http: { method: 'GET', path: '/' }, requestId: 'r' },
};
const restApi = {
  httpMethod: 'GET',
  path: '/orders',
  resource: '/orders',
  requestContext: { requestId: 'r', apiId: 'a' },
};
const loadBalancer = { httpMethod: 'GET', path: '/', headers: {}, requestContext: { elb: { targetGroupArn: 'arn' } } };

describe('an event that is an HTTP request', () => {
  it.each([
    ['a function URL or HTTP API', functionUrl],
    ['a REST API', restApi],
  ])('of %s is answered with a readable 503', (_what, event) => {
    expect(answer(event)).toEqual({
      statusCode: 503,
      isBase64Encoded: false,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
      body: 'nobody is here\n',
    });
  });

  it('of a load balancer has a description, and headers of the kind that it sends', () => {
    expect(answer(loadBalancer)).toMatchObject({
      statusDescription: '503 Service Unavailable',
      headers: { 'cache-control': 'no-store' },
    });
    const several = answer({ ...loadBalancer, headers: undefined, multiValueHeaders: {} });
    expect(several).toMatchObject({ multiValueHeaders: { 'cache-control': ['no-store'] } });
    expect(several).not.toHaveProperty('headers');
  });

  it.each([
    ['a message of a queue', { Records: [{ eventSource: 'aws:sqs', body: '{}' }] }],
    ['an event of a bus', { version: '0', 'detail-type': 'x', detail: {} }],
    [
      'a message of a WebSocket API',
      { requestContext: { connectionId: 'c', eventType: 'MESSAGE', requestId: 'r' }, body: '{}' },
    ],
    [
      'an authorizer request',
      { type: 'REQUEST', methodArn: 'arn', requestContext: { requestId: 'r' }, httpMethod: 'GET' },
    ],
    ['an event of the user', { httpMethod: 'GET' }],
    ['a string', 'hello'],
    ['nothing', null],
  ])('is not %s: its source must learn of the failure', (_what, event) => {
    expect(answer(event)).toBeUndefined();
  });

  it('is not what is no JSON', () => {
    expect(httpUnavailable(Buffer.from('{'), 'x')).toBeUndefined();
  });
});
