import { isLoopbackHost } from '@live-lambda/protocol/appsync';
import type { DeployedApi } from '../functions/deployment.ts';
import { UserError } from '../user-error.ts';
import type { StubVerifier } from './verify-stub.ts';

/**
 * Takes every execution environment for what it says that it is, where nobody but an emulator on this machine can reach
 * the tunnel.
 * @throws UserError for an Events API elsewhere: whoever may publish to it could have code run here.
 */
export function unverifiedStubs({ stacks, endpoint }: Pick<DeployedApi, 'stacks' | 'endpoint'>): StubVerifier {
  const elsewhere = [endpoint.httpHost, endpoint.realtimeHost].find((host) => !isLoopbackHost(host));
  if (elsewhere !== undefined) {
    throw new UserError(
      `--trust-stub none is for emulators of AWS on this machine, and the Events API of stack ${stacks.join(' and ')} is at ${elsewhere}.`,
      'Leave it out: execution environments then prove by the credentials of their role what they are.',
    );
  }
  return { verify: async () => ({ verified: true, identity: undefined }), forget: () => undefined };
}

/**
 * What is wrong with the address of AWS where execution environments need not prove what they are.
 * @param origin who says that they need not.
 */
export function untrustworthyEndpoint(endpoint: string | undefined, origin: string): UserError | undefined {
  if (endpoint !== undefined && isLoopbackHost(new URL(endpoint).host)) return undefined;
  const given = endpoint === undefined ? 'no --endpoint is given' : `--endpoint ${endpoint} is another one`;
  return new UserError(
    `--trust-stub none (${origin}) is for emulators of AWS on this machine, and ${given}.`,
    'Name the emulator, for example `--endpoint http://127.0.0.1:4566`, or leave --trust-stub out.',
  );
}
