import { mkdir, readFile, symlink } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureApp } from '../fixtures/fixture-app.ts';
import { liveFunction } from '../fixtures/live-function.ts';
import { type CliEnd, runCli } from '../fixtures/run-cli.ts';
import { type ScratchProject, scratchProject } from '../fixtures/scratch-project.ts';
import { liveApp } from '../functions/live-functions.ts';
import { startLocalCloud } from '../local/local-cloud.ts';

const ada = 'TL2VS1AS8VPMMGjk3GW_qg';
const bob = '2DE2hL7a8nGNvWJEbTzy9A';
const attached = { app: 'node app.mjs' };

let project: ScratchProject;

beforeAll(async () => {
  project = await scratchProject({
    'package.json': {},
    'two/package.json': {},
    'two/.git/HEAD': '',
    'two/orders/cdk.json': attached,
    'two/shop/cdk.json': attached,
    'damaged/cdk.json': '{',
    'configs/live-lambda.config.json': {},
    'configs/live-lambda.config.mjs': 'export default {};',
    'broken/live-lambda.config.json': '{ "runner": }',
    'unreadable/live-lambda.config.json/file': '',
    'manifest/cdk.out/manifest.json': {},
    'manifest/cdk.out/live-lambda.json': '{',
    'folder/cdk.out/manifest.json': {},
    'folder/cdk.out/live-lambda.json/file': '',
    'keys/cdk.json': attached,
    'keys/live-lambda.keys': `${ada} Ada\n${bob} Ada\n`,
    'runner/package.json': { type: 'module' },
    'runner/tools/lua.js': `export default {
      name: 'lua',
      claims: () => 'perhaps',
      prepare: async () => ({ state: 'done' }),
    };`,
    'cdk/cdk.json': attached,
    'cdk/app.mjs': 'LiveLambda.attach(app);',
    'cdk/package.json': { devDependencies: { 'live-lambda-cdk': '0.1.0' } },
  });
});

afterAll(() => project?.[Symbol.asyncDispose]());

const failed = async (folder: string, args: readonly string[], env = {}): Promise<CliEnd> => {
  const end = await runCli(args, { cwd: project.at(folder), env: { AWS_EC2_METADATA_DISABLED: 'true', ...env } });
  expect(end.code, end.words).toBeGreaterThan(0);
  return end;
};

describe('a command says what is wrong', () => {
  it.each([
    ['where two apps are below', 'two', ['init', '--dry-run'], 'There are 2 CDK apps below'],
    ['in a cdk.json', 'damaged', ['init', '--dry-run'], 'cdk.json cannot be read:'],
    ['where two files could be the config', 'configs', ['config'], 'live-lambda.config.json are there.'],
    ['in a config in JSON', 'broken', ['config'], 'live-lambda.config.json:1 is not JSON:'],
    ['where a config is no file', 'unreadable', ['config'], 'live-lambda.config.json cannot be read:'],
    ['in a manifest', 'manifest', ['runners', 'test'], 'live-lambda.json is not JSON:'],
    ['where a manifest is no file', 'folder', ['runners', 'test'], 'live-lambda.json cannot be read:'],
    ['in an event', 'keys', ['invoke', 'Orders', '--print', '--event', '{'], 'is not JSON:'],
    ['of a key that nobody listed', 'keys', ['keys', 'remove', 'Bob'], 'live-lambda.keys has no key "Bob".'],
    ['of a name that two have', 'keys', ['keys', 'remove', 'Ada'], 'live-lambda.keys has 2 keys of "Ada".'],
    [
      'of a runner that does not work',
      'runner',
      ['runners', 'add', './tools/lua.js'],
      'lua.js was tried and is no usable runner:',
    ],
  ])('%s', async (_, folder, args, words) => {
    expect((await failed(folder, args)).words).toContain(words);
  });

  it('where an identity leads nowhere', async () => {
    await mkdir(project.at('identity/live-lambda'), { recursive: true });
    await symlink('identity.json', project.at('identity/live-lambda/identity.json'));
    const env = { XDG_CONFIG_HOME: project.at('identity'), LIVE_LAMBDA_CONFIG_DIR: project.at('identity/live-lambda') };
    const { words } = await failed('keys', ['keys', 'show'], env);
    expect(words).toContain('cannot be read (ELOOP). Make it readable to you alone.');
  });

  it('where the CDK CLI does not start', async () => {
    const { words } = await failed('cdk', ['deploy'], { PATH: project.at('cdk') });
    expect(words).toContain('The CDK CLI could not be started:');
  });
});

describe('an app', () => {
  it('has one name and one session in all of its manifests', () => {
    const located = (file: string, session: string) => ({
      file,
      root: '/shop',
      manifest: {
        ...({ version: 1, app: 'shop', session, root: '..', cdkLib: '2.276.0', stage: '' } as const),
        functions: [liveFunction('Orders')],
      },
    });
    expect(() => liveApp([located('one.json', 'ada'), located('two.json', 'bob')])).toThrow(
      'one.json is of app "shop", session "ada", and two.json of app "shop", session "bob".',
    );
  });

  it('that is deployed again, and whose news cannot be told, is named as a fault', async () => {
    const app = await fixtureApp([{ id: 'Orders', source: 'export const handler = async () => 1;' }]);
    const news: string[] = [];
    const cloud = await startLocalCloud({
      assembly: app.assembly,
      port: undefined,
      cacheFolder: project.at('cache'),
      onDeployed(each) {
        if ('deployed' in each) throw new Error('the terminal is gone');
        news.push(each.failed.message);
      },
    });
    try {
      const template = await readFile(`${app.assembly}/Shop.template.json`, 'utf8');
      await app.write('cdk.out/Shop.template.json', template.replace('"TABLE":"orders"', '"TABLE":"others"'));
      await expect.poll(() => news).toEqual(['Deploying again failed: the terminal is gone.']);
    } finally {
      await cloud.close();
      await app.remove();
    }
  });
});
