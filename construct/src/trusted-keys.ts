import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { IdentityError, isFingerprint, loadOrCreateIdentity, parseKeysFile } from './generated/identity.ts';
import { nearestFile } from './nearest-file.ts';
import type { StubTrust } from './stub-environment.ts';

/** Lists, in a repository, the keys that its live functions trust. */
const KEYS_FILE_NAME = 'live-lambda.keys';

/** What marks the top of a repository: a folder, or in a linked working tree a file. */
const REPOSITORY_MARK = '.git';

export interface TrustRequest {
  readonly trust: StubTrust['trust'];
  /** Fingerprints that the app gives. */
  readonly trustedKeys: readonly string[] | undefined;
  /** Where the app runs. */
  readonly directory: string;
  /** Where the developer's own identity lies, or will lie. */
  readonly identityFile: string;
  readonly say: (line: string) => void;
}

/**
 * Whom the stubs trust. By keys, those are the ones that the app gives, else those of a committed file, else the
 * developer's own, which is made if there is none.
 *
 * @throws Error if what was given cannot be understood or trusts nobody, or if there is no usable identity
 */
export function decideTrust(request: TrustRequest): StubTrust {
  const { trust, trustedKeys, directory } = request;
  if (trust === 'keys') return { trust, keys: givenKeys(trustedKeys) ?? committedKeys(directory) ?? ownKey(request) };
  if (trustedKeys === undefined) return { trust };
  throw new Error(
    'live-lambda: trustedKeys were given together with LiveLambdaTrust.IAM, which trusts without keys. Drop one of them.',
  );
}

function givenKeys(keys: readonly string[] | undefined): readonly string[] | undefined {
  if (keys === undefined) return undefined;
  if (keys.length === 0)
    throw new Error('live-lambda: trustedKeys is empty, so that no tunnel could answer. Add a key.');
  const wrong = keys.find((key) => !isFingerprint(key));
  if (wrong === undefined) return [...new Set(keys)];
  throw new Error(
    `live-lambda: ${JSON.stringify(wrong)} in trustedKeys is not the fingerprint of a key. ` +
      'A fingerprint has 22 characters; a live synth and live-lambda tunnel say yours.',
  );
}

function committedKeys(directory: string): readonly string[] | undefined {
  const file = findKeysFile(directory);
  if (file === undefined) return undefined;
  const keys = readKeysFile(file);
  if (keys.length > 0) return keys;
  throw new Error(`live-lambda: ${file} lists no key, so that no tunnel could answer. Add a fingerprint or remove it.`);
}

/** The nearest one, not above the repository that the directory lies in: what is above is not the app's. */
function findKeysFile(directory: string): string | undefined {
  const mark = nearestFile(directory, [REPOSITORY_MARK]);
  const top = mark === undefined ? directory : dirname(mark);
  const file = nearestFile(directory, [KEYS_FILE_NAME]);
  return file !== undefined && relative(top, file).startsWith('..') ? undefined : file;
}

function readKeysFile(file: string): readonly string[] {
  try {
    return parseKeysFile(readFileSync(file, 'utf8')).map(({ fingerprint }) => fingerprint);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`live-lambda: the trusted keys of ${file} cannot be read: ${reason}. Mend the file.`);
  }
}

function ownKey({ identityFile, directory, say }: TrustRequest): readonly string[] {
  try {
    const { identity, created } = loadOrCreateIdentity({ file: identityFile });
    if (created) {
      say(
        `live-lambda: made your identity, ${identityFile}. Its fingerprint is ${identity.fingerprint}. ` +
          'Live functions that you deploy trust it alone. ' +
          `To work on one stack together, commit everybody's fingerprints as ${join(directory, KEYS_FILE_NAME)}.\n`,
      );
    }
    return [identity.fingerprint];
  } catch (error) {
    throw error instanceof IdentityError ? new Error(`live-lambda: ${error.message}`) : error;
  }
}
