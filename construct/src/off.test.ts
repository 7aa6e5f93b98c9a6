import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LogLevel } from 'aws-cdk-lib/aws-lambda-nodejs';
import { expect, test } from 'vitest';
import { assetFunction, bundledFunction, functionsDirectory, temporaryDirectory } from './fixtures/synthesis.ts';
import { LiveLambda } from './live-lambda.ts';
import { LiveLambdaTrust } from './live-lambda-options.ts';

interface Variant {
  readonly attached: boolean;
  readonly context: Readonly<Record<string, unknown>>;
}

/** Every file of a cloud assembly, by its path. */
type Assembly = Readonly<Record<string, string>>;

function synthesize({ attached, context }: Variant, outdir = join(temporaryDirectory(), 'cdk.out')): Assembly {
  const app = new App({ outdir, analyticsReporting: true, treeMetadata: true, context: { ...context } });
  if (attached) LiveLambda.attach(app, { trust: LiveLambdaTrust.IAM });
  const stack = new Stack(app, 'Orders', { env: { account: '111111111111', region: 'eu-west-1' } });
  bundledFunction(stack, 'Create', { bundling: { minify: true, logLevel: LogLevel.SILENT } });
  assetFunction(new NestedStack(stack, 'Nested'), 'Quote').addAlias('live');
  assetFunction(new Stack(new Stage(app, 'Test'), 'Orders'), 'Print', {
    code: lambda.Code.fromAsset(join(functionsDirectory, 'python')),
    handler: 'app.handler',
    runtime: lambda.Runtime.PYTHON_3_13,
  });
  new lambda.Function(stack, 'Inline', {
    code: lambda.Code.fromInline('exports.handler = async () => 1;'),
    handler: 'index.handler',
    runtime: lambda.Runtime.NODEJS_22_X,
  });
  app.synth();
  return readAssembly(outdir);
}

function readAssembly(directory: string): Assembly {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((file) => {
      const path = join(file.parentPath, file.name);
      return [path.slice(directory.length + 1), readFileSync(path, 'latin1')];
    }),
  );
}

// Both are made by one line, so that even the places in source files which the metadata holds must be equal.
function synthesizeBoth(context: Variant['context']): readonly Assembly[] {
  return [false, true].map((attached) => synthesize({ attached, context }));
}

test('an app that is attached, but not switched on, synthesizes byte by byte as one that is not attached', () => {
  const [without = {}, attached] = synthesizeBoth({});
  expect(Object.keys(without)).toEqual(expect.arrayContaining(['Orders.template.json', 'tree.json', 'manifest.json']));
  expect(without['Orders.template.json']).toContain('AWS::CDK::Metadata');
  expect(attached).toEqual(without);
});

test('so does one that is switched off in so many words, whatever else the context selects', () => {
  const [without, attached] = synthesizeBoth({ 'live-lambda': 'false', 'live-lambda:Create': true });
  expect(attached).toEqual(without);
});

test('after a live synth into the same folder, an ordinary one leaves no trace in what is deployed', () => {
  const outdir = join(temporaryDirectory(), 'cdk.out');
  const [never = {}, live = {}, left = {}] = [
    { folder: join(temporaryDirectory(), 'cdk.out'), context: {} },
    { folder: outdir, context: { 'live-lambda': 'true', 'live-lambda-ci': 'true' } },
    { folder: outdir, context: {} },
  ].map(({ folder, context }) => synthesize({ attached: true, context }, folder));
  expect(live['Orders.template.json']).toContain('LIVE_LAMBDA');
  const deployed = Object.keys(never).filter((name) => !name.startsWith('asset.'));
  expect(deployed).toEqual(expect.arrayContaining(['Orders.template.json', 'Orders.assets.json', 'tree.json']));
  for (const name of deployed) expect(left[name], name).toBe(never[name]);
});
