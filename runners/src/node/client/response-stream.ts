import type { ClientRequest } from 'node:http';
import { asHeader } from './error-report.ts';
import type { Generation } from './generation.ts';
import { errorBody, runtimeError } from './runtime-error.ts';

/**
 * What a streaming handler writes to. Not a `stream.Writable`: it has exactly the members that Lambda's has.
 * Source: `ResponseStream` of AWS's runtime interface client for Node.
 */
export interface HandlerStream {
  write(chunk: unknown, encoding?: BufferEncoding, callback?: () => void): boolean;
  end(...values: readonly unknown[]): unknown;
  setContentType(contentType: string): void;
  readonly writableFinished: boolean;
  /** Called once, before the first chunk, with what writes to the response. */
  _onBeforeFirstWrite?: (write: (chunk: string | Uint8Array) => void) => void;
}

/** The open response of one invocation. */
export interface ResponseStream {
  readonly stream: HandlerStream;
  /** Settles when the Runtime API has answered the whole response. Rejects if the connection broke before. */
  readonly posted: Promise<void>;
  /** Ends the response with the error in its trailers, and resolves when the Runtime API has answered or is gone. */
  fail(error: unknown): Promise<void>;
  /** Gives up a response of which nothing has left this process yet, so that an error can be posted in its place. */
  giveUpUnsent(): void;
}

/** In the order of each generation. */
const METHODS = {
  callback: [
    ...['cork', 'destroy', 'end', 'uncork', 'write'],
    ...['addListener', 'emit', 'eventNames', 'getMaxListeners', 'listenerCount', 'listeners', 'off', 'on', 'once'],
    ...['prependListener', 'prependOnceListener', 'rawListeners', 'removeAllListeners', 'removeListener'],
    ...['setMaxListeners', 'setContentType'],
  ],
  promise: [
    ...['cork', 'destroy', 'end', 'uncork', 'write'],
    ...['addListener', 'on', 'once', 'prependListener', 'prependOnceListener', 'off', 'removeListener'],
    ...['removeAllListeners', 'setMaxListeners', 'getMaxListeners', 'listeners', 'rawListeners', 'listenerCount'],
    ...['eventNames', 'emit', 'setContentType'],
  ],
} as const;

/** What may be set as well as read. */
const SETTABLE = { callback: ['destroyed', 'writable'], promise: ['destroyed'] } as const;

/** What is only read. */
const READABLE = {
  callback: [
    'writableFinished',
    'writableObjectMode',
    'writableBuffer',
    'writableEnded',
    'writableNeedDrain',
    'writableHighWaterMark',
    'writableCorked',
    'writableLength',
  ],
  promise: [
    'writableFinished',
    'writableObjectMode',
    'writableEnded',
    'writableNeedDrain',
    'writableHighWaterMark',
    'writableCorked',
    'writableLength',
    'writable',
  ],
} as const;

/** Makes the stream of an invocation from the request that carries its response. */
export function createResponseStream(request: ClientRequest, generation: Generation): ResponseStream {
  const { answered, posted } = watch(request);
  // Nobody waits for this one: a response that breaks off is a rejection that nobody handles, in Lambda too.
  void answered.then(() => undefined);
  return {
    stream: createHandlerStream(request, generation),
    posted,
    async fail(error) {
      const body = errorBody(error, generation);
      const trailers = {
        'Lambda-Runtime-Function-Error-Type': asHeader(String(body.errorType)),
        'Lambda-Runtime-Function-Error-Body': Buffer.from(JSON.stringify(body)).toString('base64'),
      };
      // One that has ended already cannot take them any more, and is only waited for.
      if (!request.writableEnded) request.addTrailers(trailers);
      if (!request.writableEnded) request.end();
      await posted.catch(() => undefined);
    },
    giveUpUnsent() {
      if (request.socket === null || request.socket.connecting) request.destroy();
    },
  };
}

interface WatchedRequest {
  /** The Runtime API began to answer. */
  readonly answered: Promise<void>;
  readonly posted: Promise<void>;
}

function watch(request: ClientRequest): WatchedRequest {
  const answered = new Promise<void>((resolve, reject) => {
    request.once('response', () => resolve());
    request.on('error', (error) => {
      request.destroy(error);
      reject(error);
    });
  });
  const posted = new Promise<void>((resolve, reject) => {
    request.once('response', (response) => {
      response.resume();
      response.once('end', resolve);
      response.once('close', () => reject(new Error('The answer of the Runtime API broke off')));
    });
    request.on('error', reject);
    request.once('close', () => reject(new Error('The Runtime API did not answer')));
  });
  // It is waited for only once the handler is done.
  posted.catch(() => undefined);
  return { answered, posted };
}

function createHandlerStream(request: ClientRequest, generation: Generation): HandlerStream {
  let beforeFirstWrite: HandlerStream['_onBeforeFirstWrite'];
  let written = false;
  const own: Readonly<Record<string, unknown>> = {
    write(chunk: unknown, encoding: BufferEncoding, callback: () => void): boolean {
      const data = toWritable(chunk);
      if (!written) beforeFirstWrite?.((bytes) => request.write(bytes));
      const hasRoom = request.write(data, encoding, callback);
      written = true;
      return hasRoom;
    },
    setContentType(contentType: string): void {
      if (written) {
        const message = 'Cannot set content-type, too late.';
        throw runtimeError({ generation, name: 'InvalidStreamingOperation', message });
      }
      request.setHeader('Content-Type', contentType);
    },
    // What is given to `end` goes out as it is, and the older generation takes one value only and returns nothing.
    ...(generation === 'callback' ? { end: (chunk: unknown) => void request.end(chunk) } : {}),
  };
  const inner = request as unknown as Record<string, unknown>;
  const methods = METHODS[generation].map((name) => [name, own[name] ?? (inner[name] as () => unknown).bind(request)]);
  const stream: object = Object.fromEntries(methods);
  const define = (name: string, access: PropertyDescriptor): void => void Object.defineProperty(stream, name, access);
  for (const name of SETTABLE[generation]) {
    define(name, { get: () => inner[name], set: (value) => Object.assign(inner, { [name]: value }) });
  }
  define('_onBeforeFirstWrite', {
    get: () => beforeFirstWrite,
    set: (listener) => {
      beforeFirstWrite = listener;
    },
  });
  for (const name of READABLE[generation]) define(name, { get: () => inner[name] });
  return stream as HandlerStream;
}

/** Text and bytes go out as they are, everything else as JSON. */
function toWritable(chunk: unknown): string | Uint8Array {
  // Lambda's client reads the length first.
  if (chunk === undefined || chunk === null)
    throw new TypeError(`Cannot read properties of ${chunk} (reading 'length')`);
  if (typeof chunk === 'string' || chunk instanceof Uint8Array) return chunk;
  return JSON.stringify(chunk);
}
