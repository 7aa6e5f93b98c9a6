import type { AwsAccess } from '../functions/deployment.ts';

/** How a cloud is reached: AWS itself, or an emulator of it. */
export interface CloudAccess extends AwsAccess {
  /** Those of the standard chain if not given. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Where things are that name no region of their own; that of the standard chain if not given. */
  readonly region?: string;
}

export interface AwsClientSettings {
  readonly access: CloudAccess;
  /** That of `access` if null or not given. */
  readonly region?: string | null;
  /** For an answer, in milliseconds; as long as it takes if not given. */
  readonly requestTimeoutMs?: number;
}

/** For a connection to stand, in milliseconds. */
const connectionTimeoutMs = 5000;

/** For a client of AWS's SDK: through a proxy where one is named, by the standard chain where nothing else is said. */
export async function awsClientOptions({ access, region, requestTimeoutMs }: AwsClientSettings) {
  const { loadAwsAgents } = await import('../proxy.ts');
  const { endpointUrl, credentials } = access;
  const where = region ?? access.region;
  return {
    requestHandler: {
      ...(await loadAwsAgents()),
      connectionTimeout: connectionTimeoutMs,
      ...(requestTimeoutMs === undefined ? {} : { requestTimeout: requestTimeoutMs, throwOnRequestTimeout: true }),
    },
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(where === undefined ? {} : { region: where }),
  };
}
