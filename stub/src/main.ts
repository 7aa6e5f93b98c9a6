import { randomBytes } from 'node:crypto';
import { createDropTally, openStubLink, type TunnelTrust, wallClock } from '@live-lambda/protocol';
import { createAppSyncChannel } from '@live-lambda/protocol/appsync';
import { fingerprintOf, trusts, verifySignature } from '@live-lambda/protocol/identity';
import type { DeployedCode } from './deployed-code.ts';
import { endLike } from './deployed-process.ts';
import { errorBody, errorHeaders } from './failure.ts';
import { run } from './run.ts';
import { createRuntimeClient, type RuntimeClient } from './runtime-client.ts';
import {
  functionVariables,
  readSettings,
  roleCredentials,
  runtimeApiVariable,
  runtimeIdentifier,
  type Settings,
  SettingsError,
} from './settings.ts';

declare const __RELEASE__: string;

const { env } = process;
const log = (line: string) => process.stdout.write(`live-lambda: ${line}\n`);

function startLink(settings: Settings) {
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

/**
 * What Lambda would have started without the stub. A file of its own holds it, which only the mode `fallback` loads: what
 * a cold start reads without it stays small.
 */
async function deployedCode(runtime: RuntimeClient, settings: Settings): Promise<DeployedCode | undefined> {
  if (settings.mode !== 'fallback') return undefined;
  const { openDeployedCode } = await import('./open-deployed-code.ts');
  return openDeployedCode(runtime, settings);
}

async function main(): Promise<void> {
  const runtime = createRuntimeClient(env[runtimeApiVariable] ?? '');
  try {
    const settings = readSettings(env);
    const deployed = await deployedCode(runtime, settings);
    endLike(await run({ runtime, settings, link: startLink(settings), deployed, wallClockMs: Date.now, log }));
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const errorType = 'LiveLambda.Misconfigured';
    const functionName = env.AWS_LAMBDA_FUNCTION_NAME ?? 'This function';
    const failure = { errorType, errorMessage: `${functionName} is live, but ${error.message}.` };
    log(`${errorType}: ${failure.errorMessage}`);
    await runtime.failInit(errorBody(failure), errorHeaders(failure));
    process.exit(1);
  }
}

main().catch((error: unknown) => {
  log(`the stub ended: ${error instanceof Error ? error.stack : String(error)}`);
  process.exit(1);
});
