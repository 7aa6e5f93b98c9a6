import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Lazy, PropertyInjectors, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from './fixtures/synthesis.ts';
import { type FunctionProps, type FunctionSource, locateSource, type SourceRequest } from './function-source.ts';

const runtime = lambda.Runtime.NODEJS_22_X;
/** Code that says nothing about its source. */
const opaqueCode = new lambda.AssetCode('unused');

function project(...files: readonly string[]): string {
  const directory = temporaryDirectory();
  for (const file of files) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), '');
  }
  return directory;
}

function locate(workingDirectory: string, props: FunctionProps, more: Partial<SourceRequest> = {}) {
  return locateSource({ props, id: 'Fn', workingDirectory, callSites: [], ...more });
}

function found(workingDirectory: string, props: FunctionProps, more?: Partial<SourceRequest>): FunctionSource {
  const located = locate(workingDirectory, props, more);
  if (located.state === 'missing') throw new Error(located.reason);
  return located.source;
}

describe('a function that CDK bundles', () => {
  const bundled = { code: opaqueCode, handler: 'index.handler', runtime };

  test('has the entry that the app gave, from the working directory', () => {
    const root = project('package-lock.json', 'infra/cdk.json', 'infra/src/orders.ts', 'infra/src/tsconfig.json');
    expect(found(join(root, 'infra'), { ...bundled, entry: 'src/orders.ts' })).toMatchObject({
      kind: 'nodejs',
      entry: join(root, 'infra/src/orders.ts'),
      entrySource: 'props',
      handler: 'handler',
      lockFile: join(root, 'package-lock.json'),
      projectRoot: root,
      taskRoot: root,
      tsconfig: join(root, 'infra/src/tsconfig.json'),
      warnings: [],
    });
  });

  test('has the project and tsconfig that the app gave', () => {
    const root = project('a/orders.ts', 'a/tsconfig.json', 'b/tsconfig.json', 'b/yarn.lock');
    const given = { entry: 'a/orders.ts', projectRoot: 'a', depsLockFilePath: 'b/yarn.lock' };
    const source = found(root, { ...bundled, ...given, bundling: { tsconfig: 'b/tsconfig.json' } });
    expect(source).toMatchObject({
      projectRoot: join(root, 'a'),
      lockFile: join(root, 'b/yarn.lock'),
      tsconfig: join(root, 'b/tsconfig.json'),
    });
  });

  test('has the entry that CDK found for itself', () => {
    const root = project('stack.ts', 'stack.Orders.ts', 'package-lock.json');
    const code = { options: { bundling: { props: { entry: join(root, 'stack.Orders.ts'), projectRoot: root } } } };
    const source = found('/', { ...bundled, code: code as unknown as lambda.Code });
    expect(source).toMatchObject({ entry: join(root, 'stack.Orders.ts'), entrySource: 'private', projectRoot: root });
  });

  test('has the entry that lies beside the file which makes it, where CDK keeps its own to itself', () => {
    const root = project('lib/stack.ts', 'lib/stack.Fn.mts');
    const callSites = [join(root, 'lib/construct.ts'), join(root, 'lib/stack.ts')];
    const code = { options: { bundling: { props: { entry: join(root, 'gone.ts') } } } } as unknown as lambda.Code;
    expect(found('/', { ...bundled, code }, { callSites }).entry).toBe(join(root, 'lib/stack.Fn.mts'));
    expect(locate('/', { ...bundled, code })).toMatchObject({
      state: 'missing',
      reason: expect.stringMatching(/Pass `entry`/),
    });
  });

  test('runs what its entry exports by a name with a dot, and warns of it', () => {
    const root = project('orders.ts');
    const source = found(root, { ...bundled, handler: 'wrapper/main.create', entry: 'orders.ts' });
    expect(source.handler).toBe('create');
    expect(source.warnings).toEqual([expect.stringMatching(/wrapper\/main\.create is not in the bundle/)]);
  });

  test('is recognised in the installed CDK by its private fields', () => {
    const root = project('orders.ts', 'package-lock.json');
    const stack = new Stack();
    const made: FunctionProps[] = [];
    const inject = (props: FunctionProps) => {
      made.push({ ...props });
      return { ...props, code: lambda.Code.fromInline('never deployed') };
    };
    PropertyInjectors.of(stack).add({ constructUniqueId: lambda.Function.PROPERTY_INJECTION_ID, inject });
    const depsLockFilePath = join(root, 'package-lock.json');
    new NodejsFunction(stack, 'Fn', { entry: join(root, 'orders.ts'), runtime, depsLockFilePath });

    const [{ code, handler } = { code: opaqueCode }] = made;
    expect(found('/', { code, runtime, ...(handler && { handler }) })).toMatchObject({
      entry: join(root, 'orders.ts'),
      entrySource: 'private',
      projectRoot: root,
      lockFile: depsLockFilePath,
    });
  });
});

describe('a function from an asset', () => {
  const fromAsset = (directory: string, handler: string, more: Partial<FunctionProps> = {}): FunctionProps => {
    return { code: new lambda.AssetCode(directory), handler, runtime, ...more };
  };

  test.each([
    ['index.handler', 'index.js', 'handler'],
    ['api/orders.create', 'api/orders.mjs', 'create'],
    ['orders.v1.create', 'orders.cjs', 'v1.create'],
    ['source.handler', 'source.ts', 'handler'],
    ['app.handler', 'app.rb', 'handler', lambda.Runtime.RUBY_3_4],
    ['lib/app.Orders::Api.create', 'lib/app.rb', 'Orders::Api.create', lambda.Runtime.RUBY_3_4],
    ['app.handler', 'app.py', 'handler', new lambda.Runtime('python3.19')],
  ])('%s is in %s', (handler, file, exportName, language = runtime) => {
    const root = project(`code/${file}`);
    expect(found(root, fromAsset('code', handler, { runtime: language }))).toMatchObject({
      kind: 'asset',
      entry: join(root, 'code', file),
      entrySource: 'handler',
      handler: exportName,
      taskRoot: join(root, 'code'),
      tsconfig: null,
    });
  });

  test('prefers .js, as Lambda does', () => {
    const root = project('index.mjs', 'index.js', 'index.ts');
    expect(found(root, fromAsset('.', 'index.handler')).entry).toBe(join(root, 'index.js'));
  });

  test('may be Python, in a package', () => {
    const root = project('api/orders.py');
    const props = fromAsset('.', 'api.orders.create', { runtime: lambda.Runtime.PYTHON_3_13 });
    expect(found(root, props)).toMatchObject({ entry: join(root, 'api/orders.py'), handler: 'create' });
  });

  test('may be a PythonFunction, whose entry is a directory', () => {
    const root = project('src/index.py', 'src/main.py');
    const python = { runtime: lambda.Runtime.PYTHON_3_13, entry: 'src' };
    const source = found(root, fromAsset('staged', 'index.handler', python));
    expect(source).toMatchObject({ kind: 'python', entry: join(root, 'src/index.py'), taskRoot: join(root, 'src') });
    const other = found(root, fromAsset('staged', 'main.run', { ...python, index: 'main.py' }));
    expect(other).toMatchObject({ entry: join(root, 'src/main.py'), handler: 'run' });
  });

  test.each<[string, Partial<FunctionProps>, RegExp]>([
    ['is a zip', { code: new lambda.AssetCode('code.zip') }, /code\.zip is not a directory/],
    ['has no such file', { handler: 'gone.handler' }, /no file gone\(.*is in .*\./],
    ['has a handler without an export', { handler: 'index' }, /"index" is not of the form file\.export/],
    ['has a handler that deploying decides', { handler: Lazy.string({ produce: () => 'x' }) }, /known only at deploy/],
    [
      'is a program that is not there',
      { runtime: lambda.Runtime.PROVIDED_AL2023, code: new lambda.AssetCode('gone') },
      /gone does not exist/,
    ],
  ])('is missing where it %s', (_, props, reason) => {
    const root = project('code/index.js', 'code.zip');
    const located = locate(root, { ...fromAsset('code', 'index.handler'), ...props });
    expect(located).toMatchObject({ state: 'missing', kind: 'asset', reason: expect.stringMatching(reason) });
  });
});

describe('a program that is compiled', () => {
  const program = (directory: string, more: Partial<FunctionProps> = {}): FunctionProps => {
    const code = new lambda.AssetCode(directory);
    return { code, handler: 'bootstrap', runtime: lambda.Runtime.PROVIDED_AL2023, ...more };
  };

  test.each([
    ['Go', 'main.go', lambda.Runtime.PROVIDED_AL2023, 'bootstrap'],
    ['Rust', 'Cargo.toml', lambda.Runtime.PROVIDED_AL2023, 'bootstrap'],
    ['Java', 'pom.xml', lambda.Runtime.JAVA_21, 'com.acme.Orders::create'],
    ['Kotlin', 'build.gradle.kts', lambda.Runtime.JAVA_21, 'com.acme.Orders'],
    ['C#', 'Orders.csproj', lambda.Runtime.DOTNET_8, 'Orders::Orders.Function::Create'],
  ])('has in %s the folder of its sources, known by %s', (_, file, language, handler) => {
    const root = project(`code/${file}`);
    expect(found(root, program('code', { runtime: language, handler }))).toEqual({
      kind: 'asset',
      entry: join(root, 'code'),
      entrySource: 'asset',
      handler,
      projectRoot: null,
      taskRoot: join(root, 'code'),
      lockFile: null,
      tsconfig: null,
      bundling: null,
      warnings: [],
    });
  });

  test('has the folder that a construct for its language is given, file or folder', () => {
    const root = project('go.mod', 'cmd/orders/main.go');
    const expected = { entry: join(root, 'cmd/orders'), entrySource: 'props', projectRoot: root, taskRoot: root };
    expect(found(root, program('.', { entry: 'cmd/orders' }))).toMatchObject(expected);
    expect(found(root, program('.', { entry: 'cmd/orders/main.go' }))).toMatchObject(expected);
  });

  test('that was built before is run as it is, and warned of', () => {
    const root = project('dist/bootstrap', 'target/orders.jar');
    const warnings = [expect.stringMatching(/Name the folder of the sources as the function's entry/)];
    expect(found(root, program('dist'))).toMatchObject({ entry: join(root, 'dist'), entrySource: 'asset', warnings });
    const jar = program('target/orders.jar', { runtime: lambda.Runtime.JAVA_21 });
    expect(found(root, jar)).toMatchObject({
      entry: join(root, 'target/orders.jar'),
      taskRoot: join(root, 'target'),
      warnings,
    });
  });

  test('that CDK builds has its sources where the app says, whatever they look like', () => {
    const root = project('code/source.zig');
    const code = new lambda.AssetCode('code', { bundling: { image: lambda.Runtime.PROVIDED_AL2023.bundlingImage } });
    expect(found(root, program('', { code })).warnings).toEqual([]);
  });
});
