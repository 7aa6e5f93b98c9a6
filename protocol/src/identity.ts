/**
 * The Ed25519 identity of a developer: the tunnel signs with it, and stubs carry the fingerprints of those they trust.
 * This file imports Node alone, because the construct library carries a copy of it.
 */
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign, timingSafeEqual, verify } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, posix, win32 } from 'node:path';

/** Sizes of Ed25519 keys (RFC 8032, section 5.1). */
const secretKeyBytes = 32;
const publicKeyBytes = 32;

/** 128 bits: enough against a second key with the same fingerprint, and short enough for many in one variable. */
const fingerprintBytes = 16;
/** 16 bytes in base64url are 22 characters, the last of which has only two bits of its own. */
const fingerprintPattern = /^[A-Za-z0-9_-]{21}[AQgw]$/;

/** RFC 8410: the bytes before a raw Ed25519 key in PKCS #8 and in SubjectPublicKeyInfo. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** A key in JSON takes about 150 bytes; what is much longer is none, and is not read. */
const maxIdentityFileBytes = 4096;
const fileMode = 0o600;
const folderMode = 0o700;
const accessByOthers = 0o077;
const writingByOthers = 0o022;

/** An identity, or a list of trusted ones, cannot be used. The text says what to do, and never holds a key. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';
}

/** A developer's key pair. The private half stays inside. */
export interface Identity {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** {@link fingerprintOf} the public key. */
  readonly fingerprint: string;
  /** @returns the Ed25519 signature, 64 bytes */
  sign(bytes: Uint8Array): Uint8Array;
}

/**
 * The identity that a secret gives.
 * @param secret 32 random bytes
 * @throws RangeError if the secret has another length
 */
export function createIdentity(secret: Uint8Array): Identity {
  if (secret.length !== secretKeyBytes) throw new RangeError(`an Ed25519 secret has ${secretKeyBytes} bytes`);
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, secret]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const publicKey = new Uint8Array(spki.subarray(spkiPrefix.length));
  return {
    publicKey,
    fingerprint: fingerprintOf(publicKey),
    sign: (bytes) => new Uint8Array(sign(null, bytes, privateKey)),
  };
}

/** Names a public key: the first 16 bytes of its SHA-256, in base64url (22 characters). */
export function fingerprintOf(publicKey: Uint8Array): string {
  return createHash('sha256').update(publicKey).digest().subarray(0, fingerprintBytes).toString('base64url');
}

/** Whether the text is written as a fingerprint is. */
export function isFingerprint(text: string): boolean {
  return fingerprintPattern.test(text);
}

/** Whether the signature of the bytes was made with the key. What is no key or no signature is false, not an error. */
export function verifySignature(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== publicKeyBytes) return false;
  try {
    const key = createPublicKey({ key: Buffer.concat([spkiPrefix, publicKey]), format: 'der', type: 'spki' });
    return verify(null, bytes, key, signature);
  } catch {
    return false;
  }
}

/** Whether the key has one of the fingerprints. Takes as long for the first as for the last, and for none of them. */
export function trusts(fingerprints: readonly string[], publicKey: Uint8Array): boolean {
  if (publicKey.length !== publicKeyBytes) return false;
  const wanted = Buffer.from(fingerprintOf(publicKey), 'base64url');
  const equal = fingerprints
    .filter(isFingerprint)
    .map((each) => timingSafeEqual(Buffer.from(each, 'base64url'), wanted));
  return equal.includes(true);
}

/** What decides where a developer's configuration lies. */
export interface Machine {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: () => string;
}

/**
 * Where the developer's identity lies: `identity.json` in the folder that oclif gives a command line called
 * `live-lambda` for its configuration, so that `LIVE_LAMBDA_CONFIG_DIR` and `XDG_CONFIG_HOME` move it.
 * {@link https://oclif.io/docs/config/}
 */
export function defaultIdentityFile(machine: Machine = thisMachine()): string {
  const { variables, platform } = machine;
  const isWindows = platform === 'win32';
  const { join } = isWindows ? win32 : posix;
  const base = () =>
    variables.XDG_CONFIG_HOME || (isWindows && variables.LOCALAPPDATA) || join(homeFolder(machine), '.config');
  return join(variables.LIVE_LAMBDA_CONFIG_DIR || join(base(), 'live-lambda'), 'identity.json');
}

function thisMachine(): Machine {
  return { variables: process.env, platform: process.platform, home: homedir };
}

function homeFolder({ variables, platform, home }: Machine): string {
  const { HOME, HOMEDRIVE, HOMEPATH, USERPROFILE } = variables;
  const ofWindows = HOMEDRIVE && HOMEPATH ? win32.join(HOMEDRIVE, HOMEPATH) : USERPROFILE;
  return HOME || (platform === 'win32' && ofWindows) || home();
}

export interface LoadedIdentity {
  readonly identity: Identity;
  /** There was none before. */
  readonly created: boolean;
}

/**
 * The identity in the file; a new one if there is no such file. Of two processes that make it at once both get the same.
 * @throws IdentityError if others can read the file, if it holds something else, or if it cannot be read or made
 */
export function loadOrCreateIdentity({ file }: { readonly file: string }): LoadedIdentity {
  const existing = loadIdentity({ file });
  if (existing) return { identity: existing, created: false };
  const created = writeNewIdentity(file);
  const identity = loadIdentity({ file });
  if (identity) return { identity, created };
  throw new IdentityError(
    `The identity ${file} was removed while it was being made, or is a link to nothing: try again.`,
  );
}

/**
 * The identity in the file, or undefined if there is no such file.
 * @throws IdentityError if others can read the file, if it holds something else, or if it cannot be read
 */
export function loadIdentity({ file }: { readonly file: string }): Identity | undefined {
  const text = readPrivateFile(file);
  return text === undefined ? undefined : parseIdentity(text, file);
}

function readPrivateFile(file: string): string | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const info = fstatSync(descriptor);
    if (!info.isFile() || info.size > maxIdentityFileBytes) throw notAnIdentity(file);
    refuseAccessByOthers(file, info.mode);
    return readFileSync(descriptor, 'utf8');
  } catch (error) {
    if (error instanceof IdentityError) throw error;
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new IdentityError(`The identity ${file} cannot be read (${codeOf(error)}). Make it readable to you alone.`);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** On Windows the folders of a user's profile are closed to other users by their access control lists. */
function refuseAccessByOthers(file: string, mode: number): void {
  if (process.platform === 'win32') return;
  const folder = dirname(file);
  if ((statSync(folder).mode & writingByOthers) !== 0) {
    throw new IdentityError(
      `Other users of this machine can write to ${folder} and so replace the identity in it. ` +
        `Close it: chmod 700 '${folder}'; then make sure that ${file} is yours.`,
    );
  }
  if ((mode & accessByOthers) === 0) return;
  throw new IdentityError(
    `Other users of this machine have access to the identity ${file}. Close it: chmod 600 '${file}'. ` +
      'If one of them may have read it, delete it instead and deploy again: a new one is then made and trusted.',
  );
}

/**
 * Makes the file whole or not at all: a link, unlike a renamed file, never replaces what another process has made.
 * @returns whether it was this call that made it
 */
function writeNewIdentity(file: string): boolean {
  const unfinished = `${file}.${randomBytes(8).toString('hex')}.new`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: folderMode });
    const text = identityText(randomBytes(secretKeyBytes));
    writeFileSync(unfinished, text, { flag: 'wx', mode: fileMode, flush: true });
    linkSync(unfinished, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw new IdentityError(
      `The identity ${file} cannot be made (${codeOf(error)}). ` +
        'Make its folder writable to you, or name another with LIVE_LAMBDA_CONFIG_DIR.',
    );
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** A JSON Web Key (RFC 8037, section 2). */
function identityText(secret: Uint8Array): string {
  const { publicKey } = createIdentity(secret);
  const key = { kty: 'OKP', crv: 'Ed25519', x: base64url(publicKey), d: base64url(secret) };
  return `${JSON.stringify(key, undefined, 2)}\n`;
}

function parseIdentity(text: string, file: string): Identity {
  let key: unknown;
  try {
    key = JSON.parse(text);
  } catch {
    // What JSON.parse says quotes the text, and the text is a private key.
    throw notAnIdentity(file);
  }
  const { kty, crv, x, d } = Object(key) as Readonly<Record<string, unknown>>;
  if (kty !== 'OKP' || crv !== 'Ed25519' || typeof d !== 'string') throw notAnIdentity(file);
  const secret = Buffer.from(d, 'base64url');
  if (secret.length !== secretKeyBytes) throw notAnIdentity(file);
  const identity = createIdentity(secret);
  if (x !== base64url(identity.publicKey)) throw notAnIdentity(file);
  return identity;
}

function notAnIdentity(file: string): IdentityError {
  return new IdentityError(
    `${file} is not an identity of live-lambda, or is damaged. Restore it; or delete it and deploy again: ` +
      'a new one is then made and trusted.',
  );
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

/** One line of a keys file. */
export interface TrustedKey {
  readonly fingerprint: string;
  /** Whose it is, for people. */
  readonly name: string | undefined;
}

/**
 * Reads a list of trusted keys: a fingerprint a line, and after it, if wanted, a name. `#` starts a comment.
 * @throws IdentityError that names the line, if it holds no fingerprint, or one that stands on an earlier line too
 */
export function parseKeysFile(text: string): readonly TrustedKey[] {
  const lineOf = new Map<string, number>();
  const keys: TrustedKey[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    // What is trimmed includes a carriage return and a byte order mark.
    const [fingerprint = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (fingerprint === '') continue;
    if (!isFingerprint(fingerprint)) {
      throw new IdentityError(
        `line ${index + 1} does not start with a fingerprint, which is 22 letters, digits, - and _ and ends in A, Q, g or w`,
      );
    }
    const earlier = lineOf.get(fingerprint);
    // Whoever removes one of two equal lines believes that the key is no longer trusted.
    if (earlier !== undefined)
      throw new IdentityError(`line ${index + 1} has the fingerprint of line ${earlier} again`);
    lineOf.set(fingerprint, index + 1);
    keys.push({ fingerprint, name: names.join(' ') || undefined });
  }
  return keys;
}

/**
 * The text of a keys file, as {@link parseKeysFile} reads it.
 * @throws IdentityError if a fingerprint is none, or a name would not be read as it is written
 */
export function formatKeysFile(keys: readonly TrustedKey[]): string {
  const lines = keys.map(({ fingerprint, name }) => (name === undefined ? fingerprint : `${fingerprint} ${name}`));
  const text = ['# Keys that live functions trust: fingerprint, then whose it is.', ...lines, ''].join('\n');
  const read = parseKeysFile(text);
  const same = keys.every(
    (key, index) => read[index]?.fingerprint === key.fingerprint && read[index].name === key.name,
  );
  if (same && read.length === keys.length) return text;
  throw new IdentityError('a name in a keys file is one line of words, a space between two, without #');
}
