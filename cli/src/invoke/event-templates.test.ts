import { describe, expect, it } from 'vitest';
import type { EventFacts } from './event-facts.ts';
import { templateEvent, templateName, templateNames } from './event-templates.ts';

const facts = (over: Partial<EventFacts> = {}): EventFacts => ({
  now: new Date('2026-11-23T11:30:00.000Z'),
  uuid: () => '00000000-0000-4000-8000-000000000001',
  region: 'eu-west-1',
  account: '111122223333',
  body: undefined,
  method: undefined,
  path: undefined,
  ...over,
});

describe('an event that is made up', () => {
  it.each(templateNames)('of %s is plain JSON, and names its region where it names one', (name) => {
    const event = templateEvent(name, facts());
    expect(JSON.parse(JSON.stringify(event))).toStrictEqual(event);
    expect(JSON.stringify(event)).not.toMatch(/us-east-1|undefined/);
  });

  it('of an HTTP API has the method, the path and the query in all of their places', () => {
    expect(
      templateEvent('api-gateway-v2', facts({ method: 'put', path: '/orders/7?full=yes', body: '{"a":1}' })),
    ).toMatchObject({
      version: '2.0',
      rawPath: '/orders/7',
      rawQueryString: 'full=yes',
      queryStringParameters: { full: 'yes' },
      headers: { 'content-type': 'application/json', 'content-length': '7' },
      requestContext: { http: { method: 'PUT', path: '/orders/7' }, time: '23/Nov/2026:11:30:00 +0000' },
      body: '{"a":1}',
      isBase64Encoded: false,
    });
  });

  it('of a request is a GET without a body, and a POST with one', () => {
    expect(templateEvent('function-url', facts())).toMatchObject({ requestContext: { http: { method: 'GET' } } });
    expect(templateEvent('function-url', facts())).not.toHaveProperty('body');
    expect(templateEvent('alb', facts({ body: 'x' }))).toMatchObject({ httpMethod: 'POST', body: 'x' });
  });

  it('of a REST API has null where there is nothing, and lists beside single values', () => {
    expect(templateEvent('api-gateway', facts())).toMatchObject({
      body: null,
      queryStringParameters: null,
      httpMethod: 'GET',
    });
    expect(templateEvent('api-gateway', facts({ path: 'orders?id=1' }))).toMatchObject({
      path: '/orders',
      pathParameters: { proxy: 'orders' },
      queryStringParameters: { id: '1' },
      multiValueQueryStringParameters: { id: ['1'] },
      multiValueHeaders: { accept: ['*/*'] },
    });
  });

  it('carries the body in the place of its trigger', () => {
    const body = '{"id":"7","count":2,"tags":["a",null],"on":true}';
    expect(templateEvent('sqs', facts({ body }))).toMatchObject({
      Records: [{ body, md5OfBody: '3f2188bcd5b86a4e7e1f1e47b7189ab0' }],
    });
    expect(templateEvent('sns', facts({ body }))).toMatchObject({ Records: [{ Sns: { Message: body } }] });
    expect(templateEvent('kinesis', facts({ body }))).toMatchObject({
      Records: [{ kinesis: { data: Buffer.from(body).toString('base64') } }],
    });
    expect(templateEvent('eventbridge', facts({ body }))).toMatchObject({
      detail: { id: '7', count: 2 },
      time: '2026-11-23T11:30:00Z',
    });
    expect(templateEvent('dynamodb', facts({ body }))).toMatchObject({
      Records: [
        {
          dynamodb: {
            Keys: { id: { S: '7' } },
            NewImage: { count: { N: '2' }, tags: { L: [{ S: 'a' }, { NULL: true }] }, on: { BOOL: true } },
          },
        },
      ],
    });
  });

  it.each([
    ['schedule', { body: '{}' }, 'An event of schedule has no body.'],
    ['sqs', { path: '/' }, 'An event of sqs has no method and no path.'],
    ['s3', { method: 'GET' }, 'An event of s3 has no method and no path.'],
  ] as const)('of %s refuses what its trigger does not have', (name, over, message) => {
    expect(() => templateEvent(name, facts(over))).toThrow(message);
  });

  it('is of a trigger that there is', () => {
    expect(templateName('alb')).toBe('alb');
    expect(() => templateName('toString')).toThrow('There is no template "toString".');
  });
});
