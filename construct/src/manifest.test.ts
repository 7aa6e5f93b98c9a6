import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { type App, CfnParameter, Duration, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { describe, expect, test } from 'vitest';
import { discoveredFunction } from './fixtures/discovered.ts';
import { assetFunction, bundledFunction, createApp, functionsDirectory } from './fixtures/synthesis.ts';
import type { Manifest, ManifestFunction } from './generated/manifest.ts';

const schemaFile = join(__dirname, '../../protocol/manifest/v1.schema.json');

function validator(): ValidateFunction {
  return new Ajv({ allErrors: true, strict: true }).compile(JSON.parse(readFileSync(schemaFile, 'utf8')));
}

interface Written {
  readonly directory: string;
  readonly manifest: Manifest;
}

/** The manifest of the app's assembly, or of that of a stage, which must keep to the schema. */
function synthesize(app: App, assembly = '.'): Written {
  const directory = realpathSync(join(app.synth().directory, assembly));
  const manifest = JSON.parse(readFileSync(join(directory, 'live-lambda.json'), 'utf8'));
  const validate = validator();
  validate(manifest);
  expect(validate.errors).toBeNull();
  return { directory, manifest };
}

function described(app: App, assembly?: string): ManifestFunction {
  const [fn, ...others] = synthesize(app, assembly).manifest.functions;
  expect(others).toEqual([]);
  if (fn === undefined) throw new Error('the manifest has no function');
  return fn;
}

/** What the manifest says of the only function, which `build` makes. */
function describedIn(build: (stack: Stack) => void): ManifestFunction {
  const app = createApp();
  build(new Stack(app, 'Orders'));
  return described(app);
}

/** A path of the manifest as the tunnel finds it. */
function located({ directory, manifest }: Written, path: string | null | undefined): string {
  return resolve(directory, manifest.root, path ?? '');
}

describe('the manifest of an app', () => {
  test('names the app, the session and the library', () => {
    const app = createApp({ app: 'shop', session: 'ada' });
    assetFunction(new Stack(app, 'Orders'), 'Quote');
    const from = createRequire(join(process.env.LIVE_LAMBDA_CDK_FOLDER ?? __dirname, 'app.js'));
    const { version } = from('aws-cdk-lib/package.json');
    expect(synthesize(app).manifest).toMatchObject({
      version: 1,
      app: 'shop',
      session: 'ada',
      stage: '',
      cdkLib: version,
    });
  });

  test('is written although nothing is live, so that readers can tell', () => {
    const app = createApp();
    new Stack(app, 'Empty');
    expect(synthesize(app).manifest.functions).toEqual([]);
  });

  test('lists the functions by path, however often and in whatever order they are made', () => {
    const app = createApp();
    const stack = new Stack(app, 'Orders');
    for (const id of ['Quote', 'Archive', 'Print']) assetFunction(stack, id);
    app.synth();
    app.synth({ force: true });
    const paths = synthesize(app).manifest.functions.map(({ path }) => path);
    expect(paths).toEqual(['Orders/Archive', 'Orders/Print', 'Orders/Quote']);
  });

  test('leads from wherever the assembly is to the sources', () => {
    const app = createApp();
    assetFunction(new Stack(app, 'Orders'), 'Quote');
    const written = synthesize(app);
    const [fn] = written.manifest.functions;
    expect(fn?.entry).not.toMatch(/^\/|\\/);
    expect(located(written, fn?.entry)).toBe(join(functionsDirectory, 'asset/quote.mjs'));
    expect(located(written, '.')).toBe(process.cwd());
  });

  test('leaves out what was not selected', () => {
    const app = createApp({ context: { 'live-lambda': 'Quote' } });
    const stack = new Stack(app, 'Orders');
    assetFunction(stack, 'Quote');
    assetFunction(stack, 'Other');
    expect(described(app).path).toBe('Orders/Quote');
  });

  test("stands in the assembly of each stage, with the stage's own functions", () => {
    const app = createApp();
    const stage = new Stage(app, 'Test', { env: { account: '111111111111', region: 'eu-west-1' } });
    assetFunction(new Stack(stage, 'Orders'), 'Quote');
    assetFunction(new Stack(app, 'Tools'), 'Clean');
    expect(described(app).path).toBe('Tools/Clean');

    const written = synthesize(app, 'assembly-Test');
    expect(written.manifest.stage).toBe('Test');
    const fn = described(app, 'assembly-Test');
    expect(fn).toMatchObject({
      id: 'Test/Orders/Quote',
      path: 'Test/Orders/Quote',
      account: '111111111111',
      region: 'eu-west-1',
      stack: { name: 'Test-Orders', nested: [] },
    });
    const artifacts = JSON.parse(readFileSync(join(written.directory, 'manifest.json'), 'utf8')).artifacts;
    expect(artifacts[fn.stack.artifact].properties.stackName).toBe(fn.stack.name);
    expect(located(written, fn.entry)).toBe(join(functionsDirectory, 'asset/quote.mjs'));
  });
});

describe('a live function in the manifest', () => {
  test('from an asset', () => {
    const environment = { TABLE: 'orders', NODE_OPTIONS: '--no-warnings' };
    const fn = describedIn((stack) => assetFunction(stack, 'Print', { handler: 'receipt.orders.print', environment }));
    expect(fn).toMatchObject({
      status: 'live',
      reason: null,
      mode: 'replace',
      door: 'runtime',
      account: null,
      region: null,
      stack: { artifact: 'Orders', name: 'Orders', nested: [] },
      functionName: null,
      kind: 'asset',
      entry: expect.stringMatching(/fixtures\/functions\/asset\/receipt\.cjs$/),
      entrySource: 'handler',
      handler: 'orders.print',
      moduleHandler: 'receipt.orders.print',
      runtime: 'nodejs22.x',
      architecture: 'x86_64',
      timeoutMs: 7000,
      memoryMb: 128,
      layers: [],
      vpc: false,
      environmentNames: ['NODE_OPTIONS', 'TABLE'],
      unresolved: [],
      taskRoot: expect.stringMatching(/fixtures\/functions\/asset$/),
      tsconfig: null,
      bundling: null,
      warnings: [],
      api: {
        stack: 'Orders',
        stackArtifact: 'Orders',
        outputs: {
          httpHost: 'LiveLambdaHttpHost',
          realtimeHost: 'LiveLambdaRealtimeHost',
          apiId: 'LiveLambdaApiId',
        },
      },
    });
  });

  test('that CDK bundles, with the options that decide what its code does', () => {
    const app = createApp();
    bundledFunction(new Stack(app, 'Orders'), 'Create', {
      bundling: {
        format: OutputFormat.ESM,
        externalModules: ['sharp'],
        define: { VERSION: '"1"' },
        loader: { '.html': 'text' },
        esbuildArgs: { '--jsx': 'automatic', '--pure': true },
        inject: [join(functionsDirectory, 'asset/quote.mjs')],
        bundleAwsSDK: true,
        commandHooks: { beforeBundling: () => [], afterBundling: () => [], beforeInstall: () => [] },
      },
    });
    const written = synthesize(app);
    const [fn] = written.manifest.functions;
    expect(fn).toMatchObject({
      kind: 'nodejs',
      entrySource: 'props',
      handler: 'handler',
      moduleHandler: 'index.handler',
    });
    expect(fn?.bundling).toEqual({
      format: 'esm',
      externalModules: ['sharp'],
      define: { VERSION: '"1"' },
      loader: { '.html': 'text' },
      esbuildArgs: { '--jsx': 'automatic', '--pure': true },
      inject: [expect.stringMatching(/^[^/].*asset\/quote\.mjs$/)],
      bundleAwsSdk: true,
      hasCommandHooks: true,
    });
    expect(located(written, fn?.entry)).toBe(join(functionsDirectory, 'bundled/create-order.ts'));
    expect(located(written, fn?.lockFile)).toMatch(/package-lock\.json$/);
    expect(located(written, fn?.projectRoot)).toBe(dirname(located(written, fn?.lockFile)));
    expect(located(written, fn?.tsconfig)).toMatch(/construct\/tsconfig\.json$/);
  });

  test('whose entry CDK finds for itself', () => {
    const fn = describedIn(discoveredFunction);
    expect(fn).toMatchObject({ status: 'live', kind: 'nodejs', entrySource: 'private' });
    expect(fn.entry).toMatch(/fixtures\/discovered\.Handler\.ts$/);
  });

  test('that is written in Python', () => {
    const fn = describedIn((stack) => {
      const code = lambda.Code.fromAsset(join(functionsDirectory, 'python'));
      assetFunction(stack, 'Run', { code, handler: 'app.handler', runtime: lambda.Runtime.PYTHON_3_13 });
    });
    expect(fn).toMatchObject({ kind: 'asset', handler: 'handler', runtime: 'python3.13' });
    expect(fn.entry).toMatch(/python\/app\.py$/);
  });

  test('that is compiled, with the folder of the program and its handler as it is', () => {
    const fn = describedIn((stack) => {
      const code = lambda.Code.fromAsset(join(functionsDirectory, 'go'));
      assetFunction(stack, 'Total', { code, handler: 'bootstrap', runtime: lambda.Runtime.PROVIDED_AL2023 });
    });
    expect(fn).toMatchObject({
      status: 'live',
      kind: 'asset',
      entrySource: 'asset',
      handler: 'bootstrap',
      moduleHandler: 'bootstrap',
      runtime: 'provided.al2023',
      warnings: [],
    });
    expect(fn.entry).toMatch(/fixtures\/functions\/go$/);
    expect(fn.taskRoot).toBe(fn.entry);
  });

  test('in nested stacks, with the way that leads to it', () => {
    const app = createApp();
    const outer = new Stack(app, 'Outer');
    const middle = new NestedStack(outer, 'Middle');
    const inner = new NestedStack(middle, 'Inner');
    const fn = assetFunction(inner, 'Deep');
    const { stack, logicalId, api } = described(app);
    expect(stack).toEqual({
      artifact: 'Outer',
      name: 'Outer',
      nested: [
        outer.resolve(middle.nestedStackResource?.logicalId),
        middle.resolve(inner.nestedStackResource?.logicalId),
      ],
    });
    expect(logicalId).toBe(inner.resolve((fn.node.defaultChild as lambda.CfnFunction).logicalId));
    expect(api).toMatchObject({ stack: 'Outer', stackArtifact: 'Outer' });
  });

  test('as it is deployed, with what the app changes behind the back of its construct', () => {
    const fn = describedIn((stack) => {
      const subnetConfiguration = [{ name: 'a', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }];
      const vpc: ec2.IVpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 0, subnetConfiguration }) as never;
      const made = assetFunction(stack, 'Quote', {
        functionName: 'quote',
        vpc,
        layers: [lambda.LayerVersion.fromLayerVersionArn(stack, 'Layer', 'arn:aws:lambda:eu-west-1:1:layer:l:1')],
        architecture: lambda.Architecture.ARM_64,
      });
      (made.node.defaultChild as lambda.CfnFunction).addPropertyOverride('Timeout', 42);
    });
    expect(fn).toMatchObject({ functionName: 'quote', vpc: true, architecture: 'arm64', timeoutMs: 42_000 });
    expect(fn.layers).toEqual([{ name: 'arn:aws:lambda:eu-west-1:1:layer:l:1', folder: null }]);
  });

  test('with a layer that the app makes of a folder, and the way to it', () => {
    const app = createApp();
    const stack = new Stack(app, 'Orders');
    const code = lambda.Code.fromAsset(join(functionsDirectory, 'asset'));
    assetFunction(stack, 'Quote', { layers: [new lambda.LayerVersion(stack, 'Tools', { code })] });
    const written = synthesize(app);
    const [layer, ...others] = written.manifest.functions[0]?.layers ?? [];
    expect(others).toEqual([]);
    expect(layer).toMatchObject({ name: 'Orders/Tools', folder: expect.not.stringMatching(/^\//) });
    expect(located(written, layer?.folder)).toBe(join(functionsDirectory, 'asset'));
  });

  test('of which some is known only at deploy', () => {
    const fn = describedIn((stack) => {
      const number = new CfnParameter(stack, 'Number', { type: 'Number' }).valueAsNumber;
      assetFunction(stack, 'Quote', { memorySize: number, timeout: Duration.seconds(number) });
    });
    expect(fn).toMatchObject({
      status: 'live',
      memoryMb: null,
      timeoutMs: null,
      unresolved: ['timeoutMs', 'memoryMb'],
    });
  });

  test('whose role cannot be changed, with the warning', () => {
    const fn = describedIn((stack) => {
      const arn = 'arn:aws:iam::111111111111:role/fixed';
      assetFunction(stack, 'Quote', { role: iam.Role.fromRoleArn(stack, 'Role', arn, { mutable: false }) });
    });
    expect(fn.warnings).toEqual([expect.stringMatching(/appsync:EventPublish/)]);
  });
});

test('a refused function is in the manifest with the reason and without an API', () => {
  const fn = describedIn((stack) => assetFunction(stack, 'Quote', { handler: 'gone.handler' }));
  expect(fn).toMatchObject({ status: 'refused', path: 'Orders/Quote', kind: 'asset', entry: null, api: null });
  expect(fn.reason).toMatch(/no file gone\(.* is in construct\/src\/fixtures\/functions\/asset\./);
});

describe('the schema', () => {
  function valid(
    change: (manifest: { functions: Record<string, unknown>[] } & Record<string, unknown>) => void,
  ): boolean {
    const app = createApp();
    assetFunction(new Stack(app, 'Orders'), 'Quote');
    const copy = structuredClone(synthesize(app).manifest) as never;
    change(copy);
    return validator()(copy) as boolean;
  }

  test.each<[string, (fn: Record<string, unknown>, manifest: Record<string, unknown>) => void]>([
    ['another version', (_, manifest) => Object.assign(manifest, { version: 2 })],
    ['a field that it does not know', (fn) => Object.assign(fn, { secret: 'x' })],
    ['a live function without an entry', (fn) => Object.assign(fn, { entry: null })],
    ['a live function without an API', (fn) => Object.assign(fn, { api: null })],
    ['a refused function without a reason', (fn) => Object.assign(fn, { status: 'refused', api: null })],
    ['a timeout that is no number', (fn) => Object.assign(fn, { timeoutMs: '7' })],
    ['a layer without a folder or null', (fn) => Object.assign(fn, { layers: [{ name: 'Orders/Layer' }] })],
  ])('refuses %s', (_, change) => {
    expect(valid(() => undefined)).toBe(true);
    expect(valid((manifest) => change(manifest.functions[0] ?? {}, manifest))).toBe(false);
  });
});
