import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createIdentity,
  defaultIdentityFile,
  fingerprintOf,
  formatKeysFile,
  IdentityError,
  loadIdentity,
  loadOrCreateIdentity,
  type Machine,
  parseKeysFile,
  trusts,
  verifySignature,
} from './identity.ts';

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

/** RFC 8032, section 7.1, test 2. */
const rfc8032 = {
  secret: bytes('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'),
  publicKey: bytes('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'),
  message: bytes('72'),
  signature: bytes(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ),
};

const identityNumber = (number: number) => createIdentity(new Uint8Array(32).fill(number));
const posixTest = it.skipIf(process.platform === 'win32');

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'live-lambda-identity-'));
  file = join(folder, 'config', 'live-lambda', 'identity.json');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const modeOf = (path: string) => statSync(path).mode & 0o777;

/** What is thrown, which must be an IdentityError. */
function refusal(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (error instanceof IdentityError) return inspect(error);
    throw error;
  }
  return 'not refused';
}

describe('an identity', () => {
  it('is Ed25519: key and signature are those of RFC 8032', () => {
    const identity = createIdentity(rfc8032.secret);
    expect(identity.publicKey).toEqual(rfc8032.publicKey);
    expect(identity.sign(rfc8032.message)).toEqual(rfc8032.signature);
  });

  it('is named by the first 16 bytes of the SHA-256 of its public key, in base64url', () => {
    const { fingerprint, publicKey } = createIdentity(rfc8032.secret);
    expect(fingerprint).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(Buffer.from(fingerprint, 'base64url')).toEqual(
      createHash('sha256').update(rfc8032.publicKey).digest().subarray(0, 16),
    );
    expect(fingerprintOf(publicKey)).toBe(fingerprint);
  });

  it('does not show its secret when it is printed or written as JSON', () => {
    const identity = createIdentity(rfc8032.secret);
    const shown = inspect(identity, { depth: 9, showHidden: true }) + JSON.stringify(identity);
    expect(shown).not.toContain(Buffer.from(rfc8032.secret).toString('base64url'));
    expect(Object.keys(identity)).toEqual(['publicKey', 'fingerprint', 'sign']);
  });

  it('cannot be made of a secret of another length', () => {
    expect(() => createIdentity(new Uint8Array(31))).toThrow(RangeError);
  });
});

describe('a signature', () => {
  const { publicKey, message, signature } = rfc8032;

  it('is valid for its key and bytes', () => {
    expect(verifySignature(publicKey, message, signature)).toBe(true);
  });

  it.each([
    ['other bytes', publicKey, bytes('73'), signature],
    ['another key', identityNumber(1).publicKey, message, signature],
    ['a flipped bit', publicKey, message, signature.map((byte, index) => (index === 9 ? byte ^ 1 : byte))],
    ['a signature that was cut off', publicKey, message, signature.subarray(0, 63)],
    ['no signature', publicKey, message, new Uint8Array()],
    ['no key', new Uint8Array(), message, signature],
    ['a key that is too long', new Uint8Array([...publicKey, 0]), message, signature],
    ['a key that is no point of the curve', new Uint8Array(32).fill(255), message, signature],
  ])('is not valid with %s', (_what, key, signed, given) => {
    expect(verifySignature(key, signed, given)).toBe(false);
  });
});

describe('trust', () => {
  const [first, second, stranger] = [identityNumber(1), identityNumber(2), identityNumber(3)];
  const fingerprints = [first.fingerprint, second.fingerprint];

  it('is given to each key whose fingerprint is in the list, and to no other', () => {
    expect([first, second, stranger].map(({ publicKey }) => trusts(fingerprints, publicKey))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('is given to nobody by an empty list, by what is no fingerprint, or to what is no key', () => {
    expect(trusts([], first.publicKey)).toBe(false);
    expect(trusts(['', first.fingerprint.slice(0, 21), `${first.fingerprint}A`], first.publicKey)).toBe(false);
    expect(trusts([fingerprintOf(new Uint8Array())], new Uint8Array())).toBe(false);
  });
});

describe('the file of an identity', () => {
  it('is made when there is none, and used from then on', () => {
    expect(loadIdentity({ file })).toBeUndefined();
    const first = loadOrCreateIdentity({ file });
    const second = loadOrCreateIdentity({ file });
    expect([first.created, second.created]).toEqual([true, false]);
    expect(second.identity.fingerprint).toBe(first.identity.fingerprint);
    const message = bytes('0102');
    const loaded = loadIdentity({ file });
    expect(verifySignature(first.identity.publicKey, message, loaded?.sign(message) ?? message)).toBe(true);
  });

  it('holds another identity in each place', () => {
    const other = loadOrCreateIdentity({ file: join(folder, 'other', 'identity.json') });
    expect(loadOrCreateIdentity({ file }).identity.fingerprint).not.toBe(other.identity.fingerprint);
  });

  posixTest('is closed to others, as is its folder, and nothing else is left there', () => {
    loadOrCreateIdentity({ file });
    expect([modeOf(file), modeOf(join(file, '..'))]).toEqual([0o600, 0o700]);
    expect(readdirSync(join(file, '..'))).toEqual(['identity.json']);
  });

  posixTest.each([0o640, 0o604, 0o620])('is refused when its mode is %o, with how to mend it', (mode) => {
    loadOrCreateIdentity({ file });
    chmodSync(file, mode);
    const text = refusal(() => loadOrCreateIdentity({ file }));
    expect(text).toContain(`chmod 600 '${file}'`);
    chmodSync(file, 0o600);
    expect(loadOrCreateIdentity({ file }).created).toBe(false);
  });

  posixTest('is refused in a folder where others could replace it', () => {
    loadOrCreateIdentity({ file });
    chmodSync(join(file, '..'), 0o770);
    expect(refusal(() => loadIdentity({ file }))).toContain(`chmod 700 '${join(file, '..')}'`);
    chmodSync(join(file, '..'), 0o755);
    expect(loadIdentity({ file })).toBeDefined();
  });

  const secret = Buffer.from(rfc8032.secret).toString('base64url');
  const x = Buffer.from(rfc8032.publicKey).toString('base64url');
  const jwk = (over: object) => JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x, d: secret, ...over });
  it.each<readonly [string, string]>([
    ['nothing', ''],
    ['a key that was cut off', jwk({}).slice(0, -4)],
    ['no object', 'null'],
    ['a key of another kind', jwk({ crv: 'X25519' })],
    ['a public key alone', jwk({ d: undefined })],
    ['a secret of another length', jwk({ d: `${secret}AAAA` })],
    ['two halves that do not belong together', jwk({ x: secret })],
    ['far too much', jwk({ padding: 'x'.repeat(5000) })],
  ])('is refused when it holds %s, without showing what it holds', (_what, content) => {
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(file, content, { mode: 0o600 });
    const text = refusal(() => loadOrCreateIdentity({ file }));
    expect(text).toContain(`${file} is not an identity of live-lambda, or is damaged. Restore it; or delete it`);
    expect(text).not.toContain(secret.slice(0, 8));
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  it('is read in the form of a JSON Web Key', () => {
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(file, jwk({}), { mode: 0o600 });
    expect(loadIdentity({ file })?.publicKey).toEqual(rfc8032.publicKey);
  });

  it('cannot be a folder, lie below a file, or be a link to nothing, and the error says so', () => {
    mkdirSync(file, { recursive: true, mode: 0o700 });
    expect(refusal(() => loadOrCreateIdentity({ file }))).toContain('is not an identity');
    const plain = join(folder, 'plain');
    writeFileSync(plain, '');
    expect(refusal(() => loadOrCreateIdentity({ file: join(plain, 'identity.json') }))).toMatch(/plain.*ENOTDIR/);
    const dangling = join(folder, 'dangling.json');
    symlinkSync(join(folder, 'nowhere'), dangling);
    expect(refusal(() => loadOrCreateIdentity({ file: dangling }))).toContain('a link to nothing');
  });

  it.skipIf(process.platform !== 'linux')('says which folder to name when it cannot be made', () => {
    // Nobody can make a folder there, not even root.
    const impossible = '/sys/live-lambda/identity.json';
    expect(refusal(() => loadOrCreateIdentity({ file: impossible }))).toMatch(
      /cannot be made.*LIVE_LAMBDA_CONFIG_DIR/s,
    );
  });

  it('is the same for all processes that make it at once, and one of them made it', async () => {
    const files = Array.from({ length: 40 }, (_, index) => join(folder, String(index), 'identity.json'));
    const answers = await Promise.all(startTogether({ count: 4, files }));
    files.forEach((each, index) => {
      const { fingerprint } = loadOrCreateIdentity({ file: each }).identity;
      expect(answers.map((answer) => answer[index]?.fingerprint)).toEqual(Array(4).fill(fingerprint));
      expect(answers.filter((answer) => answer[index]?.created)).toHaveLength(1);
    });
  }, 60_000);
});

type Answers = readonly { readonly fingerprint: string; readonly created: boolean }[];

/** Processes that wait for each other, then all load or create each of the files. */
function startTogether({ count, files }: { readonly count: number; readonly files: readonly string[] }) {
  const source = `
    const { loadOrCreateIdentity } = await import(${JSON.stringify(new URL('./identity.ts', import.meta.url).href)});
    process.once('message', (files) => {
      const answers = files.map((file) => {
        const { identity, created } = loadOrCreateIdentity({ file });
        return { fingerprint: identity.fingerprint, created };
      });
      process.send(answers, () => process.disconnect());
    });
    process.send('ready');`;
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', source], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    }),
  );
  let ready = 0;
  return children.map(
    (child) =>
      new Promise<Answers>((resolve, reject) => {
        child.on('exit', (code) => reject(new Error(`ended with ${code}`)));
        child.on('message', (message) => {
          if (message !== 'ready') return resolve(message as Answers);
          ready += 1;
          if (ready === count) for (const each of children) each.send(files);
        });
      }),
  );
}

describe("the place of a developer's identity", () => {
  const home = () => '/home/ada';
  it.each<readonly [string, Machine, string]>([
    ['Linux', { platform: 'linux', variables: {}, home }, '/home/ada/.config/live-lambda/identity.json'],
    ['macOS', { platform: 'darwin', variables: {}, home }, '/home/ada/.config/live-lambda/identity.json'],
    [
      'another HOME',
      { platform: 'linux', variables: { HOME: '/home/ann' }, home },
      '/home/ann/.config/live-lambda/identity.json',
    ],
    [
      'XDG_CONFIG_HOME',
      { platform: 'linux', variables: { XDG_CONFIG_HOME: '/xdg', HOME: '/home/ann' }, home },
      '/xdg/live-lambda/identity.json',
    ],
    [
      'LIVE_LAMBDA_CONFIG_DIR',
      { platform: 'linux', variables: { LIVE_LAMBDA_CONFIG_DIR: '/own', XDG_CONFIG_HOME: '/xdg' }, home },
      '/own/identity.json',
    ],
    [
      'Windows',
      { platform: 'win32', variables: { LOCALAPPDATA: 'C:\\Users\\ada\\AppData\\Local' }, home },
      'C:\\Users\\ada\\AppData\\Local\\live-lambda\\identity.json',
    ],
    [
      'Windows without LOCALAPPDATA',
      { platform: 'win32', variables: { USERPROFILE: 'C:\\Users\\ada' }, home },
      'C:\\Users\\ada\\.config\\live-lambda\\identity.json',
    ],
    [
      'Windows with a home on another drive',
      { platform: 'win32', variables: { HOMEDRIVE: 'D:', HOMEPATH: '\\ada', USERPROFILE: 'C:\\Users\\ada' }, home },
      'D:\\ada\\.config\\live-lambda\\identity.json',
    ],
    [
      'a variable that Windows alone has, elsewhere',
      { platform: 'linux', variables: { LOCALAPPDATA: '/x', USERPROFILE: '/y', XDG_CONFIG_HOME: '' }, home },
      '/home/ada/.config/live-lambda/identity.json',
    ],
  ])('with %s', (_what, machine, expected) => {
    expect(defaultIdentityFile(machine)).toBe(expected);
  });
});

describe('a list of trusted keys', () => {
  const [ada, bob] = [identityNumber(1).fingerprint, identityNumber(2).fingerprint];

  it('has a fingerprint a line, with a name after it if wanted', () => {
    const text = `\uFEFF# the team\r\n\r\n${ada}   Ada  Lovelace # on leave\r\n\t${bob}\n#${bob}\n`;
    expect(parseKeysFile(text)).toEqual([
      { fingerprint: ada, name: 'Ada Lovelace' },
      { fingerprint: bob, name: undefined },
    ]);
  });

  it('may be empty', () => {
    expect(parseKeysFile('\n# nobody yet\n')).toEqual([]);
  });

  it.each([
    ['a name without a fingerprint', `${ada}\n\nAda\n`, /^line 3 does not start with a fingerprint/],
    ['a fingerprint that lost a character', `${ada.slice(1)} Ada`, /^line 1 does not start/],
    ['one whose last character cannot be', `${ada.slice(0, -1)}B`, /^line 1 does not start/],
    ['the mark of a merge conflict', `${ada}\n<<<<<<< HEAD\n`, /^line 2 does not start/],
    ['the same key twice', `${ada} Ada\n${bob}\n${ada} Ada's laptop\n`, /^line 3 has the fingerprint of line 1 again/],
  ])('with %s is an error that names the line', (_what, text, message) => {
    expect(() => parseKeysFile(text)).toThrow(IdentityError);
    expect(() => parseKeysFile(text)).toThrow(message);
  });

  it('is written as it is read', () => {
    const keys = [
      { fingerprint: ada, name: 'Ada Lovelace' },
      { fingerprint: bob, name: undefined },
    ];
    expect(parseKeysFile(formatKeysFile(keys))).toEqual(keys);
  });

  it.each(['two\nlines', 'Ada # left', ' Ada', ''])(
    'is not written with the name %j, which would be read otherwise',
    (name) => {
      expect(() => formatKeysFile([{ fingerprint: ada, name }])).toThrow(IdentityError);
    },
  );
});
