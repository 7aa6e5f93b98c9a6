import type { LookupFunction } from 'node:net';

/** Where an Event API is, and the region whose name its signatures carry. */
export interface EventApiEndpoint {
  /** Host for publishing, as the API's `Dns.Http` says it: no scheme, no path; a port only on this machine. */
  readonly httpHost: string;
  /** Host for the WebSocket, as `Dns.Realtime` says it. */
  readonly realtimeHost: string;
  readonly region: string;
}

/** Path of the publish endpoint, also the path that every signature names (AppSync Events Developer Guide, "Understanding the Event API WebSocket protocol"). */
export const publishPath = '/event';
const realtimePath = '/event/realtime';

/**
 * Whether a host can only be this machine: there, and only there, the connection is not encrypted. `localhost` and
 * names below it are reserved for loopback (RFC 6761), as is 127.0.0.0/8 (RFC 1122).
 */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(name);
}

/** Both, so that a server may listen on either (RFC 6761 section 6.3). */
const loopbackAddresses = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

const lookUpLoopback: LookupFunction = (_name, { all }, done) => {
  const [first] = loopbackAddresses;
  if (all) done(null, loopbackAddresses);
  else done(null, first?.address ?? '', first?.family);
};

/**
 * What a connection to a host is to be opened with. Names below `localhost` mean this machine without a resolver being
 * asked (RFC 6761 section 6.3): Node.js asks one, which mostly does not know them, or could name another machine, to which
 * the connection would not be encrypted.
 */
export function connectionOptions(host: string): { readonly lookup?: LookupFunction } {
  const isBelowLocalhost = host.replace(/:\d+$/, '').toLowerCase().endsWith('.localhost');
  return isBelowLocalhost ? { lookup: lookUpLoopback } : {};
}

export function publishUrl(endpoint: EventApiEndpoint): URL {
  return new URL(`${isLoopbackHost(endpoint.httpHost) ? 'http' : 'https'}://${endpoint.httpHost}${publishPath}`);
}

export function realtimeUrl(endpoint: EventApiEndpoint): string {
  return `${isLoopbackHost(endpoint.realtimeHost) ? 'ws' : 'wss'}://${endpoint.realtimeHost}${realtimePath}`;
}
