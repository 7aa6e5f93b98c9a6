import type { TunnelTrust } from '@live-lambda/protocol';
import { fingerprintOf, trusts, verifySignature } from '@live-lambda/protocol/identity';
import type { DeployedFunction, DeployedFunctions } from '../functions/deployed-function.ts';
import type { LocalFunction } from '../functions/live-functions.ts';

/** Which developers' tunnels the deployed stubs of one API believe, as far as that was looked up. */
export interface KnownKeys {
  /** Other tunnels are believed as the stubs would: by the same keys. */
  readonly trust: TunnelTrust;
  /** Looks functions up. What cannot be is told when it is needed. @returns the ids of those that do not trust this key */
  learn(functions: readonly LocalFunction[], ownFingerprint: string): Promise<readonly string[]>;
}

export function createKnownKeys(deployed: DeployedFunctions): KnownKeys {
  const fingerprints = new Set<string>();
  let anyone = false;

  function note({ trustedKeys }: DeployedFunction): void {
    if (trustedKeys === undefined) anyone = true;
    for (const each of trustedKeys ?? []) fingerprints.add(each);
  }

  return {
    trust: {
      trusts: (publicKey) => anyone || trusts([...fingerprints], publicKey),
      verify: verifySignature,
      fingerprint: fingerprintOf,
    },
    async learn(functions, ownFingerprint) {
      const found = await Promise.all(
        functions.map(async ({ spec, described }) => {
          const known = await deployed.find(described).catch(() => undefined);
          if (known) note(known);
          return known?.trustedKeys?.includes(ownFingerprint) === false ? [spec.id] : [];
        }),
      );
      return found.flat();
    },
  };
}
