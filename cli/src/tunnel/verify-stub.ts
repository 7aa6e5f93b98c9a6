import { createHash } from 'node:crypto';
import type { Credentials } from '@live-lambda/protocol';
import type { LiveFunction } from '@live-lambda/protocol/manifest';
import type { DeployedFunction, DeployedFunctions } from '../functions/deployed-function.ts';
import type { AwsAccess, CallerIdentity } from '../functions/deployment.ts';
import { ProxyError } from '../proxy-error.ts';
import { UserError } from '../user-error.ts';

/** What an environment gives to prove that it is one of a function's. */
export interface StubProof {
  readonly environmentId: string;
  /** The function that the environment named, as the manifest describes it. */
  readonly fn: LiveFunction;
  /** The credentials that it attached. */
  readonly credentials: Credentials | undefined;
}

/**
 * `verified`: the environment holds credentials of that very function, and this is who its code runs as; no identity where
 * no proof is wanted. `mismatch`: it does not. `unavailable`: that could not be found out. The text names the function,
 * says what to do, and holds no secret.
 */
export type StubVerification =
  | { readonly verified: true; readonly identity: CallerIdentity | undefined }
  | { readonly verified: false; readonly reason: 'mismatch' | 'unavailable'; readonly text: string };

/** Decides whether an environment is what it says, before any code runs for it. */
export interface StubVerifier {
  /** Never rejects. */
  verify(proof: StubProof): Promise<StubVerification>;
  /** The environment is gone. */
  forget(environmentId: string): void;
}

export interface StubVerifierOptions {
  readonly access: AwsAccess;
  /** Region of the functions, by the developer's own access: never what an environment says. */
  readonly region: string;
  readonly deployed: DeployedFunctions;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
  /** For one answer of STS. */
  readonly timeoutMs?: number;
}

/** For one answer of STS, of which two are waited for. */
const defaultTimeoutMs = 3000;
const attempts = 2;

/** What is older is looked up again before an environment is refused, since a deployment changes names and roles. */
const freshLookUpMs = 5000;
/** How long a refusal stands: longer than a look-up is fresh, so that the next check sees what was deployed meanwhile. */
const refusalLifetimeMs = 10_000;

/** By these AWS says that the credentials are not good (AWS STS API reference, "Common Errors"). */
const credentialErrors: readonly string[] = [
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
];

interface Check {
  readonly proofHash: string;
  readonly result: Promise<StubVerification>;
  /** Infinity while it runs. */
  validUntilMs: number;
}

/**
 * Verifies stubs by asking STS whose credentials they hold: those of a function are sessions of its role that bear its
 * name. {@link https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html}
 */
export function createStubVerifier(options: StubVerifierOptions): StubVerifier {
  const { nowMs } = options;
  const checks = new Map<string, Check>();

  function start(proof: StubProof, proofHash: string): Promise<StubVerification> {
    for (const [id, { validUntilMs }] of checks) if (validUntilMs <= nowMs()) checks.delete(id);
    const result = checkProof(proof, options);
    const check: Check = { proofHash, result, validUntilMs: Number.POSITIVE_INFINITY };
    checks.set(proof.environmentId, check);
    void result.then((verification) => {
      if (!verification.verified) {
        check.validUntilMs = nowMs() + (verification.reason === 'mismatch' ? refusalLifetimeMs : 0);
      }
    });
    return result;
  }

  return {
    verify(proof) {
      const proofHash = hashOf(proof);
      const known = checks.get(proof.environmentId);
      const stands = known?.proofHash === proofHash && nowMs() < known.validUntilMs;
      return stands ? known.result : start(proof, proofHash);
    },
    forget(environmentId) {
      checks.delete(environmentId);
    },
  };
}

/** The secret is part of it: an access key id alone is no proof of anything, and others may know it. */
function hashOf({ fn, credentials }: StubProof): string {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials ?? {};
  const proof = JSON.stringify([fn.id, accessKeyId, secretAccessKey, sessionToken]);
  return createHash('sha256').update(proof).digest('base64');
}

/** Who holds the credentials, or why that is not known. */
type Caller =
  | { readonly state: 'known'; readonly identity: CallerIdentity }
  | { readonly state: 'refused'; readonly reason: string }
  | { readonly state: 'unknown'; readonly reason: string };

async function checkProof({ fn, credentials }: StubProof, options: StubVerifierOptions): Promise<StubVerification> {
  if (!credentials) return mismatch(fn, 'it came without credentials of its role');
  try {
    const [caller, known] = await Promise.all([askWho(credentials, options), options.deployed.find(fn)]);
    if (caller.state === 'unknown')
      return unavailable(fn, `${caller.reason}. Check the network, then invoke it again.`);
    if (caller.state === 'refused') return mismatch(fn, `AWS does not accept its credentials (${caller.reason})`);
    const { identity } = caller;
    if (isSessionOf(identity, known)) return { verified: true, identity };
    const fresh = await options.deployed.find(fn, { maxAgeMs: freshLookUpMs });
    if (isSessionOf(identity, fresh)) return { verified: true, identity };
    return mismatch(
      fn,
      `it runs as ${identity.arn}, and the deployed function as ${sessionArn(fresh) ?? fresh.roleArn}`,
    );
  } catch (error) {
    const reason = error instanceof UserError ? `${error.message} ${error.hint}` : 'this is a defect of live-lambda.';
    return unavailable(fn, reason);
  }
}

async function askWho(credentials: Credentials, options: StubVerifierOptions): Promise<Caller> {
  const { access, region, timeoutMs = defaultTimeoutMs } = options;
  const [{ STSClient, GetCallerIdentityCommand }, { loadAwsAgents }] = await Promise.all([
    import('../aws/sts.ts'),
    import('../proxy.ts'),
  ]);
  const client = new STSClient({
    region,
    credentials,
    maxAttempts: 1,
    requestHandler: await loadAwsAgents(),
    ...(access.endpointUrl === undefined ? {} : { endpoint: access.endpointUrl }),
  });
  let failure: Error | undefined;
  try {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      try {
        const abortSignal = AbortSignal.timeout(timeoutMs);
        const { Arn = '', Account = '' } = await client.send(new GetCallerIdentityCommand({}), { abortSignal });
        return { state: 'known', identity: { arn: Arn, account: Account } };
      } catch (error) {
        // Even a wrong signature is tried again: by then the client knows how far the clock of this machine is off.
        failure = error instanceof Error ? error : new Error(String(error));
      }
    }
  } finally {
    client.destroy();
  }
  return explainFailure(failure, { region, timeoutMs });
}

/**
 * Without the message: for a wrong signature it quotes the request, with the token in it.
 * @throws UserError about the proxy, where that is what failed
 */
function explainFailure(
  failure: Error | undefined,
  { region, timeoutMs }: { readonly region: string; readonly timeoutMs: number },
): Caller {
  if (failure instanceof UserError) throw failure;
  if (failure instanceof ProxyError)
    throw new UserError(`STS in ${region} could not be asked: ${failure.message}.`, failure.hint, { cause: failure });
  const name = failure?.name ?? 'Error';
  if (credentialErrors.includes(name)) return { state: 'refused', reason: name };
  const code = failure && 'code' in failure && typeof failure.code === 'string' ? failure.code : undefined;
  // AWS's client calls a broken connection a timeout too; that one has a code.
  const late = code === undefined && (name === 'AbortError' || name === 'TimeoutError');
  const answer = late ? `did not answer within ${timeoutMs / 1000} s` : `did not answer the question (${code ?? name})`;
  return { state: 'unknown', reason: `STS in ${region} ${answer}, ${attempts} times` };
}

/** The ARN of a function's sessions: the role's name without its path, then the name of the function. */
function sessionArn({ name, roleArn }: DeployedFunction): string | undefined {
  const [, partition, account, roleName] = /^arn:([^:]+):iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(roleArn) ?? [];
  if (roleName === undefined) return undefined;
  return `arn:${partition}:sts::${account}:assumed-role/${roleName}/${name}`;
}

function isSessionOf({ arn, account }: CallerIdentity, deployed: DeployedFunction): boolean {
  const expected = sessionArn(deployed);
  return expected !== undefined && arn === expected && account === expected.split(':')[4];
}

function mismatch(fn: LiveFunction, reason: string): StubVerification {
  const text =
    `${fn.id}: an environment that calls itself this function is not one of it: ${reason}. Nothing was run. ` +
    'If the function was deployed just now, invoke it again; otherwise see who may publish to the Events API ' +
    `of stack ${fn.api.stack}.`;
  return { verified: false, reason: 'mismatch', text };
}

function unavailable(fn: LiveFunction, reason: string): StubVerification {
  const text = `${fn.id}: whether an environment is one of this function could not be checked, and nothing was run: ${reason}`;
  return { verified: false, reason: 'unavailable', text };
}
