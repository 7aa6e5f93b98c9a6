import type { Agent } from 'node:http';
import { isLoopbackHost } from '@live-lambda/protocol/appsync';
import { getProxyForUrl } from 'proxy-from-env';
import type { HttpProxy } from './proxy-agent.ts';
import { UserError } from './user-error.ts';

/**
 * The agent for the requests to one URL, for its asker to destroy, or undefined where no proxy stands between.
 * @throws UserError when the variable that applies holds no URL of a proxy
 */
export type AgentFor = (url: URL) => Agent | undefined;

/** Agents for the `requestHandler` of one AWS client, which destroys them; none where no variable names a proxy. */
export interface AwsAgents {
  readonly httpAgent?: Agent;
  readonly httpsAgent?: Agent;
}

export interface ProxyOptions {
  /** Whether a host, with its port, can only be this machine: it is never asked for through a proxy. */
  readonly isLoopback?: (host: string) => boolean;
}

/** Connections that one agent keeps to one host at most: as many as the channel opens where no proxy is. */
const maxConnections = 8;

/** For a connection through a proxy to stand: as long as the channel waits for the answer to a publish. */
const connectTimeoutMs = 10_000;

/**
 * Variables that name the proxy of a scheme, the first that is set, in lower and in upper case. In this order
 * `proxy-from-env` reads them too; it gives the value alone, and an error has to name the variable.
 */
const variablesOf = {
  https: ['npm_config_https_proxy', 'https_proxy', 'npm_config_proxy', 'all_proxy'],
  http: ['npm_config_http_proxy', 'http_proxy', 'npm_config_proxy', 'all_proxy'],
} as const;

/**
 * Gives agents by HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, as they stand at each question. A WebSocket goes
 * where requests of its kind go: `wss:` by HTTPS_PROXY, `ws:` by HTTP_PROXY.
 */
export async function loadAgentFor(options: ProxyOptions = {}): Promise<AgentFor> {
  if (!anyProxyIsNamed()) return () => undefined;
  const { ProxyAgent } = await import('./proxy-agent.ts');
  return (url) =>
    proxyFor(url, options) && new ProxyAgent({ ...agentOptions(options), secure: schemeOf(url) === 'https' });
}

/** The same for one AWS client, whose agents decide for each connection, since only the client knows its endpoints. */
export async function loadAwsAgents(options: ProxyOptions = {}): Promise<AwsAgents> {
  if (!anyProxyIsNamed()) return {};
  const { ProxyAgent } = await import('./proxy-agent.ts');
  return {
    httpAgent: new ProxyAgent({ ...agentOptions(options), secure: false }),
    httpsAgent: new ProxyAgent({ ...agentOptions(options), secure: true }),
  };
}

function agentOptions(options: ProxyOptions) {
  return {
    proxyFor: (url: URL) => proxyFor(url, options),
    maxConnections,
    connectTimeoutMs,
  };
}

/** @throws UserError when the variable that applies holds no URL of a proxy */
export function proxyFor(url: URL, { isLoopback = isLoopbackHost }: ProxyOptions = {}): HttpProxy | undefined {
  if (isLoopback(url.host)) return undefined;
  const scheme = schemeOf(url);
  const exempt = getProxyForUrl(`${scheme}://${url.host}`) === '';
  const named = namedProxy(scheme);
  return named && !exempt ? readProxy(named.variable, named.value) : undefined;
}

function schemeOf({ protocol }: URL): keyof typeof variablesOf {
  return protocol === 'https:' || protocol === 'wss:' ? 'https' : 'http';
}

function anyProxyIsNamed(): boolean {
  return namedProxy('https') !== undefined || namedProxy('http') !== undefined;
}

function namedProxy(scheme: keyof typeof variablesOf) {
  for (const variable of variablesOf[scheme].flatMap((name) => [name, name.toUpperCase()])) {
    const value = process.env[variable];
    if (value) return { variable, value };
  }
  return undefined;
}

/** Without a scheme it is an HTTP proxy, as for curl and the AWS CLI, whatever the scheme of what is asked for. */
function readProxy(variable: string, value: string): HttpProxy {
  const text = value.includes('://') ? value : `http://${value}`;
  if (!URL.canParse(text)) throw malformed(variable, 'it is no URL');
  const { protocol, host, username, password, pathname, search, hash } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw malformed(variable, `proxies of the kind "${protocol.slice(0, -1)}" are not supported`);
  }
  // A "/" or "#" inside of a password ends the host early: what looks like the host then is a part of a secret.
  if (pathname !== '/' || search || hash) throw malformed(variable, 'something follows its host and port');
  try {
    const user = decodeURIComponent(username);
    const secret = decodeURIComponent(password);
    const authorization = username || password ? `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}` : null;
    return { variable, url: `${protocol}//${host}`, host, authorization };
  } catch {
    throw malformed(variable, 'its user or password has a "%" that encodes nothing');
  }
}

/** Nothing of the value is repeated: it may hold a password anywhere. */
function malformed(variable: string, fault: string): UserError {
  return new UserError(
    `The variable ${variable} does not name a proxy that can be used: ${fault}.`,
    `Set it to http://host:port or http://user:password@host:port, with special characters of the password percent-encoded; or unset it, or name in NO_PROXY the hosts that need no proxy.`,
  );
}
