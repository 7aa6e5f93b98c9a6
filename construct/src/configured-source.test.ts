import { join } from 'node:path';
import { PropertyInjectors, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { assetFunction, createApp, functionIn, functionsDirectory, manifestOf } from './fixtures/synthesis.ts';
import { LiveLambda } from './live-lambda.ts';
import type { LiveFunctionOptions } from './live-lambda-options.ts';

const quote = join(functionsDirectory, 'asset/quote.mjs');

function inlineFunction(stack: Stack, handler = 'index.handler'): lambda.Function {
  const code = lambda.Code.fromInline('exports.handler = async () => 1;');
  return new lambda.Function(stack, 'Fn', { code, handler, runtime: lambda.Runtime.NODEJS_22_X });
}

function described(build: (stack: Stack) => lambda.Function, options: LiveFunctionOptions) {
  const app = createApp();
  const stack = new Stack(app, 'Orders');
  LiveLambda.configure(build(stack), options);
  const [fn] = manifestOf(app).functions;
  return { fn, properties: functionIn(Template.fromStack(stack), 'Fn') };
}

describe('a function that is configured with its entry is live', () => {
  test('although its code is written inline', () => {
    const { fn, properties } = described(inlineFunction, { entry: quote });
    expect(fn).toMatchObject({ status: 'live', kind: 'inline', entrySource: 'user', handler: 'handler' });
    expect(fn?.entry).toMatch(/functions\/asset\/quote\.mjs$/);
    expect(properties.Code).toEqual({ S3Bucket: expect.anything(), S3Key: expect.anything() });
    expect(properties.Environment?.Variables).toHaveProperty('LIVE_LAMBDA');
  });

  test('although its code lies in S3', () => {
    const build = (stack: Stack) => {
      const code = lambda.Code.fromBucket(s3.Bucket.fromBucketName(stack, 'Bucket', 'code'), 'code.zip', 'v7');
      return assetFunction(stack, 'Fn', { code });
    };
    const { fn, properties } = described(build, { entry: quote, handler: 'other' });
    expect(fn).toMatchObject({ status: 'live', kind: 's3', handler: 'other' });
    expect(properties.Code).toEqual({
      S3Bucket: { 'Fn::Sub': expect.any(String) },
      S3Key: expect.not.stringMatching('code'),
    });
  });

  test('from another source than its own, of which nothing is said any more', () => {
    const { fn } = described((stack) => assetFunction(stack, 'Fn'), {
      entry: join(functionsDirectory, 'bundled/create-order.ts'),
    });
    expect(fn).toMatchObject({ entrySource: 'user', warnings: [], kind: 'asset' });
    expect(fn?.entry).toMatch(/create-order\.ts$/);
    expect(fn?.tsconfig).toMatch(/tsconfig\.json$/);
    expect(fn?.taskRoot).toMatch(/functions\/asset$/);
  });

  test('from a folder, whose handler stays as it is', () => {
    const { fn } = described((stack) => inlineFunction(stack, 'com.acme.Quote::run'), {
      entry: join(functionsDirectory, 'go'),
    });
    expect(fn).toMatchObject({ handler: 'com.acme.Quote::run', entry: expect.stringMatching(/functions\/go$/) });
  });

  test('although another property injector hides it, without what CDK has noted of its own code', () => {
    const app = createApp({ context: { 'live-lambda': 'true', 'aws:cdk:enable-asset-metadata': true } });
    const stack = new Stack(app, 'Orders');
    const constructUniqueId = lambda.Function.PROPERTY_INJECTION_ID;
    PropertyInjectors.of(stack).add({ constructUniqueId, inject: (props) => props });
    LiveLambda.configure(assetFunction(stack, 'Fn'), { entry: quote });
    const [resource] = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
    expect(manifestOf(app).functions[0]).toMatchObject({ status: 'live', entrySource: 'user' });
    expect(resource?.Properties.Environment.Variables).toHaveProperty('LIVE_LAMBDA');
    expect(Object.keys(resource?.Metadata ?? {}).filter((name) => name.startsWith('aws:asset:'))).toEqual([]);
  });

  test('with another handler alone', () => {
    const { fn } = described((stack) => assetFunction(stack, 'Fn'), { handler: 'price' });
    expect(fn).toMatchObject({ handler: 'price', entrySource: 'handler' });
  });
});

describe('configuring', () => {
  test.each<[string, LiveFunctionOptions, RegExp]>([
    [
      'an entry that does not exist',
      { entry: 'gone.ts' },
      /names \/.*gone\.ts as entry of Orders\/Fn, but there is no/,
    ],
    ['a tsconfig that does not exist', { entry: quote, tsconfig: 'gone.json' }, /gone\.json as tsconfig of Orders\/Fn/],
    ['no entry where one is needed', { handler: 'run' }, /names no entry for Orders\/Fn/],
  ])('is an error with %s', (_, options, message) => {
    const stack = new Stack(createApp(), 'Orders');
    expect(() => LiveLambda.configure(inlineFunction(stack), options)).toThrow(message);
  });

  test('changes nothing, and looks at no file, while the function is not selected', () => {
    for (const context of [{}, { 'live-lambda': 'Other' }]) {
      const stack = new Stack(createApp({ context }), 'Orders');
      expect(() => LiveLambda.configure(inlineFunction(stack), { entry: 'gone.ts' })).not.toThrow();
    }
  });

  test('does not make live what the guard protects', () => {
    const app = createApp();
    const fn = inlineFunction(new Stack(app, 'Prod'));
    LiveLambda.configure(fn, { entry: quote });
    expect(() => app.synth()).toThrow(/Prod\/Fn may not be live/);
  });
});
