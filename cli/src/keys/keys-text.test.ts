import { parseKeysFile } from '@live-lambda/protocol/identity';
import { describe, expect, it } from 'vitest';
import { addKeys, removeKey } from './keys-text.ts';

const ada = { fingerprint: 'AAECAwQFBgcICQoLDA0ODw', name: 'Ada' };
const bob = { fingerprint: 'EBESExQVFhcYGRobHB0eHw', name: undefined };
const text = `# The team\r\n${ada.fingerprint} Ada # since May\r\n`;

describe('a list of keys', () => {
  it('is begun with what it is for', () => {
    expect(addKeys(undefined, [ada, bob]).text).toBe(
      `# Whose tunnels the live functions trust: a fingerprint a line, then whose it is.\n${ada.fingerprint} Ada\n${bob.fingerprint}\n`,
    );
  });

  it('gets a key at its end, and keeps comments and line ends', () => {
    expect(addKeys(text, [bob])).toEqual({ text: `${text}${bob.fingerprint}\r\n`, added: [bob], present: [] });
    expect(addKeys(text.trimEnd(), [bob]).text).toBe(`${text}${bob.fingerprint}\r\n`);
  });

  it('gets no key twice', () => {
    expect(addKeys(text, [ada])).toEqual({ text, added: [], present: [ada] });
    expect(addKeys(text, [bob, bob, ada])).toMatchObject({ added: [bob], present: [ada] });
  });

  it('loses the line of a key, and nothing else', () => {
    const both = addKeys(text, [bob]).text;
    expect(removeKey(both, bob.fingerprint)).toBe(text);
    expect(removeKey(both, ada.fingerprint)).toBe(`# The team\r\n${bob.fingerprint}\r\n`);
    expect(parseKeysFile(removeKey(`\uFEFF${both}`, ada.fingerprint))).toEqual([bob]);
  });
});
