import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Emulator } from '@live-lambda/emulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FixtureApp, fixtureApp } from '../fixtures/fixture-app.ts';
import { runCli } from '../fixtures/run-cli.ts';
import { developerVariables, invokeFunction, tunnelPrograms } from '../fixtures/tunnel-programs.ts';

const answering = (answer: string) => `export const handler = async () => ({
  answer: '${answer}', pid: process.pid, table: process.env.TABLE, extra: process.env.EXTRA, options: process.env.NODE_OPTIONS,
});`;

const example = join(import.meta.dirname, '..', '..', '..', 'runners', 'example');

const config = {
  maxEnvironments: 2,
  functions: {
    'Shop/Orders': { env: { EXTRA: 'of the config', NODE_OPTIONS: '--no-warnings' } },
    'Shop/Greeting': { entry: 'texts/greeting.txt', runner: 'template' },
    'Shop/Moved': { entry: 'elsewhere/moved.mjs', handler: 'main' },
  },
};

let app: FixtureApp;
let emulator: Emulator;
let home: string;
const programs = tunnelPrograms();

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'live-lambda-home-'));
  app = await fixtureApp([
    { id: 'Orders', source: answering('orders') },
    { id: 'Greeting', source: answering('not by this') },
    { id: 'Moved', source: undefined },
    { id: 'Edited', source: answering('before') },
  ]);
  await app.write('package.json', '{}');
  await app.write('texts/greeting.txt', 'Hello {{name}}!');
  await cp(example, join(app.folder, 'tools', 'template'), { recursive: true });
  await app.write('elsewhere/moved.mjs', `export const main = async () => 'moved';`);
  await app.write('live-lambda.config.json', JSON.stringify(config));
  await runCli(['runners', 'add', './template'], { cwd: join(app.folder, 'tools') });
  emulator = await Emulator.start();
  await emulator.deploy(app.assembly);
});

afterEach(() => programs.kill());

afterAll(async () => {
  await emulator?.close();
  await app?.remove();
  await rm(home, { recursive: true, force: true });
});

const live = (...args: readonly string[]) =>
  programs.start(['--endpoint', emulator.endpoint, ...args], {
    cwd: join(app.folder, 'tools'),
    env: developerVariables(emulator, home),
  });

const answer = async (name: string) => (await invokeFunction(emulator, name)).payload;

describe('live-lambda tunnel in a project with a config', () => {
  it('finds it and the app upward, runs each function as it says, one by a runner that was added, and shows what it adds', async () => {
    const tunnel = live();
    await tunnel.printed('Ready.');
    expect(tunnel.stdout()).toContain(`config    ${join(app.folder, 'live-lambda.config.json')}`);
    expect(tunnel.stdout()).toMatch(/Shop\/Greeting .*run by template/);
    expect(tunnel.stdout()).toMatch(/Shop\/Orders .*run by esm on Node \d+\.\d+\.\d+/);
    expect(tunnel.stdout()).toContain('with variables of the config: EXTRA, NODE_OPTIONS');
    expect(await answer('Orders')).toMatchObject({ table: 'orders', extra: 'of the config', options: '--no-warnings' });
    expect((await invokeFunction(emulator, 'Greeting', { name: 'Ada' })).payload).toBe('Hello Ada!');
    expect(await answer('Moved')).toBe('moved');
    await tunnel.printed(/- Shop\/Orders {2}process of environment \w+ ended: more than 2 were running/);
  });

  it('runs what was saved, says so in a line, answers with what is broken and heals', async () => {
    const tunnel = live();
    await tunnel.printed('Ready.');
    expect((await answer('Edited')).answer).toBe('before');
    await app.write('src/Edited.mjs', answering('after'));
    await tunnel.printed(/↻ Shop\/Edited {2}.*Edited\.mjs changed; ready in \d+ ms/);
    expect((await answer('Edited')).answer).toBe('after');
    await app.write('src/Edited.mjs', 'export const handler = ;');
    await expect.poll(async () => (await answer('Edited')).errorType).toMatch(/UserCodeSyntaxError|BuildFailed/);
    await app.write('src/Edited.mjs', answering('mended'));
    await expect.poll(async () => (await answer('Edited')).answer).toBe('mended');
  });

  it('has an address for the debuggers of each function', async () => {
    const tunnel = live('--inspect=19229', '--json');
    await tunnel.printed(/"type":"inspector-listening"[^\n]*"Shop\/Orders"/);
    const lines = tunnel
      .stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const { port } = lines.find((line) => line.type === 'inspector-listening' && line.function === 'Shop/Orders');
    const [target] = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as readonly unknown[];
    expect(target).toMatchObject({ webSocketDebuggerUrl: expect.stringContaining(`127.0.0.1:${port}`) });
  });

  it.each([
    [
      'functions of the config that the app does not have',
      { functions: { 'Shop/Order': {} } },
      /no function "Shop\/Order".*Did you mean "Shop\/Orders"/,
    ],
    [
      'a runner of the config that there is not',
      { functions: { 'Shop/Orders': { runner: 'esmm' } } },
      /no runner "esmm".*function Shop\/Orders.*Did you mean "esm"/,
    ],
    [
      'an endpoint of the config that is none',
      { endpoint: 'localhost' },
      /"localhost" \(.*live-lambda\.config\.json\) is none/,
    ],
  ])('says what is wrong with %s', async (_what, wrong, message) => {
    await app.write('wrong/live-lambda.config.json', JSON.stringify({ app: '../cdk.out', ...wrong }));
    const args = 'endpoint' in wrong ? [] : ['--endpoint', emulator.endpoint];
    const env = developerVariables(emulator, home);
    const { code, stderr } = await programs.start(args, { cwd: join(app.folder, 'wrong'), env }).ended;
    expect(code).toBe(1);
    expect(stderr.replace(/[\s›]+/g, ' ')).toMatch(message);
  });

  it('says so in JSON where the config asks for JSON', async () => {
    await app.write('wrong/live-lambda.config.json', JSON.stringify({ app: 'nowhere', json: true }));
    const env = developerVariables(emulator, home);
    const { stdout } = await programs.start([], { cwd: join(app.folder, 'wrong'), env }).ended;
    expect(JSON.parse(stdout)).toMatchObject({ type: 'error', message: expect.stringContaining('nowhere') });
  });
});
