import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

beforeAll(() => {
  execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: construct, shell, stdio: 'pipe' });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
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
  execFileSync(process.execPath, [program], {
    cwd: folder,
    stdio: 'pipe',
    env: { ...process.env, CDK_OUTDIR: assembly, CDK_CONTEXT_JSON: JSON.stringify(context) },
  });
  return assembly;
}

test('needs no package but its peers', () => {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(installed('package.json'), 'utf8'));
  expect(dependencies).toBeUndefined();
  expect(Object.keys(peerDependencies).sort()).toEqual(['aws-cdk-lib', 'constructs']);
});

describe.each([
  ['CommonJS', 'app.cjs'],
  ['an ES module', 'app.mjs'],
])('installed beside the oldest aws-cdk-lib, in an app that is %s', (_kind, program) => {
  test('makes functions live', () => {
    const assembly = synthesize(program, { 'live-lambda': 'true', 'live-lambda-ci': 'true' });
    const { functions } = JSON.parse(readFileSync(join(assembly, 'live-lambda.json'), 'utf8'));
    expect(functions).toMatchObject([{ path: 'Orders/Create', status: 'live', entry: 'functions/create.js' }]);
    const assets = readdirSync(assembly).filter((name) => name.startsWith('asset.'));
    expect(assets).toHaveLength(1);
    expect(digestOf(join(assembly, assets[0]))).toBe(digestOf(installed('assets/stub.zip')));
  });

  test('does nothing without a selection', () => {
    const assembly = synthesize(program, {});
    expect(existsSync(join(assembly, 'live-lambda.json'))).toBe(false);
    expect(readFileSync(join(assembly, 'Orders.template.json'), 'utf8')).not.toMatch(/LiveLambda|AppSync/);
  });
});

function installed(file) {
  return join(folder, 'node_modules/live-lambda-cdk', file);
}

function digestOf(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
