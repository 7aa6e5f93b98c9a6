import { createHash } from 'node:crypto';

/** The namespace that stubs publish to and tunnels subscribe to. IAM's finest resource is the namespace. */
export const toTunnelNamespace = 'to-tunnel';
/** The namespace that tunnels publish to and stubs subscribe to. */
export const toStubNamespace = 'to-stub';

/** The namespaces of an Events API, one for each direction. */
export interface Namespaces {
  /** Stubs publish to it, tunnels subscribe. */
  readonly toTunnel: string;
  /** Tunnels publish to it, stubs subscribe. */
  readonly toStub: string;
}

/** Those of an API that is no one else's. */
export const ownNamespaces: Namespaces = { toTunnel: toTunnelNamespace, toStub: toStubNamespace };

interface SessionPlace {
  readonly app: string;
  readonly session: string;
  /** {@link ownNamespaces} if not given. */
  readonly namespaces?: Namespaces | undefined;
}

interface EnvironmentPlace {
  readonly app: string;
  readonly environmentId: Uint8Array;
  /** {@link ownNamespaces} if not given. */
  readonly namespaces?: Namespaces | undefined;
}

/** A channel segment has 1 to 50 letters, digits and inner hyphens (AppSync Events Developer Guide, "Event API concepts"). */
const maxSegmentLength = 50;
const legalSegment = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;
const hashedSegment = /-x[0-9a-f]{16}$/;

/** Whether a text may stand between the slashes of a channel, as the name of a namespace may. */
export function isChannelSegment(text: string): boolean {
  return text.length <= maxSegmentLength && legalSegment.test(text);
}

/**
 * A name as a channel segment. A legal name stays as it is; any other becomes what is legal of it and a hash of the
 * whole. A legal name that looks like a hashed one is hashed too, so that two names never share a segment.
 */
export function channelSegment(name: string): string {
  if (isChannelSegment(name) && !hashedSegment.test(name)) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 16);
  const readable = name
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, maxSegmentLength - hash.length - 2)
    .replace(/-+$/, '');
  return `${readable || 'name'}-x${hash}`;
}

/** The channel on which the tunnel of a session listens. */
export function tunnelChannel({ app, session, namespaces = ownNamespaces }: SessionPlace): string {
  return `/${namespaces.toTunnel}/${channelSegment(app)}/${channelSegment(session)}`;
}

/** The channel on which the stub of one execution environment listens. */
export function stubChannel({ app, environmentId, namespaces = ownNamespaces }: EnvironmentPlace): string {
  return `/${namespaces.toStub}/${channelSegment(app)}/${Buffer.from(environmentId).toString('hex')}`;
}
