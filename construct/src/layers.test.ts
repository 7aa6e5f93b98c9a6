import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lazy, NestedStack, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { describe, expect, test } from 'vitest';
import { assetFunction, createApp, temporaryDirectory } from './fixtures/synthesis.ts';
import { type LocatedLayer, locateLayers } from './layers.ts';

const ARN = 'arn:aws:lambda:eu-west-1:111111111111:layer:tools:7';

function layerSource(...files: readonly string[]): string {
  const directory = temporaryDirectory();
  for (const file of files) {
    mkdirSync(join(directory, file, '..'), { recursive: true });
    writeFileSync(join(directory, file), '');
  }
  return directory;
}

function newStack(id = 'Orders'): Stack {
  return new Stack(createApp({ context: {} }), id);
}

function layersOf(fn: lambda.Function): readonly LocatedLayer[] {
  return locateLayers(fn.node.defaultChild as lambda.CfnFunction);
}

function layer(stack: Stack, code: lambda.Code, id = 'Layer'): lambda.LayerVersion {
  return new lambda.LayerVersion(stack, id, { code });
}

describe('a layer that the app makes', () => {
  test('has its construct path and the folder that it is made of', () => {
    const stack = newStack();
    const folder = layerSource('nodejs/node_modules/a/index.js');
    const fn = assetFunction(stack, 'Quote', { layers: [layer(stack, lambda.Code.fromAsset(folder))] });
    expect(layersOf(fn)).toEqual([{ name: 'Orders/Layer', folder }]);
  });

  test('keeps its place among the others', () => {
    const stack = newStack();
    const [first, second] = [layerSource('python/a.py'), layerSource('bin/b')];
    const layers = [
      layer(stack, lambda.Code.fromAsset(second), 'Second'),
      lambda.LayerVersion.fromLayerVersionArn(stack, 'Imported', ARN) as lambda.LayerVersion,
      layer(stack, lambda.Code.fromAsset(first), 'First'),
    ];
    expect(layersOf(assetFunction(stack, 'Quote', { layers }))).toEqual([
      { name: 'Orders/Second', folder: second },
      { name: ARN, folder: null },
      { name: 'Orders/First', folder: first },
    ]);
  });

  test('may belong to another stack, or to the one around', () => {
    const app = createApp({ context: {} });
    const tools = new Stack(app, 'Tools');
    const outer = new Stack(app, 'Outer');
    const folder = layerSource('nodejs/a.js');
    const shared = layer(tools, lambda.Code.fromAsset(folder));
    const around = layer(outer, lambda.Code.fromAsset(folder), 'Around');
    const fn = assetFunction(new NestedStack(outer, 'Nested'), 'Quote', { layers: [shared, around] });
    expect(layersOf(fn)).toEqual([
      { name: 'Tools/Layer', folder },
      { name: 'Outer/Around', folder },
    ]);
  });

  test('may share its code with another one', () => {
    const stack = newStack();
    const folder = layerSource('nodejs/a.js');
    const code = lambda.Code.fromAsset(folder);
    const layers = [layer(stack, code, 'First'), layer(stack, code, 'Second')];
    expect(layersOf(assetFunction(stack, 'Quote', { layers }))).toEqual([
      { name: 'Orders/First', folder },
      { name: 'Orders/Second', folder },
    ]);
  });

  test('may be a bare resource, given to the function behind the back of its construct', () => {
    const stack = newStack();
    const folder = layerSource('lib/a.so');
    const { s3BucketName: s3Bucket, s3ObjectKey: s3Key } = new Asset(stack, 'Asset', { path: folder });
    const resource = new lambda.CfnLayerVersion(stack, 'Bare', { content: { s3Bucket, s3Key } });
    const fn = assetFunction(stack, 'Quote', { layers: [layer(stack, lambda.Code.fromAsset(folder))] });
    (fn.node.defaultChild as lambda.CfnFunction).addPropertyOverride('Layers', [resource.ref]);
    expect(layersOf(fn)).toEqual([{ name: 'Orders/Bare', folder }]);
  });

  test('of which a build makes something else has what CDK has built', () => {
    const stack = newStack();
    const code = lambda.Code.fromAsset(layerSource('package.json'), {
      bundling: {
        image: lambda.Runtime.NODEJS_22_X.bundlingImage,
        local: {
          tryBundle: (output) => {
            mkdirSync(join(output, 'nodejs'));
            writeFileSync(join(output, 'nodejs/built.js'), '');
            return true;
          },
        },
      },
    });
    const [located] = layersOf(assetFunction(stack, 'Quote', { layers: [layer(stack, code)] }));
    expect(located?.folder).toMatch(/cdk\.out\/(bundling-temp-|asset\.)[0-9a-f]+$/);
  });

  test.each([
    [
      'a zip',
      (stack: Stack) => {
        const file = join(layerSource('layer.zip'), 'layer.zip');
        return layer(stack, lambda.Code.fromAsset(file));
      },
    ],
    [
      'an object in S3',
      (stack: Stack) => {
        return layer(stack, lambda.Code.fromBucket(s3.Bucket.fromBucketName(stack, 'Bucket', 'layers'), 'layer.zip'));
      },
    ],
  ])('has no folder where it is made of %s', (_, make) => {
    const stack = newStack();
    expect(layersOf(assetFunction(stack, 'Quote', { layers: [make(stack)] }))).toEqual([
      { name: 'Orders/Layer', folder: null },
    ]);
  });
});

test('a layer that deploying decides has neither name nor folder', () => {
  const stack = newStack();
  const fn = assetFunction(stack, 'Quote');
  const arn = Lazy.any({ produce: () => ({ 'Fn::ImportValue': 'layer' }) });
  (fn.node.defaultChild as lambda.CfnFunction).addPropertyOverride('Layers', [arn, ARN]);
  expect(layersOf(fn)).toEqual([
    { name: null, folder: null },
    { name: ARN, folder: null },
  ]);
});
