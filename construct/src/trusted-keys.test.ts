import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { assetFunction, createApp, stubSettingsIn, temporaryDirectory } from './fixtures/synthesis.ts';
import { createIdentity, defaultIdentityFile, loadIdentity } from './generated/identity.ts';
import { LiveLambda } from './live-lambda.ts';
import { type LiveLambdaOptions, LiveLambdaTrust } from './live-lambda-options.ts';
import { decideTrust, type TrustRequest } from './trusted-keys.ts';

const [ada = '', bob = ''] = [1, 2].map((seed) => createIdentity(new Uint8Array(32).fill(seed)).fingerprint);

let top: string;
let said: string[];

beforeEach(() => {
  top = temporaryDirectory();
  said = [];
});

afterEach(() => vi.unstubAllEnvs());

/** A folder below the top of the test, with its parents. */
function folder(...names: readonly string[]): string {
  const path = join(top, ...names);
  mkdirSync(path, { recursive: true });
  return path;
}

function write(path: string, text: string): void {
  writeFileSync(join(top, path), text);
}

function decide(over: Partial<TrustRequest> = {}) {
  return decideTrust({
    trust: 'keys',
    trustedKeys: undefined,
    directory: top,
    identityFile: join(top, 'config', 'identity.json'),
    say: (line) => said.push(line),
    ...over,
  });
}

const ownFingerprint = () => loadIdentity({ file: join(top, 'config', 'identity.json') })?.fingerprint;

describe('the stubs trust the keys', () => {
  test('that the app gives, before all others', () => {
    write('live-lambda.keys', ada);
    expect(decide({ trustedKeys: [bob, bob] })).toEqual({ trust: 'keys', keys: [bob] });
    expect(ownFingerprint()).toBeUndefined();
  });

  test('of the file in the folder of the app', () => {
    write('live-lambda.keys', `# the team\n${ada} Ada\n${bob} Bob\n`);
    expect(decide()).toEqual({ trust: 'keys', keys: [ada, bob] });
    expect([ownFingerprint(), said]).toEqual([undefined, []]);
  });

  test('of the nearest file above it, up to the top of the repository', () => {
    folder('.git');
    const directory = folder('services', 'orders');
    write('live-lambda.keys', ada);
    expect(decide({ directory })).toEqual({ trust: 'keys', keys: [ada] });
    write('services/live-lambda.keys', bob);
    expect(decide({ directory })).toEqual({ trust: 'keys', keys: [bob] });
  });

  test('of no file above the repository, or above an app that lies in none', () => {
    write('live-lambda.keys', ada);
    const directory = folder('orders');
    const alone = decide({ directory });
    expect(alone).toEqual({ trust: 'keys', keys: [ownFingerprint()] });
    // A linked working tree has a file in the place of the folder.
    write('orders/.git', 'gitdir: elsewhere');
    expect(decide({ directory })).toEqual(alone);
  });

  test('of the developer, whose identity is made once, and named with its file when it is', () => {
    const first = decide();
    expect(first).toEqual({ trust: 'keys', keys: [ownFingerprint()] });
    expect(said).toEqual([expect.stringContaining(`${join(top, 'config', 'identity.json')}. Its fingerprint is`)]);
    expect(said[0]).toContain(ownFingerprint());
    expect(said[0]).toMatch(/\n$/);
    expect(decide()).toEqual(first);
    expect(said).toHaveLength(1);
  });
});

test('the stubs trust whom IAM lets publish where that was chosen, and no identity is made', () => {
  expect(decide({ trust: 'iam' })).toEqual({ trust: 'iam' });
  expect(ownFingerprint()).toBeUndefined();
});

describe('it is an error that says what to do', () => {
  const secret = 'not-to-be-shown';
  test.each<readonly [string, Partial<TrustRequest>, RegExp]>([
    ['to trust no key', { trustedKeys: [] }, /trustedKeys is empty.*Add a key/],
    ['to give what is no fingerprint', { trustedKeys: [ada, 'Ada'] }, /"Ada" in trustedKeys is not.*22 characters/],
    ['to give keys that are not used', { trust: 'iam', trustedKeys: [ada] }, /together with LiveLambdaTrust\.IAM/],
  ])('%s', (_, over, message) => {
    expect(() => decide(over)).toThrow(message);
  });

  test.each<readonly [string, string, RegExp]>([
    ['lists nobody', '# nobody\n', /live-lambda\.keys lists no key.*Add a fingerprint or remove it/],
    ['has a wrong line', `${ada}\nBob\n`, /live-lambda\.keys cannot be read: line 2 does not.*Mend the file/],
  ])('when the file %s, although there is an identity', (_, text, message) => {
    decide();
    write('live-lambda.keys', text);
    expect(() => decide()).toThrow(message);
  });

  test('when the identity cannot be used, without showing what is in it', () => {
    folder('config');
    writeFileSync(join(top, 'config', 'identity.json'), secret, { mode: 0o600 });
    expect(() => decide()).toThrow(/^live-lambda: .*identity\.json is not an identity/);
    expect(() => decide()).not.toThrow(secret);
    expect(readFileSync(join(top, 'config', 'identity.json'), 'utf8')).toBe(secret);
  });
});

describe('a live synth', () => {
  function settings(options?: LiveLambdaOptions) {
    const app = new App({ context: { 'live-lambda': 'true', 'live-lambda-ci': 'true' } });
    LiveLambda.attach(app, options);
    const stack = new Stack(app, 'Orders');
    assetFunction(stack, 'Quote');
    return stubSettingsIn(Template.fromStack(stack), 'Quote');
  }

  /** The identity that these tests make must not be the one of whoever runs them. */
  function ownConfiguration(): string {
    const directory = join(top, 'own');
    vi.stubEnv('LIVE_LAMBDA_CONFIG_DIR', directory);
    expect(defaultIdentityFile()).toBe(join(directory, 'identity.json'));
    return join(directory, 'identity.json');
  }

  test.each([{ options: undefined }, { options: { trust: LiveLambdaTrust.KEYS } }])(
    'writes the fingerprint of the developer into the variable of the stub with %j',
    ({ options }) => {
      const file = ownConfiguration();
      const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
      const { trust, keys } = settings(options);
      const lines = written.mock.calls.map(([line]) => String(line)).filter((line) => line.startsWith('live-lambda:'));
      written.mockRestore();
      const fingerprint = loadIdentity({ file })?.fingerprint;
      expect({ trust, keys }).toEqual({ trust: 'keys', keys: [fingerprint] });
      expect(lines).toEqual([expect.stringContaining(file)]);
    },
  );

  test('writes the keys that it is given', () => {
    const file = ownConfiguration();
    expect(settings({ trustedKeys: [ada, bob] })).toMatchObject({ trust: 'keys', keys: [ada, bob] });
    expect(loadIdentity({ file })).toBeUndefined();
  });

  test('writes that IAM decides where that was chosen', () => {
    ownConfiguration();
    const written = settings({ trust: LiveLambdaTrust.IAM });
    expect(written.trust).toBe('iam');
    expect(written).not.toHaveProperty('keys');
  });

  test('fails, with the count, where more keys are trusted than fit', () => {
    const stack = new Stack(createApp({ trust: { trust: 'keys', keys: Array<string>(40).fill(ada) } }), 'Orders');
    expect(() => assetFunction(stack, 'Quote')).toThrow(
      /LIVE_LAMBDA and AWS_LAMBDA_EXEC_WRAPPER of Orders\/Quote.*40 trusted keys, and \d+ fit/,
    );
  });
});

test('an app that is not live makes no identity', () => {
  const directory = join(top, 'own');
  vi.stubEnv('LIVE_LAMBDA_CONFIG_DIR', directory);
  LiveLambda.attach(new App());
  expect(loadIdentity({ file: defaultIdentityFile() })).toBeUndefined();
});
