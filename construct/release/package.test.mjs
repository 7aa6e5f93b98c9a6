import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bin } from '../../scripts/prepare.mjs';
import { floor } from './floor.mjs';

const construct = join(import.meta.dirname, '..');
const shell = process.platform === 'win32';

const folder = mkdtempSync(join(tmpdir(), 'live-lambda-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const app = {
  commonjs: `
    const { App, Stack } = require('aws-cdk-lib');
    const lambda = require('aws-cdk-lib/aws-lambda');
    const { LiveLambda, LiveLambdaTrust } = require('live-lambda-cdk');`,
  module: `
    import { App, Stack } from 'aws-cdk-lib';
    import * as lambda from 'aws-cdk-lib/aws-lambda';
    import { LiveLambda, LiveLambdaTrust } from 'live-lambda-cdk';`,
  rest: `
    const app = new App();
    LiveLambda.attach(app, { trust: LiveLambdaTrust.IAM });
    new lambda.Function(new Stack(app, 'Orders'), 'Create', {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'create.handler',
      code: lambda.Code.fromAsset('functions'),
    });
    app.synth();`,
};

let tarball;

beforeAll(() => {
  execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: construct, shell, stdio: 'pipe' });
  tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'shop', private: true }));
  const wanted = [`./${tarball}`, ...Object.entries(floor).map(([name, version]) => `${name}@${version}`)];
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...wanted], {
    cwd: folder,
    shell,
    stdio: 'pipe',
  });
  write('functions/create.js', 'exports.handler = async () => 42;');
  write('app.cjs', app.commonjs + app.rest);
  write('app.mjs', app.module + app.rest);
});

function write(file, content) {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Runs the app as the CDK CLI does. @returns the folder of the assembly */
function synthesize(program, context) {
  const assembly = mkdtempSync(join(folder, 'cdk.out-'));
  const { CI: _ci, ...env } = process.env;
  execFileSync(process.execPath, [program], {
    cwd: folder,
    stdio: 'pipe',
    env: { ...env, CDK_OUTDIR: assembly, CDK_CONTEXT_JSON: JSON.stringify(context) },
  });
  return assembly;
}

describe('what npm packs', () => {
  test('is what a user needs, and nothing else', () => {
    const packed = execFileSync('tar', ['-tzf', join(folder, tarball)], { encoding: 'utf8' });
    const compiled = readdirSync(join(construct, 'src'), { recursive: true })
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('fixtures/'))
      .flatMap((file) => ['.js', '.d.ts'].map((ending) => `dist/${file.replace(/\.ts$/, ending)}`));
    const carried = ['schema/manifest-v1.schema.json', ...stubs().map((name) => `assets/${name}`)];
    const documents = ['API.md', 'LICENSE', 'README.md'];
    const wanted = ['.jsii', '.jsii.gz', 'package.json', ...documents, ...carried, ...compiled];
    expect(packed.trim().split(/\r?\n/).sort()).toEqual(wanted.map((file) => `package/${file}`).sort());
  });

  test('needs no package but its peers', () => {
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(installed('package.json'), 'utf8'));
    expect(dependencies).toBeUndefined();
    expect(Object.keys(peerDependencies).sort()).toEqual(['aws-cdk-lib', 'constructs']);
  });
});

describe.each([
  ['CommonJS', 'app.cjs'],
  ['an ES module', 'app.mjs'],
])('installed beside the oldest aws-cdk-lib, in an app that is %s', (_kind, program) => {
  test('makes functions live', () => {
    const assembly = synthesize(program, { 'live-lambda': 'true' });
    const { functions } = JSON.parse(readFileSync(join(assembly, 'live-lambda.json'), 'utf8'));
    expect(functions).toMatchObject([{ path: 'Orders/Create', status: 'live', entry: 'functions/create.js' }]);
    const assets = readdirSync(assembly).filter((name) => name.startsWith('asset.'));
    expect(assets).toHaveLength(1);
    expect(readFileSync(join(assembly, assets[0]))).toEqual(readFileSync(installed('assets/stub.zip')));
  });

  test('does nothing without a selection', () => {
    const assembly = synthesize(program, {});
    expect(existsSync(join(assembly, 'live-lambda.json'))).toBe(false);
    expect(readFileSync(join(assembly, 'Orders.template.json'), 'utf8')).not.toMatch(/LiveLambda|AppSync/);
  });
});

test("its declarations are understood by users' compilers", () => {
  write(
    'options.ts',
    `import { App } from 'aws-cdk-lib';
    import { LiveLambda, type LiveLambdaOptions } from 'live-lambda-cdk';
    const options: LiveLambdaOptions = { include: ['Create'], guard: { denyRegions: ['us-east-1'] } };
    LiveLambda.attach(new App(), options);
    // @ts-expect-error -- would be no error if the types were lost on the way
    LiveLambda.attach(new App(), { include: 42 });`,
  );
  const types = ['--types', 'node', '--typeRoots', join(construct, '../node_modules/@types')];
  const strict = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', ...types];
  for (const module of ['node16', 'preserve']) {
    expect(() => compile([...strict, '--module', module, 'options.ts'])).not.toThrow();
  }
});

function compile(args) {
  try {
    execFileSync(bin('tsc'), args, { cwd: folder, shell, stdio: 'pipe' });
  } catch (error) {
    throw new Error(String(error.stdout));
  }
}

function installed(file) {
  return join(folder, 'node_modules/live-lambda-cdk', file);
}

/** The archives that the stub's own build makes. */
function stubs() {
  return readdirSync(join(construct, '../stub/dist')).filter((name) => name.endsWith('.zip'));
}
