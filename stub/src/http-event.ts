/** What API Gateway, a function URL or a load balancer takes as an HTTP response. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly statusDescription?: string;
  readonly isBase64Encoded: false;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
}

const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' } as const;

/**
 * A readable 503 for an event that plainly is an HTTP request: its caller would see a bare 502 for a function error.
 * @returns undefined for every other event, whose source must learn that nothing was done.
 */
export function httpUnavailable(event: Uint8Array, text: string): HttpResponse | undefined {
  const request = parse(event);
  const kind = request && kindOf(request);
  if (!kind) return undefined;
  const response = { statusCode: 503, isBase64Encoded: false as const, body: `${text}\n` };
  if (kind !== 'load-balancer') return { ...response, headers };
  const described = { ...response, statusDescription: '503 Service Unavailable' };
  // A target group answers with the kind of headers that it asks with (Elastic Load Balancing, "Lambda functions as targets").
  if (!isObject(request.multiValueHeaders)) return { ...described, headers };
  return {
    ...described,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
  };
}

type Json = Readonly<Record<string, unknown>>;

/** By what the sources' documentation gives as the format of their events. */
function kindOf(event: Json): 'gateway' | 'load-balancer' | undefined {
  const context = event.requestContext;
  if (!isObject(context)) return undefined;
  if (isObject(context.elb) && typeof event.httpMethod === 'string') return 'load-balancer';
  // Payload format 2.0: HTTP APIs and function URLs.
  if (event.version === '2.0' && isObject(context.http) && typeof context.http.method === 'string') return 'gateway';
  // Payload format 1.0: REST APIs, and HTTP APIs that ask for it.
  if (typeof event.httpMethod === 'string' && typeof event.path === 'string' && typeof context.requestId === 'string')
    return 'gateway';
  return undefined;
}

function parse(event: Uint8Array): Json | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(event).toString());
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
