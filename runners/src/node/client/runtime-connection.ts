import http, { type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';

/** Taken before the handler's code is loaded: tools for tests and tracing replace it, and would see our requests. */
const sendRequest = http.request;

const VERSION = '/2018-06-01/runtime';

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
}

export interface ErrorReport {
  readonly errorType: string | undefined;
  /** JSON. */
  readonly body: string;
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
  const target = { agent, host: address.slice(0, separator), port: Number(address.slice(separator + 1)) };

  const exchange = (request: RequestToSend): Promise<Exchange> =>
    new Promise((resolve, reject) => {
      const { method, path, headers, body } = request;
      const sent = sendRequest({ ...target, method, path: VERSION + path, headers }, (response) => {
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
  const post = (path: string, message: ErrorReport): Promise<PostedAnswer> => {
    const posted = lastPost.then(
      () => postNow(path, message),
      () => postNow(path, message),
    );
    lastPost = posted;
    return posted;
  };

  const postNow = async (path: string, message: ErrorReport): Promise<PostedAnswer> => {
    const body = Buffer.from(message.body, 'utf8');
    const headers: OutgoingHttpHeaders = { 'Content-Type': 'application/json', 'Content-Length': body.byteLength };
    if (message.errorType !== undefined) headers['Lambda-Runtime-Function-Error-Type'] = asHeader(message.errorType);
    await outputWritten();
    const answer = await exchange({ method: 'POST', path, headers, body });
    return { status: answer.status, body: answer.body.toString('utf8') };
  };

  return {
    next: async () => toInvocation(await exchange({ method: 'GET', path: '/invocation/next', headers: {} })),
    respond: (requestId, body) =>
      post(`/invocation/${encodeURIComponent(requestId)}/response`, { errorType: undefined, body }),
    reportError: (requestId, report) => post(`/invocation/${encodeURIComponent(requestId)}/error`, report),
    reportInitError: (report) => post('/init/error', report),
  };
}

interface RequestToSend {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Buffer;
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

function asHeader(text: string): string {
  return text.replace(/[^\u0020-\u007e]/g, '?');
}
