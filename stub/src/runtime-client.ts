import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';

/** Version segment of Lambda's Runtime API (Lambda Developer Guide, "Using the Lambda runtime API"). */
const basePath = '/2018-06-01/runtime';

/** An event as the Runtime API gave it. */
export interface NextInvocation {
  readonly requestId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly event: Uint8Array;
  /** Epoch milliseconds. */
  readonly deadlineMs: number;
}

/** Lambda's own Runtime API, from inside an execution environment. Bytes and headers pass as they are. */
export interface RuntimeClient {
  /** Waits for the next event, for as long as it takes. */
  next(): Promise<NextInvocation>;
  respond(requestId: string, body: Uint8Array, headers: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Answers with a stream. Where its generator returns an error, the stream ends with it, in the trailers that Lambda
   * takes for a failure in mid-stream; where it throws, the stream breaks off.
   */
  stream(requestId: string, body: StreamBody, headers: Readonly<Record<string, string>>): Promise<void>;
  fail(requestId: string, body: Uint8Array, headers: Readonly<Record<string, string>>): Promise<void>;
  failInit(body: Uint8Array, headers: Readonly<Record<string, string>>): Promise<void>;
}

/** The parts of a streamed answer, and the error that it ends with, if it does. */
export type StreamBody = AsyncGenerator<Uint8Array, StreamError | undefined>;

export interface StreamError {
  readonly errorType: string;
  /** As JSON. */
  readonly body: Uint8Array;
}

/** The Runtime API answered what it must not; the environment cannot go on. */
export class RuntimeApiError extends Error {
  override readonly name = 'RuntimeApiError';
}

/** @param address `host:port`, as AWS_LAMBDA_RUNTIME_API says it. */
export function createRuntimeClient(address: string): RuntimeClient {
  const agent = new Agent({ keepAlive: true });

  async function call(
    method: 'GET' | 'POST',
    path: string,
    body?: Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly response: IncomingMessage; readonly content: Buffer }> {
    return new Promise((resolve, reject) => {
      const url = new URL(`http://${address}${basePath}${path}`);
      const length = body ? { 'content-length': String(body.length) } : {};
      const sent = request(url, { method, agent, headers: { ...headers, ...length } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ response, content: Buffer.concat(chunks) }));
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  async function post(path: string, body: Uint8Array, headers: Readonly<Record<string, string>>): Promise<void> {
    const { response, content } = await call('POST', path, body, headers);
    // A refusal, say of a body over the limit, has already been told to the caller by Lambda.
    if (response.statusCode !== 202)
      process.stdout.write(`live-lambda: Lambda answered ${response.statusCode} to ${path}: ${content}\n`);
  }

  async function stream(path: string, body: StreamBody, headers: Readonly<Record<string, string>>) {
    const answered = new Promise<void>((resolve, reject) => {
      const sent = request(new URL(`http://${address}${basePath}${path}`), {
        method: 'POST',
        agent,
        headers: {
          ...headers,
          'lambda-runtime-function-response-mode': 'streaming',
          'transfer-encoding': 'chunked',
          trailer: 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
        },
      });
      sent.on('response', (response) => {
        response.resume();
        response.on('end', resolve);
      });
      sent.on('error', reject);
      write(sent).catch((error: unknown) => {
        sent.destroy();
        reject(error);
      });
    });
    await answered;

    async function write(sent: ClientRequest): Promise<void> {
      for (;;) {
        const part = await body.next();
        if (part.done) {
          if (part.value) sent.addTrailers(errorTrailers(part.value));
          sent.end();
          return;
        }
        if (!sent.write(part.value)) await once(sent, 'drain');
      }
    }
  }

  return {
    stream: (requestId, body, headers) => stream(`/invocation/${requestId}/response`, body, headers),
    async next() {
      const { response, content } = await call('GET', '/invocation/next');
      const headers = plainHeaders(response);
      const requestId = headers['lambda-runtime-aws-request-id'];
      if (response.statusCode !== 200 || !requestId)
        throw new RuntimeApiError(`the Runtime API answered ${response.statusCode} to next`);
      return { requestId, headers, event: content, deadlineMs: Number(headers['lambda-runtime-deadline-ms']) };
    },
    respond: (requestId, body, headers) => post(`/invocation/${requestId}/response`, body, headers),
    fail: (requestId, body, headers) => post(`/invocation/${requestId}/error`, body, headers),
    failInit: (body, headers) => post('/init/error', body, headers),
  };
}

function errorTrailers({ errorType, body }: StreamError): Record<string, string> {
  return {
    'Lambda-Runtime-Function-Error-Type': errorType,
    'Lambda-Runtime-Function-Error-Body': Buffer.from(body).toString('base64'),
  };
}

/** Headers of the connection itself, which mean nothing further on. */
const connectionHeaders = new Set(['connection', 'keep-alive', 'date', 'content-length', 'transfer-encoding']);

function plainHeaders(response: IncomingMessage): Record<string, string> {
  const entries = Object.entries(response.headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || connectionHeaders.has(name) ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
  );
  return Object.fromEntries(entries);
}
