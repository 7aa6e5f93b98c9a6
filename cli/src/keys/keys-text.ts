import { parseKeysFile, type TrustedKey } from '@live-lambda/protocol/identity';

const header = '# Whose tunnels the live functions trust: a fingerprint a line, then whose it is.';

/** What became of keys that were to be added to a list. */
export interface AddedKeys {
  readonly text: string;
  readonly added: readonly TrustedKey[];
  /** Those that stood there already. */
  readonly present: readonly TrustedKey[];
}

/**
 * A list of keys with these at its end; all else in it stays, comments included.
 * @throws IdentityError where the list cannot be read
 */
export function addKeys(text: string | undefined, keys: readonly TrustedKey[]): AddedKeys {
  const known = new Set(parseKeysFile(text ?? '').map(({ fingerprint }) => fingerprint));
  const added = keys.filter(({ fingerprint }, index) => {
    const first = keys.findIndex((each) => each.fingerprint === fingerprint);
    return first === index && !known.has(fingerprint);
  });
  const newline = text?.includes('\r\n') ? '\r\n' : '\n';
  const start = text === undefined || text.trim() === '' ? `${header}${newline}` : text;
  const complete = start.endsWith('\n') ? start : start + newline;
  const lines = added.map(({ fingerprint, name }) => (name === undefined ? fingerprint : `${fingerprint} ${name}`));
  return {
    text: added.length === 0 ? (text ?? '') : complete + lines.map((line) => line + newline).join(''),
    added,
    present: keys.filter(({ fingerprint }) => known.has(fingerprint)),
  };
}

/** A list of keys without the line of one of them; all else in it stays. What is trimmed includes a byte order mark. */
export function removeKey(text: string, fingerprint: string): string {
  return text
    .split(/(?<=\n)/)
    .filter((line) => line.replace(/#.*/, '').trim().split(/\s+/)[0] !== fingerprint)
    .join('');
}
