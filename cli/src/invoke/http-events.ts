import type { EventFacts, Json } from './event-facts.ts';

interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly rawQuery: string;
  readonly body: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly host: string;
}

/** Of the addresses that RFC 5737 keeps for documents. */
const sourceIp = '203.0.113.17';
const userAgent = 'live-lambda';

/**
 * Payload 2.0 of an HTTP API.
 * {@link https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html}
 */
export function httpApiEvent(facts: EventFacts): Json {
  const apiId = 'a1b2c3d4e5';
  const request = httpRequest(facts, `${apiId}.execute-api.${facts.region}.amazonaws.com`);
  return payloadTwo(facts, { request, apiId, routeKey: '$default' });
}

/** {@link https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html} */
export function functionUrlEvent(facts: EventFacts): Json {
  const apiId = 'abcdefghijklmnopqrstuvwxyz012345';
  const request = httpRequest(facts, `${apiId}.lambda-url.${facts.region}.on.aws`);
  return payloadTwo(facts, { request, apiId, routeKey: '$default' });
}

/**
 * Payload 1.0, of a REST API with proxy integration.
 * {@link https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html}
 */
export function restApiEvent(facts: EventFacts): Json {
  const apiId = 'a1b2c3d4e5';
  const { method, path, query, body, headers, host } = httpRequest(
    facts,
    `${apiId}.execute-api.${facts.region}.amazonaws.com`,
  );
  return {
    resource: '/{proxy+}',
    path,
    httpMethod: method,
    headers,
    multiValueHeaders: lists(headers),
    queryStringParameters: orNull(query),
    multiValueQueryStringParameters: orNull(lists(query)),
    pathParameters: { proxy: path.replace(/^\//, '') },
    stageVariables: null,
    requestContext: {
      accountId: facts.account,
      apiId,
      domainName: host,
      domainPrefix: apiId,
      extendedRequestId: 'live-lambda=',
      httpMethod: method,
      identity: { accessKey: null, accountId: null, caller: null, sourceIp, user: null, userAgent, userArn: null },
      path: `/prod${path}`,
      protocol: 'HTTP/1.1',
      requestId: facts.uuid(),
      requestTime: commonLogTime(facts.now),
      requestTimeEpoch: facts.now.getTime(),
      resourceId: '123456',
      resourcePath: '/{proxy+}',
      stage: 'prod',
    },
    body,
    isBase64Encoded: false,
  };
}

/** {@link https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html} */
export function loadBalancerEvent(facts: EventFacts): Json {
  const { method, path, query, body, headers } = httpRequest(
    facts,
    `orders-1234567890.${facts.region}.elb.amazonaws.com`,
  );
  const group = `targetgroup/orders/0123456789abcdef`;
  return {
    requestContext: {
      elb: { targetGroupArn: `arn:aws:elasticloadbalancing:${facts.region}:${facts.account}:${group}` },
    },
    httpMethod: method,
    path,
    queryStringParameters: query,
    headers,
    body: body ?? '',
    isBase64Encoded: false,
  };
}

function payloadTwo(
  facts: EventFacts,
  { request, apiId, routeKey }: { readonly request: HttpRequest; readonly apiId: string; readonly routeKey: string },
): Json {
  const { method, path, query, rawQuery, body, headers, host } = request;
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: rawQuery,
    headers,
    ...(rawQuery === '' ? {} : { queryStringParameters: query }),
    requestContext: {
      accountId: facts.account,
      apiId,
      domainName: host,
      domainPrefix: apiId,
      http: { method, path, protocol: 'HTTP/1.1', sourceIp, userAgent },
      requestId: facts.uuid(),
      routeKey,
      stage: '$default',
      time: commonLogTime(facts.now),
      timeEpoch: facts.now.getTime(),
    },
    ...(body === null ? {} : { body }),
    isBase64Encoded: false,
  };
}

function httpRequest({ body, method, path: given = '/' }: EventFacts, host: string): HttpRequest {
  const [path = '/', rawQuery = ''] = given.split(/\?(.*)/s);
  return {
    method: (method ?? (body === undefined ? 'GET' : 'POST')).toUpperCase(),
    path: path.startsWith('/') ? path : `/${path}`,
    query: Object.fromEntries(new URLSearchParams(rawQuery)),
    rawQuery,
    body: body ?? null,
    headers: {
      accept: '*/*',
      ...(body === undefined
        ? {}
        : { 'content-length': String(Buffer.byteLength(body)), 'content-type': contentType(body) }),
      host,
      'user-agent': userAgent,
      'x-forwarded-for': sourceIp,
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    host,
  };
}

function contentType(body: string): string {
  try {
    JSON.parse(body);
    return 'application/json';
  } catch {
    return 'text/plain; charset=utf-8';
  }
}

function lists(values: Readonly<Record<string, string>>): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));
}

function orNull<Values extends Readonly<Record<string, Json>>>(values: Values): Values | null {
  return Object.keys(values).length === 0 ? null : values;
}

/** `23/Nov/2026:11:30:00 +0000`, as API Gateway writes times. */
function commonLogTime(now: Date): string {
  const [, day = '', month = '', year = '', time = ''] = /, (\d+) (\w+) (\d+) ([\d:]+)/.exec(now.toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}
