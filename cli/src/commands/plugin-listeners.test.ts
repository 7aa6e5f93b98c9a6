import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Emulator } from '@live-lambda/emulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { rawEcho } from '../fixtures/emulated-wire.ts';
import { type FixtureApp, fixtureApp } from '../fixtures/fixture-app.ts';
import { installedRegistry } from '../fixtures/installed-registry.ts';
import { runCli } from '../fixtures/run-cli.ts';
import { developerVariables, invokeFunction, tunnelPrograms } from '../fixtures/tunnel-programs.ts';

const samplePlugin = join(import.meta.dirname, '..', '..', 'sample-plugin');

let app: FixtureApp;
let emulator: Emulator;
let home: string;
const programs = tunnelPrograms();

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'live-lambda-home-'));
  app = await fixtureApp([
    { id: 'Orders', source: 'export const handler = async () => { console.log("serving"); return "sold"; };' },
    { id: 'Echo', source: `#!/usr/bin/env node\n${rawEcho}` },
  ]);
  emulator = await Emulator.start();
  await emulator.deploy(app.assembly);
});

afterEach(async () => {
  programs.kill();
  await rm(join(app.folder, 'package.json'), { force: true });
});

afterAll(async () => {
  await emulator?.close();
  await app?.remove();
  await rm(home, { recursive: true, force: true });
});

const variables = () =>
  developerVariables(emulator, home, {
    LIVE_LAMBDA_DATA_DIR: join(home, 'data'),
    LIVE_LAMBDA_CACHE_DIR: join(home, 'cache'),
  });

async function startTunnel() {
  const tunnel = programs.start(['--endpoint', emulator.endpoint], { cwd: app.folder, env: variables() });
  await tunnel.printed('Ready.');
  return tunnel;
}

/** Lists plugins in the project; each is a package whose hook for invocations is the given source. */
async function projectPlugins(hooks: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, source] of Object.entries(hooks)) {
    const file = join(app.folder, 'node_modules', name, 'hook.js');
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, source);
    const oclif = { hooks: { 'live-lambda:invocation': './hook.js' } };
    await writeFile(
      join(dirname(file), 'package.json'),
      JSON.stringify({ name, version: '1.0.0', type: 'module', oclif, files: ['hook.js'] }),
    );
  }
  const plugins = Object.keys(hooks);
  await writeFile(join(app.folder, 'package.json'), JSON.stringify({ type: 'module', 'live-lambda': { plugins } }));
}

const occurrences = (text: string, part: string) => text.split(part).length - 1;

describe('plugins that listen to invocations', () => {
  it('as the sample plugin, installed by a user: its runner runs, its listener hears, its command tells', async () => {
    const packing = await mkdtemp(join(home, 'pack-'));
    await cp(samplePlugin, packing, { recursive: true });
    const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--loglevel=silent'], { cwd: packing });
    const tarball = join(packing, JSON.parse(stdout)[0].filename);
    await using registry = await installedRegistry();
    const env = {
      LIVE_LAMBDA_DATA_DIR: join(home, 'data'),
      LIVE_LAMBDA_CACHE_DIR: join(home, 'cache'),
      HOME: home,
      npm_config_registry: registry.url,
      LIVE_LAMBDA_NPM_REGISTRY: registry.url,
    };
    const installed = await runCli(['plugins', 'install', `file:${tarball}`], { cwd: app.folder, env });
    expect(installed).toMatchObject({ code: 0 });

    const tunnel = await startTunnel();
    expect(tunnel.stdout()).toMatch(/Shop\/Echo .*run by shebang/);
    expect(await invokeFunction(emulator, 'Echo', { n: 1 })).toMatchObject({ payload: { n: 1 } });
    expect(await invokeFunction(emulator, 'Orders')).toMatchObject({ payload: 'sold' });
    await tunnel.printed(/✓ Shop\/Orders/);
    tunnel.child.kill('SIGINT');
    expect(await tunnel.ended).toMatchObject({ code: 0 });

    const told = await runCli(['slowest'], { cwd: app.folder, env });
    expect(told.stdout.trim().split('\n').sort()).toEqual([
      expect.stringMatching(/^ *\d+ ms {2}Shop\/(Echo|Orders) {2}succeeded$/),
      expect.stringMatching(/^ *\d+ ms {2}Shop\/(Echo|Orders) {2}succeeded$/),
    ]);
    expect(await runCli(['plugins', 'uninstall', 'live-lambda-plugin-sample'], { cwd: app.folder, env })).toMatchObject(
      {
        code: 0,
      },
    );
  });

  it('of a project hear in order what happens, and end with the tunnel', async () => {
    const heard = join(home, 'heard');
    await projectPlugins({
      'listening-plugin': `import { appendFileSync } from 'node:fs';
        export default async ({ event }) => {
          await new Promise((resolve) => setTimeout(resolve, event.type === 'started' ? 1000 : 1));
          appendFileSync(${JSON.stringify(heard)}, JSON.stringify(event) + '\\n');
        };`,
    });
    const tunnel = await startTunnel();
    await invokeFunction(emulator, 'Orders');
    await tunnel.printed(/✓ Shop\/Orders/);
    tunnel.child.kill('SIGINT');
    await tunnel.ended;
    const events = (await readFile(heard, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const of = { function: 'Shop/Orders', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) };
    expect(events).toEqual([
      expect.objectContaining({ type: 'started', ...of, receivedAt: expect.any(Number) }),
      expect.objectContaining({ type: 'output', ...of, stream: 'stdout', text: expect.stringContaining('serving') }),
      expect.objectContaining({ type: 'finished', ...of, end: 'succeeded', file: app.entryOf('Orders') }),
    ]);
  });

  it('are named once when they fail, hang or throw behind everybody’s back, and invocations are answered', async () => {
    await projectPlugins({
      'throwing-plugin': 'export default async () => { throw new Error("no such table"); };',
      'leaving-plugin': 'export default async function () { this.error("I give up", { exit: 3 }); }',
      'hanging-plugin': 'export default () => new Promise(() => undefined);',
      'rejecting-plugin': 'export default async () => { void Promise.reject(new Error("lost")); };',
      'unloadable-plugin': 'import "nowhere";',
    });
    const tunnel = await startTunnel();
    for (let count = 0; count < 3; count += 1)
      expect(await invokeFunction(emulator, 'Orders')).toMatchObject({ payload: 'sold' });
    await tunnel.printed('The plugin hanging-plugin did not finish');
    expect(await invokeFunction(emulator, 'Orders')).toMatchObject({ payload: 'sold' });
    tunnel.child.kill('SIGINT');
    const { code, stdout } = await tunnel.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('The plugin throwing-plugin failed at an invocation event: no such table');
    expect(stdout).toContain('The plugin leaving-plugin failed at an invocation event: I give up');
    expect(stdout).toContain('The plugin hanging-plugin did not finish with an invocation event within 2 s');
    expect(stdout).toMatch(/The plugin rejecting-plugin .*lost/);
    expect(stdout).toMatch(/The plugin unloadable-plugin failed at an invocation event: .*nowhere/);
    for (const name of ['throwing', 'leaving', 'hanging', 'rejecting', 'unloadable'])
      expect([name, occurrences(stdout, `The plugin ${name}-plugin`)]).toEqual([name, 1]);
  });
});
