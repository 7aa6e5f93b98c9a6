import { UserError } from '../user-error.ts';
import { PrerequisiteError } from './check.ts';

/** Titles of the checks that others need. */
export const subjects = {
  config: 'Config',
  manifest: 'Manifest',
  credentials: 'Credentials',
  deployed: 'Deployed',
  key: 'Key',
} as const;

/** Gathers once, and says of which check it is the subject when it cannot. */
export function once<Value>(subject: string, gather: () => Promise<Value>): () => Promise<Value> {
  let gathered: Promise<Value> | undefined;
  return () => {
    gathered ??= gather().catch((error: unknown) => {
      throw error instanceof UserError ? new PrerequisiteError(subject, error) : error;
    });
    return gathered;
  };
}
