import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnResource, CustomResource, type IPropertyInjector, PropertyInjectors, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as resources from 'aws-cdk-lib/custom-resources';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { assetFunction, bundledFunction, createApp, functionIn, functionsDirectory } from './fixtures/synthesis.ts';
import { LiveLambda } from './live-lambda.ts';
import { LiveLambdaTrust } from './live-lambda-options.ts';

const US_EAST = { env: { account: '111111111111', region: 'us-east-1' } };

function refusals(stack: Stack): readonly string[] {
  const found = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('live-lambda:refused'));
  return found.map(({ entry }) => String(entry.data));
}

function isLive(fn: lambda.Function): boolean {
  const template = Template.fromStack(Stack.of(fn));
  return JSON.stringify(functionIn(template, fn.node.id)).includes('LIVE_LAMBDA');
}

describe('a function that cannot be live stays as it is, and a warning says why', () => {
  const nodejs = { handler: 'index.handler', runtime: lambda.Runtime.NODEJS_22_X };
  test.each<[string, (stack: Stack) => lambda.Function, RegExp]>([
    [
      'a container image',
      (stack) =>
        new lambda.DockerImageFunction(stack, 'Fn', {
          code: lambda.DockerImageCode.fromEcr(
            // biome-ignore lint/suspicious/noExplicitAny: the image is never looked at
            { repositoryUriForTagOrDigest: () => 'uri', grantPull: () => undefined, repositoryArn: 'arn' } as any,
          ),
        }),
      /container image/,
    ],
    [
      'inline code',
      (stack) => new lambda.Function(stack, 'Fn', { code: lambda.Code.fromInline('exports.handler = 1'), ...nodejs }),
      /written inline/,
    ],
    [
      'code in S3',
      (stack) => {
        const bucket = s3.Bucket.fromBucketName(stack, 'Bucket', 'code');
        return new lambda.Function(stack, 'Fn', { code: lambda.Code.fromBucket(bucket, 'code.zip'), ...nodejs });
      },
      /lies in S3/,
    ],
    [
      'a handler without a file',
      (stack) => assetFunction(stack, 'Fn', { handler: 'gone.handler' }),
      /no file gone\(\.js\|.*"gone\.handler"/,
    ],
  ])('%s', (_, make, reason) => {
    const stack = new Stack(createApp(), 'Orders');
    const fn = make(stack);
    const [refusal, ...others] = refusals(stack);
    expect(others).toEqual([]);
    expect(refusal).toMatch(/^Orders\/Fn is not live/);
    expect(refusal).toMatch(reason);
    expect(isLive(fn)).toBe(false);
    Template.fromStack(stack).resourceCountIs('AWS::AppSync::Api', 0);
  });

  test('a function that CloudFront runs, although that shows only later', () => {
    const build = (app: App) => {
      const stack = new Stack(app, 'Orders', US_EAST);
      const fn = assetFunction(stack, 'Fn');
      const eventType = cloudfront.LambdaEdgeEventType.VIEWER_REQUEST;
      const edgeLambdas = [{ functionVersion: fn.currentVersion as never, eventType }];
      new cloudfront.Distribution(stack, 'Site', {
        defaultBehavior: { origin: new origins.HttpOrigin('example.com'), edgeLambdas },
      });
      return stack;
    };
    const live = build(createApp());
    expect(refusals(live)).toEqual([expect.stringMatching(/Lambda@Edge/)]);
    expect(Template.fromStack(live).toJSON()).toEqual(Template.fromStack(build(createApp({ context: {} }))).toJSON());
  });

  test("an EdgeFunction of CDK's, so early that its assembly does not even hold the stub", () => {
    const build = (app: App) => {
      const stack = new Stack(app, 'Orders', US_EAST);
      new cloudfront.experimental.EdgeFunction(stack, 'Fn', {
        code: lambda.Code.fromAsset(join(functionsDirectory, 'asset')),
        handler: 'quote.handler',
        runtime: lambda.Runtime.NODEJS_22_X,
      });
      return stack;
    };
    const assetsOf = (stack: Stack) => {
      const { directory } = (stack.node.root as App).synth();
      return JSON.parse(readFileSync(join(directory, 'Orders.assets.json'), 'utf8')).files;
    };
    const live = build(createApp());
    expect(refusals(live)).toEqual([expect.stringMatching(/Orders\/Fn\/Fn is not live.*Lambda@Edge/)]);
    expect(assetsOf(live)).toEqual(assetsOf(build(createApp({ context: {} }))));
  });

  test('a function that a nearer property injector hides', () => {
    const stack = new Stack(createApp(), 'Orders');
    const nearer: IPropertyInjector = {
      constructUniqueId: lambda.Function.PROPERTY_INJECTION_ID,
      inject: (props) => props,
    };
    PropertyInjectors.of(stack).add(nearer);
    const fn = assetFunction(stack, 'Fn');
    expect(refusals(stack)).toEqual([expect.stringMatching(/another property injector/)]);
    expect(isLive(fn)).toBe(false);
  });
});

describe("what is not the developer's own code", () => {
  test("is left alone without a word: CDK's own functions", () => {
    const build = (app: App) => {
      const stack = new Stack(app, 'Orders');
      new s3.Bucket(stack, 'Bucket', { autoDeleteObjects: true, removalPolicy: 'destroy' as never });
      const onEventHandler = lambda.Function.fromFunctionName(stack, 'Imported', 'imported');
      const provider = new resources.Provider(stack, 'Provider', { onEventHandler });
      new CustomResource(stack, 'Custom', { serviceToken: provider.serviceToken });
      new resources.AwsCustomResource(stack, 'Call', {
        onUpdate: { service: 'S3', action: 'listBuckets', physicalResourceId: resources.PhysicalResourceId.of('x') },
        policy: resources.AwsCustomResourcePolicy.fromSdkCalls({ resources: ['*'] }),
      });
      return stack;
    };
    const live = build(createApp());
    expect(refusals(live)).toEqual([]);
    expect(Template.fromStack(live).toJSON()).toEqual(Template.fromStack(build(createApp({ context: {} }))).toJSON());
  });

  test("is left alone also where another property injector hides it: CDK's own functions", () => {
    const stack = new Stack(createApp(), 'Orders');
    const constructUniqueId = lambda.Function.PROPERTY_INJECTION_ID;
    PropertyInjectors.of(stack).add({ constructUniqueId, inject: (props) => props });
    const onEventHandler = lambda.Function.fromFunctionName(stack, 'Imported', 'imported');
    new resources.Provider(stack, 'Provider', { onEventHandler });
    expect(refusals(stack)).toEqual([]);
  });

  test('is left alone where CDK marks a function as its own only after making it', () => {
    const build = (app: App) => {
      const stack = new Stack(app, 'Orders');
      assetFunction(stack, 'Fn').node.addMetadata('aws:cdk:is-custom-resource-handler-singleton', true);
      return Template.fromStack(stack).toJSON();
    };
    expect(build(createApp())).toEqual(build(createApp({ context: {} })));
  });

  test("is told apart from a developer's function in a construct of CDK's, live or refused", () => {
    const stack = new Stack(createApp(), 'Orders');
    const bucket = new s3.Bucket(stack, 'Bucket');
    assetFunction(bucket, 'Live');
    assetFunction(bucket, 'Broken', { handler: 'gone.handler' });
    expect(refusals(stack)).toEqual([expect.stringMatching(/Orders\/Bucket\/Broken is not live/)]);
    expect(Object.keys(functionIn(Template.fromStack(stack), 'BucketLive').Environment?.Variables ?? {})).toContain(
      'LIVE_LAMBDA',
    );
  });
});

describe('a property injector that the app had before', () => {
  test('still does its work', () => {
    const app = new App({ context: { 'live-lambda': 'true' } });
    const constructUniqueId = lambda.Function.PROPERTY_INJECTION_ID;
    PropertyInjectors.of(app).add({ constructUniqueId, inject: (props) => ({ ...props, memorySize: 777 }) });
    const stack = new Stack(createApp({ app: 'unused', on: app }), 'Orders');
    const fn = assetFunction(stack, 'Fn');
    expect(isLive(fn)).toBe(true);
    expect(functionIn(Template.fromStack(stack), 'Fn')).toMatchObject({ MemorySize: 777 });
  });
});

describe('a name that selects nothing is a synth error', () => {
  function synthesize(name: string, build: (stack: Stack) => void): () => unknown {
    const app = createApp({ context: { 'live-lambda': name } });
    build(new Stack(app, 'Orders'));
    return () => app.synth();
  }

  test.each([
    ['CreateOrdr', /no function is named "CreateOrdr"\. Did you mean Orders\/CreateOrder\?/],
    ['Zzz*', /no function is named "Zzz\*"\. The functions of this app: Orders\/CreateOrder\./],
    ['Orders', /"Orders" cannot be live: Orders is a Stack, no Lambda function\. .* write 'Orders\/\*\*'\.$/],
    ['Elsewhere', /"Elsewhere" cannot be live: Orders\/Elsewhere is only imported/],
    ['Orders/Provider/framework-onEvent', /Orders\/Provider\/framework-onEvent is a function of a library/],
  ])('%s', (name, message) => {
    const build = (stack: Stack) => {
      assetFunction(stack, 'CreateOrder');
      const onEventHandler = lambda.Function.fromFunctionName(stack, 'Elsewhere', 'elsewhere');
      new resources.Provider(stack, 'Provider', { onEventHandler });
    };
    expect(synthesize(name, build)).toThrow(message);
  });

  test('but no error where the name is that of a function which is refused', () => {
    expect(synthesize('Fn', (stack) => assetFunction(stack, 'Fn', { handler: 'gone.handler' }))).not.toThrow();
  });

  test('in an app without functions, which is said', () => {
    expect(synthesize('Fn', () => undefined)).toThrow(/This app has no functions of its own/);
  });
});

describe('the guard', () => {
  function synthesize(options: Parameters<typeof createApp>[0] = {}) {
    const app = createApp(options);
    const functions = ['Dev', 'Prod'].map((name) => assetFunction(new Stack(new Stage(app, name), 'Orders'), 'Quote'));
    const lives = () => functions.map(isLive);
    return { app, lives };
  }

  test('leaves what is protected as it is, and fails the synth with one error that says what to do', () => {
    const { app, lives } = synthesize();
    expect(lives()).toEqual([true, false]);
    const message =
      /Prod\/Orders\/Quote may not be live: the name Prod sounds like production.*Prod\/Orders\/Quote=false/;
    expect(() => app.synth()).toThrow(message);
  });

  test('says little where much of the app is protected: three reasons, five functions of each, and what to do', () => {
    const app = createApp();
    for (const stage of ['A', 'B', 'C', 'D', 'E'].map((name) => new Stage(app, `${name}-prod`))) {
      const stack = new Stack(stage, 'Orders');
      for (const id of [1, 2, 3, 4, 5, 6, 7]) assetFunction(stack, `Quote${id}`);
    }
    const synthesize = () => app.synth();
    expect(synthesize).toThrow(
      /A-prod\/Orders\/Quote5 and 2 more may not be live.*\n.*B-prod.*\n.*C-prod.*\n.*14 more of/,
    );
    expect(synthesize).not.toThrow(/D-prod|Quote6/);
  });

  test.each<[string, Parameters<typeof createApp>[0]]>([
    ['by name in the guard', { guard: { allowStages: ['Dev', 'Prod'] } }],
    ['by exclusion in code', { exclude: ['Prod/**'] }],
    ['by exclusion in the context', { context: { 'live-lambda': 'true', 'live-lambda:Prod/**': 'false' } }],
  ])('is satisfied %s', (_, options) => expect(() => synthesize(options).app.synth()).not.toThrow());

  test('knows the account of a stack, and that to which the CDK CLI would deploy one without', () => {
    const attached = (env: { account: string; region: string } | undefined) => {
      const app = createApp({ guard: { denyAccounts: ['222222222222'] } });
      assetFunction(new Stack(app, 'Orders', env && { env }), 'Quote');
      return () => app.synth();
    };
    expect(attached({ account: '111111111111', region: 'eu-west-1' })).not.toThrow();
    expect(attached({ account: '222222222222', region: 'eu-west-1' })).toThrow(/222222222222 is in denyAccounts/);
    expect(attached(undefined)).toThrow(/account is known only at deploy/);
  });
});

describe('a selection in code', () => {
  test('selects and excludes as the context does, the more specific winning wherever it stands', () => {
    const app = createApp({
      context: { 'live-lambda:Orders/Quote': 'true' },
      include: ['Print', 'C*'],
      exclude: ['Quote', 'Create'],
    });
    const stack = new Stack(app, 'Orders');
    const functions = ['Quote', 'Print', 'Create', 'Cancel', 'Other'].map((id) => assetFunction(stack, id));
    expect(functions.filter(isLive).map(({ node }) => node.id)).toEqual(['Quote', 'Print', 'Cancel']);
  });

  test('is off where the context switches everything off', () => {
    const app = createApp({ context: { 'live-lambda': 'false' }, include: ['Quote'] });
    expect(isLive(assetFunction(new Stack(app, 'Orders'), 'Quote'))).toBe(false);
  });
});

describe('attach', () => {
  const live = { context: { 'live-lambda': 'true', 'live-lambda-ci': 'true' } };

  test('says that it came too late', () => {
    const app = new App(live);
    assetFunction(new Stack(app, 'Orders'), 'Quote');
    expect(() => createApp({ on: app })).toThrow(/after Orders\/Quote was created/);
  });

  test('refuses continuous integration', () => {
    vi.stubEnv('CI', 'true');
    onTestFinished(() => void vi.unstubAllEnvs());
    const attach = () => LiveLambda.attach(new App({ context: { 'live-lambda': 'true' } }));
    expect(attach).toThrow(/continuous integration \(CI is set\)/);
  });

  test('says that a function is of another copy of aws-cdk-lib', () => {
    const app = createApp();
    const stack = new Stack(app, 'Orders');
    class CfnFunction extends CfnResource {}
    Object.defineProperty(CfnFunction, Symbol.for('jsii.rtti'), {
      value: { fqn: 'aws-cdk-lib.aws_lambda.CfnFunction' },
    });
    new CfnFunction(stack, 'Quote', { type: 'AWS::Lambda::Function' });
    expect(() => app.synth()).toThrow(/Orders\/Quote is of another copy of aws-cdk-lib/);
  });

  test('says that it was called twice', () => {
    const app = createApp();
    expect(() => createApp({ on: app })).toThrow(/called twice/);
  });

  test('says that it was not given the app', () => {
    const stack = new Stack(new App(live), 'Orders');
    expect(() => createApp({ on: stack as unknown as App })).toThrow(/needs the App/);
  });

  test.each([{ appName: '' }, { session: ' ' }])('refuses the empty name of %j', (options) => {
    const attach = () => LiveLambda.attach(new App(live), { trust: LiveLambdaTrust.IAM, ...options });
    expect(attach).toThrow(/must not be empty/);
  });

  test('does none of this, whatever is wrong, while the context selects nothing', () => {
    const app = new App();
    bundledFunction(new Stack(app, 'Orders'), 'Create', { code: lambda.Code.fromInline('x'), handler: 'index.x' });
    expect(() => [LiveLambda.attach(app), LiveLambda.attach(app)]).not.toThrow();
  });
});
