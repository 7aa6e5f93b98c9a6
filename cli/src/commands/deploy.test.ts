import { spawn } from 'node:child_process';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { liveFunction } from '../fixtures/live-function.ts';
import { program, runCli } from '../fixtures/run-cli.ts';
import { type ScratchProject, scratchProject } from '../fixtures/scratch-project.ts';

const workspaceModules = join(import.meta.dirname, '..', '..', '..', 'node_modules');

const manifest = {
  version: 1,
  app: 'shop',
  session: 'ada',
  root: '..',
  cdkLib: '2.276.0',
  stage: '',
  functions: [liveFunction('Orders')],
};

/** Stands in for the CDK CLI: says what it is asked for, synthesizes if it may, and ends as the variable says. */
const cdk = `
const { mkdirSync, writeFileSync } = require('node:fs');
if (process.env.WAITS) process.on('SIGTERM', () => process.exit(9));
console.log('asked: ' + JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd() }));
console.error('progress');
if (process.env.SYNTHESIZES) {
  mkdirSync('cdk.out', { recursive: true });
  writeFileSync('cdk.out/manifest.json', '{}');
  writeFileSync('cdk.out/live-lambda.json', process.env.SYNTHESIZES);
}
if (process.env.WAITS) setInterval(() => {}, 1000);
else process.exitCode = Number(process.env.ENDS ?? 0);
`;

const files = {
  'package.json': { workspaces: ['infra'] },
  'infra/package.json': { devDependencies: { 'live-lambda-cdk': '0.1.0' } },
  'infra/cdk.json': { app: 'node app.mjs' },
  'infra/app.mjs': "import { LiveLambda } from 'live-lambda-cdk';",
  'node_modules/aws-cdk/package.json': { bin: { cdk: 'bin/cdk' } },
  'node_modules/aws-cdk/bin/cdk': cdk,
};

const deploy = (project: ScratchProject, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runCli(['deploy', ...args], { cwd: project.folder, env });

describe('live-lambda deploy', () => {
  it("runs the project's own cdk in the folder of the app, and shows the command and what is live then", async () => {
    await using project = await scratchProject(files);
    const args = ['Orders', 'Shop/*', '--session', 'ada', '--', '--all', '--json'];
    const { code, stdout, stderr } = await deploy(project, args, { SYNTHESIZES: JSON.stringify(manifest) });
    expect(code).toBe(0);
    const asked = ['deploy', '-c', 'live-lambda=Orders,Shop/*', '-c', 'live-lambda-session=ada', '--all', '--json'];
    expect(stdout).toBe(`asked: ${JSON.stringify({ args: asked, cwd: project.at('infra') })}\n`);
    expect(stderr).toContain(
      "$ npx cdk deploy -c 'live-lambda=Orders,Shop/*' -c live-lambda-session=ada --all --json   (in",
    );
    expect(stderr).toContain('progress\n');
    expect(stderr).toContain('Live in session "ada": Shop/Orders\n');
    expect(stderr).toContain('npx live-lambda tunnel');
  });

  it('takes the session of the config and of the variable', async () => {
    await using project = await scratchProject({ ...files, 'infra/live-lambda.config.json': { session: 'config' } });
    expect((await deploy(project, ['--dry-run'])).stderr).toContain('-c live-lambda-session=config ');
    const variable = await deploy(project, ['--dry-run'], { LIVE_LAMBDA_SESSION: 'variable' });
    expect(variable.stderr).toContain('-c live-lambda-session=variable ');
    expect(variable.stdout).toBe('');
  });

  it('ends as cdk ends, and says nothing of its own then', async () => {
    await using project = await scratchProject(files);
    const { code, stderr } = await deploy(project, [], { ENDS: '3' });
    expect(code).toBe(3);
    expect(stderr).toBe('$ npx cdk deploy -c live-lambda=true   (in infra)\nprogress\n');
  });

  it('leaves a signal to cdk', async () => {
    await using project = await scratchProject(files);
    const child = spawn(process.execPath, [program, 'deploy'], {
      cwd: project.at('infra'),
      env: { PATH: process.env.PATH, HOME: project.at('.home'), WAITS: '1' },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = new Promise((resolve) => child.on('close', (code) => resolve(code)));
    child.stdout.once('data', () => child.kill('SIGTERM'));
    expect(await ended).toBe(9);
  });

  it('refuses an app that does not use live-lambda, and tells of a deploy that made nothing live', async () => {
    await using project = await scratchProject({ ...files, 'infra/package.json': {}, 'infra/app.mjs': '' });
    const refused = await deploy(project, []);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('does not use live-lambda: this would be an ordinary deploy.\n  Add it first');
    await project.write('infra/app.mjs', "import 'live-lambda-cdk';");
    const { code, stderr } = await deploy(project, []);
    expect(code).toBe(1);
    expect(stderr).toContain('no function of it is live');
  });

  it('synthesizes first where the line may be missing, and deploys nothing if no function would be live', async () => {
    await using project = await scratchProject({ ...files, 'infra/app.mjs': '' });
    const deployHere = (env: Readonly<Record<string, string>>) =>
      runCli(['deploy', '--', '--all', '-c', 'stage=dev'], { cwd: project.at('infra'), env });
    const missing = await deployHere({});
    const synthesized = ['synth', '--quiet', '-c', 'live-lambda=true', '-c', 'stage=dev'];
    expect(missing.stdout).toBe(`asked: ${JSON.stringify({ args: synthesized, cwd: project.at('infra') })}\n`);
    expect(missing.stderr).toContain('$ npx cdk synth --quiet -c live-lambda=true -c stage=dev\n');
    expect(missing.stderr).toMatch(/Nothing was deployed: no function of the CDK app .*\n.*`npx live-lambda init`/);
    expect(missing.code).toBe(1);
    const failed = await deployHere({ ENDS: '3' });
    expect(failed.code).toBe(1);
    expect(failed.stderr).not.toContain('cdk deploy');
    const there = await deployHere({ SYNTHESIZES: JSON.stringify(manifest) });
    expect(there.stderr).toContain('Live in session "ada": Shop/Orders\n');
    expect(there.code).toBe(0);
  });

  it.each([
    [['--mode', 'both'], '--mode=both'],
    [['--timeout', '0'], '--timeout'],
    [['--sesion', 'ada'], 'Did you mean `--session`?'],
  ])('is not started with %j', async (args, text) => {
    await using project = await scratchProject(files);
    const { code, stdout, stderr } = await deploy(project, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(text);
  });

  it("makes functions live by AWS's own cdk, as far as it gets without an account", async () => {
    await using project = await scratchProject({
      'package.json': { type: 'module' },
      'cdk.json': { app: 'node app.mjs', notices: false, context: { 'cli-telemetry': false } },
      'src/orders.mjs': 'export const handler = async () => 1;',
      'app.mjs': `
        import { App, Stack } from 'aws-cdk-lib';
        import * as lambda from 'aws-cdk-lib/aws-lambda';
        import { LiveLambda } from 'live-lambda-cdk';
        const app = new App();
        LiveLambda.attach(app, { appName: 'shop' });
        for (const id of ['Orders', 'Prices']) {
          new lambda.Function(new Stack(app, id + 'Stack'), id, {
            runtime: lambda.Runtime.NODEJS_22_X, handler: 'orders.handler', code: lambda.Code.fromAsset('src'),
          });
        }`,
    });
    await symlink(workspaceModules, project.at('node_modules'));
    const env = { AWS_EC2_METADATA_DISABLED: 'true', CDK_VALIDATION: 'false', AWS_REGION: 'eu-west-1' };
    const { code, stderr } = await deploy(project, ['Orders', '--', '--all'], env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/account|credentials/i);
    const written = JSON.parse(await readFile(project.at('cdk.out/live-lambda.json'), 'utf8'));
    expect(written.functions).toMatchObject([{ id: 'OrdersStack/Orders', status: 'live' }]);
  });
});
