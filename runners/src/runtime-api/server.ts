import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer, Invocation, Outcome } from '../invocation.ts';
import { createDriver, type Driver } from './driver.ts';
import { receiveAnswer, receiveStream, writeReply } from './exchange.ts';
import type { AnswerKind, InitFailure, RuntimeState, Verdict } from './machine.ts';
import type { ProcessEnd } from './outcomes.ts';
import { FOREIGN_REQUEST, LOGS_NOT_SUPPORTED, NOT_FOUND, TELEMETRY_NOT_SUPPORTED } from './replies.ts';

/**
 * Room for request headers. `Lambda-Runtime-Function-XRay-Error-Cause` alone may have up to 1 MiB
 * (Lambda drops it from there on), and Node's default of 16 KiB would refuse the whole answer.
 */
const MAX_HEADER_BYTES = 2 * 1_048_576;

export interface RuntimeApiServerOptions {
  /** The function's configured timeout: only the text of a timeout needs it, the deadline is the invocation's. */
  readonly timeoutMs: number;
  /** The process is of no use any more (its time is over): kill it, then report `processEnded`. */
  readonly onKill: () => void;
  /** Told after every change of state. */
  readonly onState?: (state: RuntimeState) => void;
  /**
   * Serves requests that are none of a runtime's: those of the Extensions, Logs and Telemetry APIs, which have the same
   * address. If not given, the server says that there is nothing of the kind.
   */
  readonly serveOthers?: (request: IncomingMessage, response: ServerResponse) => void;
  /** Told when the time of an invocation is over; one that is let run is not looked after any more. Enforced if not given. */
  readonly onDeadline?: (requestId: string) => 'enforce' | 'let-run';
}

/**
 * The Lambda Runtime API (version 2018-06-01) of one execution environment, on a loopback port of its own: what a
 * process is told in `AWS_LAMBDA_RUNTIME_API`. It holds the states, the limits, the deadlines and the words for
 * processes that die, and outlives them: whoever supervises the process says when one starts and ends.
 */
export interface RuntimeApiServer extends AsyncDisposable {
  /** `127.0.0.1:PORT`, without a scheme or path, which newer runtime clients refuse. */
  readonly address: string;
  readonly state: RuntimeState;
  /** Whether an invocation waits that no process has asked for yet. */
  readonly hasWaitingInvocation: boolean;
  /** Why the last initialisation failed, while no invocation was answered with it. */
  readonly initFailure: InitFailure | undefined;
  processStarted(): void;
  processEnded(end: ProcessEnd): void;
  /** Initialisation took too long. Ignored if an invocation waits for it. */
  initTimedOut(): void;
  /**
   * Gives the invocation to the runtime, at once or when it asks, and resolves with what is answered, or with the
   * outcome made for the deadline or the end of the process. A streamed answer comes when it is whole, with the same
   * limit and form as any other.
   * @throws Error if another invocation is unanswered: an environment runs one at a time.
   */
  invoke(invocation: Invocation): Promise<Outcome>;
  /**
   * As `invoke`, but gives a streamed answer when it begins, of up to {@link MAX_STREAMED_BYTES}. The invocation is
   * unanswered until the stream has `ended`.
   */
  invokeStreaming(invocation: Invocation): Promise<Answer>;
  /** Closes the port and every connection; an open invocation is answered as if its process had been killed. */
  close(): Promise<void>;
}

/** Starts a Runtime API server on a free loopback port. */
export async function createRuntimeApiServer(options: RuntimeApiServerOptions): Promise<RuntimeApiServer> {
  const driver = createDriver(options);
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    serve({ driver, address, request, response, serveOthers: options.serveOthers }).catch(() => response.destroy());
  });
  // A long poll may last for ever, and a runtime may be frozen for as long.
  Object.assign(server, { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0, timeout: 0 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, resolve);
  });
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      driver.abandon();
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    address,
    get state() {
      return driver.state;
    },
    get hasWaitingInvocation() {
      return driver.hasWaitingInvocation;
    },
    get initFailure() {
      return driver.initFailure;
    },
    processStarted() {
      // What an earlier process still sends must not be taken for this one's.
      server.closeAllConnections();
      driver.dispatch({ type: 'process-started' });
    },
    processEnded: (end) => void driver.dispatch({ type: 'process-ended', end }),
    initTimedOut: () => void driver.dispatch({ type: 'init-timed-out' }),
    invoke: driver.invoke,
    invokeStreaming: driver.invokeStreaming,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Exactly our address, and no web page: browsers send `Origin` or `Sec-Fetch-*`, runtimes do not. */
function isForUs(request: IncomingMessage, address: string): boolean {
  const { host, origin } = request.headers;
  const port = address.slice(address.indexOf(':'));
  if (host !== address && host !== `localhost${port}`) return false;
  return origin === undefined && request.headers['sec-fetch-site'] === undefined;
}

const INVOCATION_PATH = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/;

interface Request {
  readonly driver: Driver;
  readonly address: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly serveOthers: RuntimeApiServerOptions['serveOthers'];
}

async function serve({ driver, address, request, response, serveOthers }: Request): Promise<void> {
  // A connection that breaks is seen where its request is read; without a listener it would end this process.
  response.on('error', () => undefined);
  const path = (request.url ?? '').replace(/\?.*$/s, '');
  const answer = INVOCATION_PATH.exec(path);
  if (!isForUs(request, address)) {
    request.resume();
    writeReply(response, FOREIGN_REQUEST);
  } else if (answer !== null && request.method === 'POST') {
    await serveAnswer({ driver, request, response, requestId: decode(answer[1] ?? ''), kind: answer[2] as AnswerKind });
  } else if (serveOthers !== undefined && !path.startsWith('/2018-06-01/')) {
    serveOthers(request, response);
  } else {
    await servePath({ driver, request, response, path });
  }
}

interface PathRequest {
  readonly driver: Driver;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
}

async function servePath({ driver, request, response, path }: PathRequest): Promise<void> {
  if (path === '/2018-06-01/runtime/init/error' && request.method === 'POST') {
    return serveInitError(driver, request, response);
  }
  request.resume();
  switch (`${request.method} ${path}`) {
    case 'GET /2018-06-01/runtime/invocation/next':
      return respond(driver.dispatch({ type: 'next' }, response), response);
    case 'GET /ping':
    case 'GET /2018-06-01/ping':
      response.writeHead(200, { 'Content-Type': 'text/plain' }).end('pong');
      return;
    case 'PUT /2020-08-15/logs':
      return writeReply(response, LOGS_NOT_SUPPORTED);
    case 'PUT /2022-07-01/telemetry':
      return writeReply(response, TELEMETRY_NOT_SUPPORTED);
    default:
      return writeReply(response, NOT_FOUND);
  }
}

async function serveInitError(driver: Driver, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await receiveAnswer(request, 'init-error');
  respond(driver.dispatch({ type: 'init-error', answer }), response);
}

interface AnswerRequest {
  readonly driver: Driver;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly kind: AnswerKind;
}

async function serveAnswer({ driver, request, response, requestId, kind }: AnswerRequest): Promise<void> {
  const header = request.headers['lambda-runtime-function-response-mode'];
  const mode = Array.isArray(header) ? header.join(', ') : header;
  const verdict = driver.dispatch({ type: 'answer-begins', requestId, kind, mode });
  if (verdict.type !== 'read-body' && verdict.type !== 'read-stream') {
    request.resume();
    return respond(verdict, response);
  }
  const answer = await (verdict.type === 'read-body'
    ? receiveAnswer(request, kind)
    : receiveStream(request, (headers, stream) => driver.streamBegins(requestId, headers, stream)));
  respond(driver.dispatch({ type: 'answer-ends', requestId, answer }), response);
}

function respond(verdict: Verdict, response: ServerResponse): void {
  if (verdict.type === 'reply') writeReply(response, verdict.reply);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
