import { Emulator } from '@live-lambda/emulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FixtureApp, fixtureApp } from '../fixtures/fixture-app.ts';
import { runCli } from '../fixtures/run-cli.ts';
import { scratchProject } from '../fixtures/scratch-project.ts';
import { developerVariables } from '../fixtures/tunnel-programs.ts';
import { publishLocal } from '../local/local-record.ts';

const entry = (line: string) => `import { App } from 'aws-cdk-lib';\nconst app = new App();\n${line}\n`;

describe('live-lambda alone', () => {
  let app: FixtureApp;
  let emulator: Emulator;

  beforeAll(async () => {
    [app, emulator] = await Promise.all([fixtureApp([{ id: 'Orders', source: '' }]), Emulator.start()]);
    await app.write('cdk.json', JSON.stringify({ app: 'node app.mjs' }));
    await app.write('app.mjs', entry("import 'live-lambda-cdk';"));
  });
  afterAll(async () => {
    await emulator?.close();
    await app?.remove();
  });

  it('says in any folder that a CDK app is missing, and is no failure', async () => {
    await using project = await scratchProject({ 'package.json': {} });
    const { code, stdout, stderr } = await runCli([], { cwd: project.folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('There is no CDK app here');
    expect(stdout).toContain('All commands: npx live-lambda help');
  });

  it('goes from init to deploy', async () => {
    await using project = await scratchProject({
      'package.json': {},
      'infra/cdk.json': { app: 'node app.mjs' },
      'infra/app.mjs': entry(''),
    });
    const step = async () => JSON.parse((await runCli(['next', '--json'], { cwd: project.folder })).stdout);
    expect(await step()).toMatchObject({ state: 'not-attached', says: expect.stringContaining('infra') });
    await project.write('infra/app.mjs', entry("require('live-lambda-cdk').LiveLambda.attach(app);"));
    expect(await step()).toMatchObject({ state: 'not-live' });
    await project.write('infra/cdk.out/manifest.json', {});
    expect(await step()).toMatchObject({ state: 'not-live', says: expect.stringContaining('without live mode') });
  });

  it('goes from deploy to tunnel, as AWS says', async () => {
    const env = { ...developerVariables(emulator, app.folder), LIVE_LAMBDA_ENDPOINT: emulator.endpoint };
    const step = async (over = {}) =>
      JSON.parse((await runCli(['next', '--json'], { cwd: app.folder, env: { ...env, ...over } })).stdout);
    expect(await step()).toMatchObject({ state: 'not-deployed', says: expect.stringContaining('Shop') });
    expect(await step({ LIVE_LAMBDA_ENDPOINT: 'http://127.0.0.1:1' })).toMatchObject({ state: 'unknown' });
    await emulator.deploy(app.assembly);
    expect(await step()).toMatchObject({ state: 'ready', commands: [{ command: 'npx live-lambda tunnel' }] });
  });

  it('knows of the emulator that runs for the app, without asking AWS', async () => {
    await using project = await scratchProject({});
    publishLocal(project.folder, {
      version: 1,
      pid: process.pid,
      assembly: app.assembly,
      endpoint: emulator.endpoint,
      region: emulator.region,
      ...emulator.developerCredentials,
    });
    const env = { LIVE_LAMBDA_CACHE_DIR: project.folder, LIVE_LAMBDA_APP: app.assembly };
    const { stdout } = await runCli(['next', '--json'], { cwd: app.folder, env });
    expect(JSON.parse(stdout)).toMatchObject({ state: 'local', says: expect.stringContaining('emulator') });
  });

  it('names the place in a config that cannot be used', async () => {
    await using project = await scratchProject({
      'cdk.json': { app: 'node app.mjs' },
      'live-lambda.config.json': '{\n  "runer": 1\n}',
    });
    const { code, stderr } = await runCli([], { cwd: project.folder });
    expect(code).toBe(1);
    expect(stderr).toContain('live-lambda.config.json:2: there is no setting runer.');
  });
});
