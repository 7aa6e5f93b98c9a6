import http, { type ClientRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import type { ErrorReport } from './error-report.ts';

/** Taken before the handler's code is loaded: tools for tests and tracing replace it, and would see our requests. */
const sendRequest = http.request;

const VERSION = '/2018-06-01';
const RUNTIME = `${VERSION}/runtime`;

export interface NextInvocation {
  readonly requestId: string;
  /** Names in lower case, values as text. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly event: string;
}

export interface PostedAnswer {
  readonly status: number;
  readonly body: string;
}

/** Everything that a runtime asks of its Runtime API. Nothing of it keeps the event loop alive between two requests. */
export interface RuntimeConnection {
  next(): Promise<NextInvocation>;
  respond(requestId: string, body: string): Promise<PostedAnswer>;
  reportError(requestId: string, report: ErrorReport): Promise<PostedAnswer>;
  reportInitError(report: ErrorReport): Promise<PostedAnswer>;
  /**
   * Opens the request of a streamed response. Nothing is sent before it is written to, and it keeps the event loop alive
   * until the Runtime API has answered it.
   */
  openResponse(requestId: string, options: ResponseOptions): ClientRequest;
  /** Does what a first request does for the first time, without asking the Runtime API for anything. Never rejects. */
  warmUp(): Promise<void>;
}

export interface ResponseOptions {
  /** Bytes that may wait in the socket before `write` says no; Node's own default if not given. */
  readonly highWaterMarkBytes: number | undefined;
}

interface Exchange {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Speaks to the Runtime API at `HOST:PORT`, the value of `AWS_LAMBDA_RUNTIME_API`. */
export function connectToRuntimeApi(address: string): RuntimeConnection {
  // An agent of its own, which unreferences idle sockets: a callback handler is done when the event loop is empty.
  const agent = new http.Agent({ keepAlive: true });
  const separator = address.lastIndexOf(':');
  const target = { host: address.slice(0, separator), port: Number(address.slice(separator + 1)) };
  let streamAgent: http.Agent | undefined;

  const exchange = (request: RequestToSend): Promise<Exchange> =>
    new Promise((resolve, reject) => {
      const { body, ...parameters } = request;
      const sent = sendRequest({ agent, ...target, ...parameters }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });

  // One after the other: an error that comes up while an answer is on its way must not overtake it.
  let lastPost: Promise<unknown> = Promise.resolve();
  const post = (path: string, report: ErrorReport): Promise<PostedAnswer> => {
    const posted = lastPost.then(
      () => postNow(path, report),
      () => postNow(path, report),
    );
    lastPost = posted;
    return posted;
  };

  const postNow = async (path: string, report: ErrorReport): Promise<PostedAnswer> => {
    const body = Buffer.from(report.body, 'utf8');
    const length = { 'Content-Type': 'application/json', 'Content-Length': body.byteLength };
    await outputWritten();
    const answer = await exchange({
      method: 'POST',
      path: RUNTIME + path,
      headers: { ...length, ...report.headers },
      body,
    });
    return { status: answer.status, body: answer.body.toString('utf8') };
  };

  return {
    next: async () => toInvocation(await exchange({ method: 'GET', path: `${RUNTIME}/invocation/next`, headers: {} })),
    respond: (requestId, body) => post(`/invocation/${encodeURIComponent(requestId)}/response`, { headers: {}, body }),
    reportError: (requestId, report) => post(`/invocation/${encodeURIComponent(requestId)}/error`, report),
    reportInitError: (report) => post('/init/error', report),
    openResponse(requestId, { highWaterMarkBytes }) {
      // One handler, and so one mark, for the whole life of a process.
      streamAgent ??= createStreamAgent(highWaterMarkBytes);
      const path = `${RUNTIME}/invocation/${encodeURIComponent(requestId)}/response`;
      return sendRequest({ ...target, agent: streamAgent, method: 'POST', path, headers: STREAM_HEADERS });
    },
    // Not through the agent: a connection that was kept might be closed by the time it is used.
    warmUp: () =>
      exchange({ method: 'GET', path: `${VERSION}/ping`, headers: {}, agent: false }).then(
        () => undefined,
        () => undefined,
      ),
  };
}

/** Source: AWS Lambda Developer Guide, "Building a custom runtime", "Response streaming in custom runtimes". */
const STREAM_HEADERS: OutgoingHttpHeaders = {
  'Lambda-Runtime-Function-Response-Mode': 'streaming',
  Trailer: ['Lambda-Runtime-Function-Error-Type', 'Lambda-Runtime-Function-Error-Body'],
  'Content-Type': 'application/octet-stream',
  'Transfer-Encoding': 'chunked',
};

function createStreamAgent(highWaterMark: number | undefined): http.Agent {
  // An agent passes on to the sockets what it does not know itself.
  const socketOptions = highWaterMark === undefined ? {} : { highWaterMark };
  return new http.Agent({ keepAlive: true, ...socketOptions });
}

interface RequestToSend {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Buffer;
  /** No agent, and so a connection of its own. */
  readonly agent?: false;
}

function toInvocation({ status, headers, body }: Exchange): NextInvocation {
  if (status !== 200) throw new Error(`The Runtime API refused to hand over an invocation: ${status} ${body}`);
  const texts: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(headers)) {
    const bytes = Array.isArray(value) ? value.join(', ') : value;
    texts[name] = bytes === undefined ? undefined : Buffer.from(bytes, 'latin1').toString('utf8');
  }
  const requestId = texts['lambda-runtime-aws-request-id'];
  if (requestId === undefined) throw new Error('The Runtime API handed over an invocation without a request id');
  return { requestId, headers: texts, event: body.toString('utf8') };
}

/** Pipes may be written in the background; what a handler printed has to be out before its answer is. */
async function outputWritten(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writableLength > 0) await new Promise<void>((resolve) => void stream.write('', () => resolve()));
  }
}
