import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  defaultIdentityFile,
  type Identity,
  IdentityError,
  isFingerprint,
  loadOrCreateIdentity,
  parseKeysFile,
  type TrustedKey,
} from '@live-lambda/protocol/identity';
import { cdkAppFolders } from '../cdk-app/find-cdk-app.ts';
import { foldersUpward } from '../config/project-folders.ts';
import { UsageError } from '../failures/usage-error.ts';
import { didYouMean } from '../near-miss.ts';
import { projectCommand } from '../project-command.ts';
import { UserError } from '../user-error.ts';
import { addKeys, removeKey } from './keys-text.ts';

/** The list that the construct library reads at a synth. */
const keysFileName = 'live-lambda.keys';

/** The list of an app, whether or not it is there. */
export interface KeysFile {
  /** Absolute. */
  readonly file: string;
  /** Undefined where there is no such file. */
  readonly text: string | undefined;
  /** None where there is no such file: functions then trust whoever deploys them. */
  readonly keys: readonly TrustedKey[];
}

/**
 * The list that the construct library would read: the nearest from the folder of the app up to the top of its repository.
 * @throws UserError where it cannot be read
 */
export function projectKeys(currentFolder: string): KeysFile {
  const [app = currentFolder, ...others] = cdkAppFolders(currentFolder);
  const start = others.length > 0 ? currentFolder : app;
  const upward = foldersUpward(start);
  const top = upward.findIndex((each) => existsSync(join(each, '.git')));
  const own = upward.slice(0, Math.max(top, 0) + 1).map((each) => join(each, keysFileName));
  const file = own.find((each) => existsSync(each)) ?? join(start, keysFileName);
  if (!existsSync(file)) return { file, text: undefined, keys: [] };
  const text = readFileSync(file, 'utf8');
  return { file, text, keys: readKeys(text, file) };
}

function readKeys(text: string, file: string): readonly TrustedKey[] {
  try {
    return parseKeysFile(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(
      `${file}: ${reason}.`,
      `Correct the file; \`${projectCommand('live-lambda keys --help')}\` says what changes it.`,
      {
        cause,
      },
    );
  }
}

/** The developer's own identity. */
export interface OwnIdentity {
  readonly identity: Identity;
  readonly file: string;
  /** There was none before. */
  readonly created: boolean;
}

/** @throws UserError where it cannot be used as it is */
export function ownIdentity(): OwnIdentity {
  const file = defaultIdentityFile();
  try {
    return { ...loadOrCreateIdentity({ file }), file };
  } catch (cause) {
    if (!(cause instanceof IdentityError)) throw cause;
    throw new UserError(cause.message, 'Functions trust this key: mend the file rather than make another one.', {
      cause,
    });
  }
}

/**
 * The keys that somebody names: by a fingerprint, or by a file with one or more of them.
 * @param name whose the key is, for people
 * @throws UsageError for what is neither
 */
export function namedKeys(
  given: string,
  { currentFolder, name }: { readonly currentFolder: string; readonly name: string | undefined },
): readonly TrustedKey[] {
  if (isFingerprint(given)) return [{ fingerprint: given, name }];
  const path = resolve(currentFolder, given);
  if (!existsSync(path)) {
    throw new UsageError(
      `"${given}" is neither the fingerprint of a key nor a file.`,
      `A fingerprint has 22 characters: \`${projectCommand('live-lambda keys show')}\` tells your teammate theirs.`,
    );
  }
  const keys = readKeys(readFileSync(path, 'utf8'), path);
  const [only, ...others] = keys;
  if (only === undefined)
    throw new UserError(
      `${path} holds no fingerprint.`,
      `Ask for the line that \`${projectCommand('live-lambda keys show')}\` prints.`,
    );
  return others.length === 0 && name !== undefined ? [{ ...only, name }] : keys;
}

/** What became of the list. */
export interface KeysChange {
  readonly file: string;
  readonly added: readonly TrustedKey[];
  readonly present: readonly TrustedKey[];
}

/**
 * Adds keys to the list of an app. A list that is made gets the developer's own key first: without a list the functions
 * trusted it, and nobody means to shut themselves out.
 * @throws UserError where the list cannot be read or written
 */
export async function addToProject(
  { file, text }: KeysFile,
  { keys, own }: { readonly keys: readonly TrustedKey[]; readonly own: TrustedKey },
): Promise<KeysChange> {
  const wanted = text === undefined ? [own, ...keys] : keys;
  checkNames(wanted);
  const change = addKeys(text, wanted);
  if (change.added.length > 0) await write(file, change.text);
  return { file, added: change.added, present: change.present };
}

/** @throws UsageError for a name that would not be read as it is written */
function checkNames(keys: readonly TrustedKey[]): void {
  const wrong = keys.find(({ name }) => name !== undefined && !/^[^\s#]+( [^\s#]+)*$/.test(name));
  if (wrong === undefined) return;
  throw new UsageError(
    `"${wrong.name}" cannot be a name in ${keysFileName}.`,
    'A name is words with a space between two, without #.',
  );
}

/**
 * Takes a key out of the list of an app.
 * @param named its fingerprint, or whose it is
 * @throws UserError where it is not there, or the last one
 */
export async function removeFromProject({ file, text, keys }: KeysFile, named: string): Promise<TrustedKey> {
  const found = keys.filter(
    ({ fingerprint, name }) => fingerprint === named || name?.toLowerCase() === named.toLowerCase(),
  );
  const [key, ...others] = found;
  if (key === undefined || text === undefined) {
    const known = keys.flatMap(({ fingerprint, name }) => [fingerprint, ...(name === undefined ? [] : [name])]);
    throw new UserError(
      text === undefined
        ? `There is no ${file}: functions trust whoever deploys them.`
        : `${file} has no key "${named}".`,
      `${didYouMean(named, known)} \`${projectCommand('live-lambda keys list')}\` shows what there is.`.trim(),
    );
  }
  if (others.length > 0) {
    throw new UserError(
      `${file} has ${found.length} keys of "${named}".`,
      `Name one by its fingerprint: ${found.map(({ fingerprint }) => fingerprint).join(', ')}.`,
    );
  }
  if (keys.length === 1) {
    throw new UserError(
      `${key.fingerprint} is the only key in ${file}: functions would trust nobody.`,
      `Add another one first, or delete ${keysFileName}: functions then trust whoever deploys them.`,
    );
  }
  await write(file, removeKey(text, key.fingerprint));
  return key;
}

async function write(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(
      `${file} cannot be written (${cause.code}).`,
      `Make ${dirname(file)} writable, then try again.`,
      { cause },
    );
  });
}
