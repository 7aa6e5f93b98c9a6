import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { fakePackageManagers } from '../fixtures/package-managers.ts';
import { runCli } from '../fixtures/run-cli.ts';
import { contentsOf, scratchProject } from '../fixtures/scratch-project.ts';

const workspaceModules = join(import.meta.dirname, '..', '..', '..', 'node_modules');

const appSource = `import { App, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

const app = new App();
const stack = new Stack(app, 'Shop');
new lambda.Function(stack, 'Orders', {
  runtime: lambda.Runtime.NODEJS_22_X,
  handler: 'orders.handler',
  code: lambda.Code.fromAsset('src'),
});
`;

/** A repository with one CDK app in a workspace of npm. */
const monorepo = {
  '.git/HEAD': '',
  '.gitignore': 'node_modules',
  '.vscode/launch.json': '{\n  // Ours\n  "version": "0.2.0",\n  "configurations": [{ "name": "web" }]\n}\n',
  'package.json': { private: true, workspaces: ['packages/*'] },
  'package-lock.json': {},
  'packages/infra/package.json': { name: 'infra', type: 'module' },
  'packages/infra/cdk.json': { app: 'node --import tsx bin/shop.ts' },
  'packages/infra/bin/shop.ts': appSource,
  'packages/infra/src/orders.mjs': 'export const handler = async () => 1;',
};

const packages = Object.fromEntries(
  ['live-lambda', 'live-lambda-cdk'].map((name) => [`${name}/package.json`, { name, version: '0.1.0' }]),
);

describe('live-lambda init', () => {
  it('adds all that an app needs, from anywhere in its repository; twice changes nothing more', async () => {
    await using project = await scratchProject(monorepo);
    await using store = await scratchProject(packages);
    const managers = await fakePackageManagers(store.at('programs'), store.folder);
    const options = { cwd: project.folder, env: { PATH: managers.path } };
    const first = await runCli(['init', '--yes'], options);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(await managers.asked()).toEqual([
      {
        program: 'npm',
        args: expect.arrayContaining(['install', '--save-dev', 'live-lambda@0.1.0', 'live-lambda-cdk@0.1.0']),
        cwd: project.folder,
      },
    ]);
    const text = (path: string) => readFile(project.at(path), 'utf8');
    expect(await text('packages/infra/bin/shop.ts')).toBe(
      appSource
        .replace("'aws-cdk-lib';\n", "'aws-cdk-lib';\nimport { LiveLambda } from 'live-lambda-cdk';\n")
        .replace('new App();\n', 'new App();\nLiveLambda.attach(app);\n'),
    );
    expect(await text('packages/infra/live-lambda.config.ts')).toContain('export default defineConfig({');
    expect(await text('packages/infra/.gitignore')).toBe('cdk.out/\n');
    const launch = await text('.vscode/launch.json');
    expect(launch).toContain('// Ours');
    expect(launch).toContain('live-lambda: all functions (packages/infra)');
    expect(await text('.run/live-lambda.run.xml')).toContain('port="9229"');
    for (const shown of [
      '+LiveLambda.attach(app);',
      'new file packages/infra/live-lambda.config.ts',
      'To undo it: run `npm uninstall',
    ]) {
      expect(first.stdout).toContain(shown);
    }

    const before = await contentsOf(project);
    const second = await runCli(['init', '--yes'], { ...options, cwd: project.at('packages/infra/bin') });
    expect(second.stdout).toContain('All is there already: nothing to change.');
    expect(await contentsOf(project)).toEqual(before);
    expect(await managers.asked()).toHaveLength(1);
  });

  it('makes an app that synthesizes in live mode', async () => {
    await using project = await scratchProject(monorepo);
    await symlink(workspaceModules, project.at('node_modules'));
    const { code, stdout } = await runCli(['init', '--yes', '--no-install', '--no-editors'], { cwd: project.folder });
    expect(code).toBe(0);
    expect(stdout).toContain('Install the packages: npm install --save-dev');
    expect(await readFile(project.at('.vscode/launch.json'), 'utf8')).not.toContain('live-lambda');
    const cwd = project.at('packages/infra');
    await mkdir(project.at('home'));
    await promisify(execFile)(process.execPath, ['--import', 'tsx', 'bin/shop.ts'], {
      cwd,
      env: {
        PATH: process.env.PATH,
        HOME: project.at('home'),
        CDK_OUTDIR: join(cwd, 'cdk.out'),
        CDK_CONTEXT_JSON: '{"live-lambda":"true"}',
        CDK_VALIDATION: 'false',
      },
    });
    const manifest = JSON.parse(await readFile(join(cwd, 'cdk.out', 'live-lambda.json'), 'utf8'));
    expect(manifest.functions).toMatchObject([{ id: 'Shop/Orders', status: 'live' }]);
  });

  it('shows what it would do, and does nothing, with --dry-run and where nobody can be asked', async () => {
    await using project = await scratchProject(monorepo);
    const before = await contentsOf(project);
    const dry = await runCli(['init', '--dry-run'], { cwd: project.folder });
    expect(dry.code).toBe(0);
    expect(dry.stdout).toContain('+import { LiveLambda } from');
    expect(dry.stdout).toContain('install  npm install --save-dev');
    expect(dry.stdout).toContain('Nothing was changed.');
    const silent = await runCli(['init'], { cwd: project.folder });
    expect(silent.code).toBe(1);
    expect(silent.stderr).toContain('there is no terminal to ask at.\n  Run it with --yes');
    expect(await contentsOf(project)).toEqual(before);
  });

  it('tells an app in another language the line to add', async () => {
    await using project = await scratchProject({ 'cdk.json': { app: 'python3 app.py' }, 'app.py': '' });
    const { code, stdout } = await runCli(['init', '--yes'], { cwd: project.folder });
    expect(code).toBe(0);
    expect(stdout).toContain('it is written in Python');
    expect(stdout).toContain('from live_lambda_cdk import LiveLambda');
    expect(stdout).toContain('pip install live-lambda-cdk');
  });

  it('leaves a program to its author where it cannot tell the place, and does the rest', async () => {
    await using project = await scratchProject({
      'package.json': { devDependencies: { 'live-lambda': '0.1.0', 'live-lambda-cdk': '0.1.0' } },
      'cdk.json': { app: 'node app.mjs' },
      'app.mjs': "import { App } from 'aws-cdk-lib';\nbuild(new App());\n",
    });
    const { code, stdout } = await runCli(['init', '--yes', '--json'], { cwd: project.folder });
    expect(code).toBe(0);
    const { byHand, files, install } = JSON.parse(stdout);
    expect(byHand).toMatchObject([
      { where: project.at('app.mjs'), reason: expect.stringContaining('no statement like') },
    ]);
    expect(files).toContainEqual({ path: project.at('live-lambda.config.mjs'), change: 'made' });
    expect(install).toBeNull();
  });

  it('changes nothing where the packages cannot be installed, and says what the package manager said', async () => {
    await using project = await scratchProject(monorepo);
    await using store = await scratchProject({});
    const managers = await fakePackageManagers(store.at('programs'), store.folder);
    const before = await contentsOf(project);
    const { code, stderr } = await runCli(['init', '-y'], { cwd: project.folder, env: { PATH: managers.path } });
    expect(code).toBe(1);
    expect(stderr).toContain('live-lambda-cdk@0.1.0` in');
    expect(await contentsOf(project)).toEqual(before);
  });

  it('says which file it could not write', async () => {
    await using project = await scratchProject({
      'package.json': {},
      'cdk.json': { app: 'node app.mjs' },
      'app.mjs': "import { App } from 'aws-cdk-lib';\nconst app = new App();\n",
      // A file is where the folder of VS Code would be.
      '.vscode': '',
    });
    const { code, stderr } = await runCli(['init', '-y', '--no-install'], { cwd: project.folder });
    expect(code).toBe(1);
    expect(stderr).toContain(`${project.at('.vscode/launch.json')} cannot be written`);
    expect(stderr).toContain(`Written before it: ${project.at('app.mjs')}`);
  });
});
