import type { CloudAccess } from './client-options.ts';

/** Lets AWS's clients of this process find a cloud's own keys by the standard chain, where it has such. */
export function useCloud({ credentials, region }: CloudAccess, environment: Record<string, string | undefined>): void {
  if (credentials) {
    // They would be stronger, or spoil the signature.
    for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN']) delete environment[name];
    environment.AWS_ACCESS_KEY_ID = credentials.accessKeyId;
    environment.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey;
  }
  if (region !== undefined) {
    delete environment.AWS_DEFAULT_REGION;
    environment.AWS_REGION = region;
  }
}
