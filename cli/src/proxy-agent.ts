import { type ClientRequest, STATUS_CODES } from 'node:http';
import { connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { Agent, type AgentConnectOpts } from 'agent-base';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { ProxyError } from './proxy-error.ts';

/** Node tells nothing of a request that is given up before it has a connection, so that has to be looked for. */
const watchEveryMs = 100;

/** An HTTP proxy that a variable names. */
export interface HttpProxy {
  readonly variable: string;
  /** Without user and password. */
  readonly url: string;
  /** With its port, where that is not the scheme's own. */
  readonly host: string;
  /** Value of the header Proxy-Authorization: a secret. */
  readonly authorization: string | null;
}

export interface ProxyAgentOptions {
  /** Whether its requests are `https:` or `wss:`. */
  readonly secure: boolean;
  /** Asked for each new connection; where it gives nothing, the connection is made directly. */
  readonly proxyFor: (url: URL) => HttpProxy | undefined;
  /** To one host, at once. */
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
  /** Certificate authority to trust instead of Node's own, in PEM. */
  readonly ca?: string | undefined;
}

interface Attempt {
  readonly proxy: HttpProxy;
  /** What is connected to, as host:port. */
  readonly target: string;
  readonly abort: AbortController;
  readonly timeoutMs: number;
}

/**
 * Makes connections through a proxy by CONNECT (RFC 9110, section 9.3.6), for `http:` and `ws:` too, and keeps them for
 * the next request. A proxy that does not make one is a {@link ProxyError}, never an answer of the service.
 */
export class ProxyAgent extends Agent {
  readonly #options: ProxyAgentOptions;
  readonly #attempts = new Set<Attempt>();
  #destroyed = false;
  /** Node's own, which its types leave out: gives a request a kept connection, or a new one, or a place in the queue. */
  declare readonly addRequest: (request: ClientRequest, options: AgentConnectOpts) => void;

  constructor(options: ProxyAgentOptions) {
    const { maxConnections, ca } = options;
    super({ keepAlive: true, maxSockets: maxConnections, ...(ca === undefined ? {} : { ca }) });
    this.#options = options;
  }

  /** Known from the start. Guessed by the library for each step, it can differ, and connections would not be found again. */
  override isSecureEndpoint(): boolean {
    return this.#options.secure;
  }

  override async connect(request: ClientRequest, options: AgentConnectOpts): Promise<Duplex> {
    try {
      return await this.#establish(request, options);
    } catch (error) {
      setImmediate(() => this.#admitNext(request, options));
      throw error;
    }
  }

  async #establish(request: ClientRequest, options: AgentConnectOpts): Promise<Duplex> {
    const { secure, proxyFor, connectTimeoutMs: timeoutMs } = this.#options;
    if (this.#destroyed) throw new Error('the agent of this request was destroyed');
    const target = `${options.host?.includes(':') ? `[${options.host}]` : options.host}:${options.port}`;
    const proxy = proxyFor(new URL(`${secure ? 'https' : 'http'}://${target}`));
    if (!proxy) return options.secureEndpoint ? connectTls(options) : connectTcp(options);
    const attempt: Attempt = { proxy, target, timeoutMs, abort: new AbortController() };
    this.#attempts.add(attempt);
    try {
      return await connectThrough(attempt, request, options);
    } finally {
      this.#attempts.delete(attempt);
    }
  }

  /** Node lets the next request in when a connection closes. One that never stood does not, and who waits would for ever. */
  #admitNext(failed: ClientRequest, options: AgentConnectOpts): void {
    const queues: NodeJS.Dict<ClientRequest[]> = this.requests;
    const name = this.getName(options);
    const [next, ...others] = (queues[name] ?? []).filter((request) => request !== failed);
    // Node takes it for granted that a queue that is there is not empty.
    if (others.length > 0) queues[name] = others;
    else delete queues[name];
    if (next) this.addRequest(next, options);
  }

  override destroy(): void {
    this.#destroyed = true;
    for (const { abort } of this.#attempts) abort.abort('destroyed');
    super.destroy();
  }
}

async function connectThrough(attempt: Attempt, request: ClientRequest, options: AgentConnectOpts): Promise<Duplex> {
  const { proxy, abort } = attempt;
  // The secret goes as a header alone: the library writes the URL of a proxy, and its options, to its debug output.
  const through = new HttpsProxyAgent<`http://${string}`>(new URL(proxy.url), {
    headers: proxy.authorization === null ? {} : { 'Proxy-Authorization': proxy.authorization },
    keepAlive: true,
    noDelay: true,
    signal: abort.signal,
  });
  const timer = setTimeout(() => abort.abort('silent'), attempt.timeoutMs);
  const watch = setInterval(() => request.destroyed && abort.abort('request ended'), watchEveryMs);
  let status = 0;
  request.once('proxyConnect', ({ statusCode }: { readonly statusCode: number }) => {
    status = statusCode;
  });
  try {
    const socket = await through.connect(request, options);
    if (status === 200) return socket;
    socket.destroy();
  } catch (cause) {
    throw unreachable(attempt, cause);
  } finally {
    clearTimeout(timer);
    clearInterval(watch);
  }
  throw refused(attempt, status);
}

const named = ({ host, variable }: HttpProxy): string => `the proxy ${host} (from ${variable})`;

function unreachable({ proxy, abort, timeoutMs }: Attempt, cause: unknown): ProxyError {
  const silent = abort.signal.reason === 'silent';
  const given = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  const code = silent ? 'ETIMEDOUT' : given;
  const reason = code ?? (cause instanceof Error ? cause.message : String(cause));
  const fault = silent ? `did not answer within ${timeoutMs / 1000} s` : `cannot be reached or used: ${reason}`;
  return new ProxyError(`${named(proxy)} ${fault}`, {
    hint: `Check the network and the variable ${proxy.variable}; name in NO_PROXY the hosts that need no proxy.`,
    ...(code === undefined ? {} : { code }),
    cause,
  });
}

/** Without the proxy's own words, which can be anything. */
function refused({ proxy, target }: Attempt, status: number): ProxyError {
  const answer = `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  if (status === 407) {
    const fault = proxy.authorization === null ? 'wants a user and a password' : 'refuses the user and password';
    return new ProxyError(`${named(proxy)} ${fault} (${answer})`, {
      hint: `Set ${proxy.variable} to http://user:password@${proxy.host}, with special characters of the password percent-encoded.`,
    });
  }
  return new ProxyError(`${named(proxy)} does not connect to ${target} (${answer})`, {
    hint: 'Ask whoever runs the proxy to allow this host, or name it in NO_PROXY if it needs no proxy.',
  });
}
