import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { plainApp } from '../fixtures/deployed-app.ts';
import { type FixtureApp, fixtureApp } from '../fixtures/fixture-app.ts';
import { runCli } from '../fixtures/run-cli.ts';
import { scratchProject } from '../fixtures/scratch-project.ts';
import { type TunnelProgram, tunnelPrograms } from '../fixtures/tunnel-programs.ts';

let app: FixtureApp;
let home: string;
const programs = tunnelPrograms();

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'live-lambda-home-'));
  await mkdir(join(home, 'temporary'));
  app = await fixtureApp([
    {
      id: 'Orders',
      timeoutSeconds: 60,
      source: 'export const handler = async (event) => ({ pid: process.pid, table: process.env.TABLE, event });',
    },
  ]);
});

afterEach(() => programs.kill());

afterAll(async () => {
  await app?.remove();
  await rm(home, { recursive: true, force: true });
});

const cacheFolder = () => join(home, 'cache');
/** Nothing of AWS: what is needed of it is the emulator's. */
const variables = () => ({
  PATH: process.env.PATH ?? '',
  HOME: home,
  LIVE_LAMBDA_CACHE_DIR: cacheFolder(),
  TMPDIR: join(home, 'temporary'),
});
const local = (...args: readonly string[]): TunnelProgram =>
  programs.start(args, { command: 'local', cwd: app.folder, env: variables() });
const invoke = (...args: readonly string[]) =>
  runCli(['invoke', 'Orders', ...args], { cwd: app.folder, env: variables() });
const recordFiles = () => readdir(join(cacheFolder(), 'local')).catch(() => []);

describe('live-lambda local', () => {
  it('runs the app without AWS, says how to invoke, deploys what is synthesized anew, and leaves nothing', async () => {
    const running = local();
    await running.printed('These keys open this emulator alone');
    const endpoint =
      /The emulator is at (http:\/\/127\.0\.0\.1:\d+), region us-east-1: 1 function\./.exec(running.stdout())?.[1] ??
      '';
    expect(running.stdout()).toContain(`live-lambda invoke Shop/Orders --event '{}'`);
    expect(running.stdout()).toContain(`--endpoint-url ${endpoint} --function-name Orders`);

    const [file = ''] = await recordFiles();
    expect((await stat(join(cacheFolder(), 'local', file))).mode & 0o777).toBe(0o600);
    expect((await stat(join(cacheFolder(), 'local'))).mode & 0o777).toBe(0o700);

    const { stdout, stderr } = await invoke('--event', '{"id":1}');
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ table: 'orders', event: { id: 1 } });
    expect(stderr).toContain(`Calling the emulator of live-lambda local, ${endpoint}.`);
    expect(JSON.parse((await invoke('--endpoint', endpoint)).stdout)).toMatchObject({ table: 'orders' });

    const template = await readFile(join(app.assembly, 'Shop.template.json'), 'utf8');
    await app.write('cdk.out/Shop.template.json', template.replace('"TABLE":"orders"', '"TABLE":"orders-2"'));
    await running.printed('The app was synthesized again, and is deployed: 1 function.');
    expect(JSON.parse((await invoke()).stdout)).toMatchObject({ table: 'orders-2' });

    running.child.kill('SIGINT');
    const { code, stderr: farewell } = await running.ended;
    expect(farewell).toContain('Stopping the tunnel and the emulator.');
    expect(code).toBe(0);
    expect(await recordFiles()).toEqual([]);
    expect(await readdir(join(home, 'temporary'))).toEqual([]);
    await expect(fetch(endpoint)).rejects.toThrow();
    expect(() => process.kill(answer.pid, 0)).toThrow('ESRCH');
  });

  it('gives its session to another tunnel that asks for it, and its emulator goes on', async () => {
    const running = local();
    await running.printed('These keys open this emulator alone');
    const [, id = '', secret = ''] = /AWS_ACCESS_KEY_ID=(\S+) AWS_SECRET_ACCESS_KEY=(\S+)/.exec(running.stdout()) ?? [];
    const [endpoint = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(running.stdout()) ?? [];
    const keys = { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_REGION: 'us-east-1' };
    const args = ['--endpoint', endpoint, '--no-fetch-node', '--take-over'];
    const other = programs.start(args, { cwd: app.folder, env: { ...variables(), ...keys } });
    await running.printed('The emulator goes on for that tunnel. Ctrl-C stops it.');
    expect(running.stdout()).toMatch(/This tunnel ends\.\n.*Stopped after 0 invocations/);
    expect(JSON.parse((await invoke('--event', '{"id":2}')).stdout)).toMatchObject({ event: { id: 2 } });
    await other.printed('✓ Shop/Orders');
    running.child.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'Stopping the emulator.\n' });
    expect(await recordFiles()).toEqual([]);
  });

  it('goes on with what is deployed when the next synth is broken, and says so', async () => {
    const running = local('--json');
    await running.printed('"type":"ready"');
    const template = await readFile(join(app.assembly, 'Shop.template.json'), 'utf8');
    await app.write('cdk.out/Shop.template.json', '{ "Resources": {');
    await running.printed(/"type":"deploy-failed","message":"The app cannot be deployed/);
    const { code, words } = await runCli(['local'], { cwd: app.folder, env: variables() });
    expect([code, words]).toEqual([1, expect.stringContaining('The app cannot be deployed into the emulator')]);
    expect(JSON.parse((await invoke()).stdout)).toMatchObject({ event: {} });
    await app.write('cdk.out/Shop.template.json', template);
    await running.printed(/"type":"deployed"[\s\S]*"type":"deployed"/);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
    expect(await readdir(join(home, 'temporary'))).toEqual([]);
  });

  it('says nothing with --quiet, where nothing fails', async () => {
    const running = local('--quiet');
    await expect.poll(async () => (await invoke()).code, { timeout: 20_000 }).toBe(0);
    running.child.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('says how an app gets into live mode', async () => {
    const plain = await plainApp([{ id: 'Echo', source: 'export const handler = async () => 1;' }]);
    const { code, words } = await runCli(['local'], { cwd: plain.folder });
    expect(words).toMatch(/synthesized without live mode.*npx cdk synth -c live-lambda=true.*--synth/);
    expect(code).toBe(1);
    expect((await runCli(['local', '--synth'], { cwd: plain.folder })).words).toContain('There is no CDK app here');
    await plain.remove();
  });

  it("synthesizes with --synth in live mode, by the project's own CDK CLI, and says what that said when it fails", async () => {
    await using project = await scratchProject({
      'package.json': {},
      'cdk.json': { app: 'node app.js' },
      'node_modules/aws-cdk/package.json': { bin: { cdk: 'cdk.js' } },
      // In place of a synth it hands out one that is there.
      'node_modules/aws-cdk/cdk.js': `
        const args = process.argv.slice(2);
        if (args.join(' ').startsWith('synth -c live-lambda=true -c live-lambda-ci=true --quiet --output ') && !process.env.BROKEN) {
          require('node:fs').cpSync(${JSON.stringify(app.assembly)}, args.at(-1), { recursive: true });
        } else {
          console.error('bin/app.ts(3,1): error TS1005');
          process.exit(1);
        }`,
    });
    const running = programs.start(['--synth'], { command: 'local', cwd: project.folder, env: variables() });
    await running.printed('Ready.');
    expect(running.stdout()).toMatch(/Running npx cdk synth -c live-lambda=true .*--output .*cdk\.out/);
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(0);
    const broken = await runCli(['local', '--synth'], { cwd: project.folder, env: { BROKEN: '1' } });
    expect(broken.words).toMatch(/The app does not synthesize: bin\/app\.ts\(3,1\): error TS1005/);
    expect(broken.code).toBe(1);
  });

  it('ends what it has started when it is stopped on the way, and leaves nothing', async () => {
    const running = local('--json');
    await running.printed('"type":"deployed"');
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    expect(await recordFiles()).toEqual([]);
  });

  it('says what is wrong in a line of JSON where a program reads it, by the config, too', async () => {
    await using project = await scratchProject({ 'live-lambda.config.json': { json: true, app: 'nowhere' } });
    const { code, stdout, stderr } = await runCli(['local'], { cwd: project.folder });
    expect(JSON.parse(stdout)).toMatchObject({ type: 'error', message: expect.stringContaining('nowhere') });
    expect([code, stderr]).toEqual([1, '']);
  });

  it('says which port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { code, words } = await runCli(['local', '--port', String(port)], { cwd: app.folder, env: { HOME: home } });
    server.close();
    expect(words).toContain(`Port ${port} is in use`);
    expect(code).toBe(1);
  });

  it('is what --local of invoke asks for', async () => {
    const { code, words } = await invoke('--local');
    expect(words).toMatch(/No emulator runs for .*cdk\.out.*live-lambda local/);
    expect(code).toBe(1);
  });
});
