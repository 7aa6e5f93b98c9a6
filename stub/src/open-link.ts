import { randomBytes } from 'node:crypto';
import { createDropTally, openStubLink, type StubLink, type TunnelTrust, wallClock } from '@live-lambda/protocol';
import { createAppSyncChannel } from '@live-lambda/protocol/appsync';
import { fingerprintOf, trusts, verifySignature } from '@live-lambda/protocol/identity';
import { functionVariables, roleCredentials, runtimeIdentifier, type Settings } from './settings.ts';

declare const __RELEASE__: string;

export interface OpenLinkOptions {
  readonly settings: Settings;
  readonly log: (line: string) => void;
}

/** The link of this execution environment, which is not open yet. Its facts and credentials are the process's own. */
export function openLink({ settings, log }: OpenLinkOptions): StubLink {
  const { env } = process;
  const region = env.AWS_REGION ?? '';
  const channel = createAppSyncChannel({
    endpoint: { httpHost: settings.httpHost, realtimeHost: settings.realtimeHost, region },
    host: 'function',
    credentials: async () => {
      const credentials = roleCredentials(env);
      if (!credentials) throw new Error('this execution environment has no credentials of its role');
      return credentials;
    },
  });
  return openStubLink({
    channel,
    clock: wallClock(),
    namespaces: settings.namespaces,
    trust: trustIn(settings.trustedKeys),
    onDropped: createDropTally(log),
    identity: {
      apiHost: settings.httpHost,
      region,
      app: settings.app,
      session: settings.session,
      functionName: env.AWS_LAMBDA_FUNCTION_NAME ?? '',
      functionPath: settings.functionPath,
      environmentId: randomBytes(16),
      release: __RELEASE__,
    },
    attachment: () => ({
      variables: functionVariables(env, settings),
      credentials: roleCredentials(env),
      facts: {
        runtime: runtimeIdentifier(env),
        memoryMb: Number(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? 0),
        architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
        initializationType: env.AWS_LAMBDA_INITIALIZATION_TYPE ?? '',
      },
    }),
  });
}

/** Which tunnels are believed: those whose keys were pinned at deploy. */
function trustIn(keys: readonly string[] | undefined): TunnelTrust | undefined {
  if (!keys) return undefined;
  return { trusts: (publicKey) => trusts(keys, publicKey), verify: verifySignature, fingerprint: fingerprintOf };
}
