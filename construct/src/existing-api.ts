/** An Events API that live-lambda did not make. */
export interface ExistingApi {
  readonly apiId: string;
  readonly httpHost: string;
  readonly realtimeHost: string;
  /** Undefined if it is that of whoever uses the API. */
  readonly region: string | undefined;
  /** Undefined if it is that of whoever uses the API. */
  readonly account: string | undefined;
  /** Undefined if each live stack makes its own. */
  readonly namespaces: ChannelNamespaces | undefined;
}

/** Names of the namespaces, one for each direction. */
export interface ChannelNamespaces {
  /** What stubs publish to. */
  readonly toTunnel: string;
  /** What stubs subscribe to. */
  readonly toStub: string;
}

/** Letters, digits and inner hyphens: {@link https://docs.aws.amazon.com/appsync/latest/eventapi/channel-namespaces.html} */
const NAMESPACE = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?$/;
const HOST = /^[A-Za-z0-9.-]+(:\d+)?$/;
const REGION_IN_HOST = /\.appsync-api\.([a-z0-9-]+)\.amazonaws\./;

/** @throws Error that names the attribute which is missing or malformed */
export function createExistingApi(given: {
  readonly apiId: string;
  readonly httpHost: string;
  readonly realtimeHost: string;
  readonly region?: string;
  readonly account?: string;
  readonly toTunnelNamespace?: string;
  readonly toStubNamespace?: string;
}): ExistingApi {
  if (given.apiId === '') throw new Error('live-lambda: apiId of the given Events API is empty.');
  for (const name of ['httpHost', 'realtimeHost'] as const) {
    if (HOST.test(given[name])) continue;
    throw new Error(
      `live-lambda: ${name} of the given Events API must be a host's name, without https:// and path, ` +
        `but is ${JSON.stringify(given[name])}.`,
    );
  }
  return {
    apiId: given.apiId,
    httpHost: given.httpHost,
    realtimeHost: given.realtimeHost,
    region: given.region ?? REGION_IN_HOST.exec(given.httpHost)?.[1],
    account: given.account,
    namespaces: givenNamespaces(given),
  };
}

function givenNamespaces({
  toTunnelNamespace: toTunnel,
  toStubNamespace: toStub,
}: {
  readonly toTunnelNamespace?: string;
  readonly toStubNamespace?: string;
}): ChannelNamespaces | undefined {
  if (toTunnel === undefined && toStub === undefined) return undefined;
  if (toTunnel === undefined || toStub === undefined) {
    throw new Error(
      'live-lambda: of the given Events API one namespace is named without the other. Name both or neither.',
    );
  }
  const wrong = [toTunnel, toStub].find((name) => !NAMESPACE.test(name));
  if (wrong !== undefined) {
    throw new Error(
      `live-lambda: ${JSON.stringify(wrong)} is no name of a channel namespace: ` +
        'it has 1 to 50 letters, digits and inner hyphens.',
    );
  }
  if (toTunnel !== toStub) return { toTunnel, toStub };
  throw new Error(
    `live-lambda: both namespaces of the given Events API are ${toTunnel}. IAM tells directions apart by namespace: name two.`,
  );
}
