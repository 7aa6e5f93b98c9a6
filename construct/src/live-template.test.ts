import { join } from 'node:path';
import { DockerImage, Duration, Fn, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import type { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import {
  assetFunction,
  bundledFunction,
  createApp,
  functionIn,
  functionsDirectory,
  stubSettingsIn,
  templateOf,
} from './fixtures/synthesis.ts';

const pythonDirectory = join(functionsDirectory, 'python');
const API = 'LiveLambdaApi003E9BE6';

describe('a live function', () => {
  test('runs the stub, and keeps everything else', () => {
    const make = (stack: Stack) =>
      bundledFunction(stack, 'Create', {
        timeout: Duration.seconds(9),
        memorySize: 333,
        environment: { TABLE: 'orders' },
        reservedConcurrentExecutions: 4,
        architecture: lambda.Architecture.ARM_64,
      });
    const live = functionIn(templateOf(make), 'Create');
    const off = functionIn(templateOf(make, { context: { 'aws:cdk:bundling-stacks': [] } }), 'Create');

    const { Code, Environment, ...kept } = live;
    const { Code: offCode, Environment: offEnvironment, ...offKept } = off;
    expect(kept).toEqual(offKept);
    expect(kept).toMatchObject({ Handler: 'index.handler', Runtime: 'nodejs22.x', Timeout: 9, MemorySize: 333 });
    expect(Code.S3Bucket).toEqual(offCode.S3Bucket);
    expect(Code.S3Key).not.toEqual(offCode.S3Key);
    expect(Environment?.Variables).toEqual({
      ...offEnvironment?.Variables,
      AWS_LAMBDA_EXEC_WRAPPER: '/var/task/live-lambda/start',
      LIVE_LAMBDA: expect.anything(),
    });
  });

  test('learns from its variable who it is and where its API is', () => {
    const template = templateOf((stack) => assetFunction(stack, 'Quote'), { app: 'my shop', session: 'ada' });
    expect(stubSettingsIn(template, 'Quote')).toEqual({
      version: 1,
      app: 'my shop',
      session: 'ada',
      function: 'Orders/Quote',
      httpHost: `<${API}.Dns.Http>`,
      realtimeHost: `<${API}.Dns.Realtime>`,
      trust: 'iam',
    });
  });

  test('is never bundled', () => {
    const commandHooks = {
      beforeBundling: () => ['exit 1'],
      afterBundling: () => ['exit 1'],
      beforeInstall: () => [],
    };
    expect(() => templateOf((stack) => bundledFunction(stack, 'Create', { bundling: { commandHooks } }))).not.toThrow();
  });

  test('in Python needs no Docker, and keeps an image that the app gives', () => {
    const images: unknown[] = [];
    class PythonFunction extends lambda.Function {
      static override readonly PROPERTY_INJECTION_ID = '@aws-cdk.aws-lambda-python-alpha.PythonFunction';

      constructor(scope: Construct, id: string, props: { runtime: lambda.Runtime; bundling?: { image: DockerImage } }) {
        super(scope, id, { code: lambda.Code.fromAsset(pythonDirectory), handler: 'app.handler', ...props });
        images.push(props.bundling?.image.image);
      }
    }
    const Injectable = propertyInjectable(PythonFunction);
    const props = { runtime: lambda.Runtime.PYTHON_3_13 };
    const bundling = { image: DockerImage.fromRegistry('own-image') };
    templateOf(
      (stack) => {
        new Injectable(stack, 'A', props);
        new Injectable(stack, 'B', { ...props, bundling });
        new Injectable(stack, 'Off', props);
      },
      { context: { 'live-lambda': 'A,B' } },
    );
    expect(images).toEqual([expect.stringContaining('build-python3.13'), 'own-image', undefined]);
  });

  test('has the same stub as every other, as one asset', () => {
    const template = templateOf((stack) => [bundledFunction(stack, 'Create'), assetFunction(stack, 'Quote')]);
    expect(functionIn(template, 'Create').Code).toEqual(functionIn(template, 'Quote').Code);
  });

  test('beats raw overrides that the app makes', () => {
    const template = templateOf((stack) => {
      const resource = assetFunction(stack, 'Quote').node.defaultChild as lambda.CfnFunction;
      resource.addPropertyOverride('Code.S3Key', 'mine.zip');
      resource.addPropertyOverride('Code.S3ObjectVersion', '7');
      resource.addPropertyOverride('Environment.Variables.AWS_LAMBDA_EXEC_WRAPPER', '/opt/mine');
      resource.addPropertyOverride('Environment.Variables.NODE_OPTIONS', '--enable-source-maps');
    });
    const { Code, Environment } = functionIn(template, 'Quote');
    expect(Code).toEqual({ S3Bucket: expect.anything(), S3Key: expect.not.stringContaining('mine') });
    expect(Environment?.Variables).toEqual({
      AWS_LAMBDA_EXEC_WRAPPER: '/var/task/live-lambda/start',
      LIVE_LAMBDA: expect.anything(),
    });
    expect(stubSettingsIn(template, 'Quote').environment).toEqual({
      AWS_LAMBDA_EXEC_WRAPPER: '/opt/mine',
      NODE_OPTIONS: '--enable-source-maps',
    });
  });

  test('takes variables that would act on the stub into its own, references included', () => {
    const template = templateOf((stack) => {
      const queue = new sqs.Queue(stack, 'Queue');
      const environment = {
        NODE_OPTIONS: `--title=${queue.queueName}`,
        AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel',
        KEPT: '1',
      };
      assetFunction(stack, 'Quote', { environment });
    });
    const { environment } = stubSettingsIn(template, 'Quote');
    expect(environment).toEqual({
      NODE_OPTIONS: expect.stringMatching(/^--title=<Queue\w+\.QueueName>$/),
      AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel',
    });
    expect(Object.keys(functionIn(template, 'Quote').Environment?.Variables ?? {})).toEqual([
      'KEPT',
      'AWS_LAMBDA_EXEC_WRAPPER',
      'LIVE_LAMBDA',
    ]);
  });

  test('of a language that cannot run the stub gets a runtime that can, without its layers', () => {
    const template = templateOf((stack) => {
      const code = lambda.Code.fromAsset(pythonDirectory);
      const layers = [lambda.LayerVersion.fromLayerVersionArn(stack, 'Layer', 'arn:aws:lambda:eu-west-1:1:layer:l:1')];
      assetFunction(stack, 'Python', { code, handler: 'app.handler', runtime: lambda.Runtime.PYTHON_3_13, layers });
      assetFunction(stack, 'Node', { layers });
    });
    expect(functionIn(template, 'Python')).toMatchObject({ Runtime: 'nodejs22.x', Handler: 'app.handler' });
    expect(functionIn(template, 'Python')).not.toHaveProperty('Layers');
    expect(functionIn(template, 'Node').Layers).toHaveLength(1);
  });

  test.each([
    ['Java', lambda.Runtime.JAVA_21, 'com.acme.Orders'],
    ['an OS-only runtime', lambda.Runtime.PROVIDED_AL2023, 'bootstrap'],
    ['.NET', lambda.Runtime.DOTNET_8, 'Orders::Orders.Function::Create'],
    ['Ruby', lambda.Runtime.RUBY_3_4, 'app.handler'],
  ])('in %s runs the stub on Node.js, without what belongs to its own runtime', (_, runtime, handler) => {
    const template = templateOf((stack) => {
      const code = lambda.Code.fromAsset(join(functionsDirectory, runtime === lambda.Runtime.RUBY_3_4 ? 'ruby' : 'go'));
      const resource = assetFunction(stack, 'Quote', { code, handler, runtime }).node.defaultChild;
      (resource as lambda.CfnFunction).addPropertyOverride('RuntimeManagementConfig', { UpdateRuntimeOn: 'Manual' });
      (resource as lambda.CfnFunction).addPropertyOverride('SnapStart', { ApplyOn: 'PublishedVersions' });
    });
    const { Runtime, Handler, Environment, ...others } = functionIn(template, 'Quote');
    expect({ Runtime, Handler }).toEqual({ Runtime: 'nodejs22.x', Handler: handler });
    expect(Environment?.Variables.AWS_LAMBDA_EXEC_WRAPPER).toBe('/var/task/live-lambda/start');
    expect(Object.keys(others).sort()).toEqual(['Code', 'Role', 'Timeout']);
  });

  test('in an old Node.js gets one that the stub is built for', () => {
    const template = templateOf((stack) =>
      assetFunction(stack, 'Old', { runtime: new lambda.Runtime('nodejs18.x', lambda.RuntimeFamily.NODEJS) }),
    );
    expect(functionIn(template, 'Old').Runtime).toBe('nodejs22.x');
  });

  test('whose variable may become too long is an error that names it', () => {
    const id = 'F'.repeat(600);
    expect(() => templateOf((stack) => assetFunction(stack, id))).toThrow(
      /LIVE_LAMBDA and AWS_LAMBDA_EXEC_WRAPPER of Orders\/FFF.*768/,
    );
  });
});

describe('the Events API of a live stack', () => {
  const template = () => templateOf((stack) => [assetFunction(stack, 'Quote'), bundledFunction(stack, 'Create')]);

  test('is one for all its functions, with IAM as the only way in', () => {
    const iam = [{ AuthType: 'AWS_IAM' }];
    template().resourceCountIs('AWS::AppSync::Api', 1);
    template().hasResourceProperties('AWS::AppSync::Api', {
      EventConfig: {
        AuthProviders: iam,
        ConnectionAuthModes: iam,
        DefaultPublishAuthModes: iam,
        DefaultSubscribeAuthModes: iam,
      },
    });
  });

  test('has one namespace for each direction, and neither lets anybody subscribe to a wildcard', () => {
    const namespaces = Object.values(template().findResources('AWS::AppSync::ChannelNamespace'));
    expect(namespaces.map(({ Properties }) => Properties.Name).sort()).toEqual(['to-stub', 'to-tunnel']);
    for (const { Properties } of namespaces) {
      expect(subscribe(Properties.CodeHandlers, '/to-tunnel/shop/*')).toBe('refused');
      expect(subscribe(Properties.CodeHandlers, '/to-tunnel/shop/default')).toBe('allowed');
    }
  });

  test('gives its endpoints as outputs with fixed names and without exports', () => {
    expect(template().findOutputs('*')).toEqual({
      LiveLambdaHttpHost: { Value: { 'Fn::GetAtt': [API, 'Dns.Http'] } },
      LiveLambdaRealtimeHost: { Value: { 'Fn::GetAtt': [API, 'Dns.Realtime'] } },
      LiveLambdaApiId: { Value: { 'Fn::GetAtt': [API, 'ApiId'] } },
      LiveLambdaDeveloperPolicy: { Value: { Ref: expect.stringMatching(/^LiveLambdaDeveloperPolicy/) } },
    });
  });

  test('has a name that AppSync accepts, however long that of the stack is', () => {
    const stack = new Stack(createApp(), 'S'.repeat(80));
    assetFunction(stack, 'Quote');
    const [api] = Object.values(Template.fromStack(stack).findResources('AWS::AppSync::Api'));
    expect(api?.Properties.Name).toMatch(/^live-lambda-S{38}$/);
  });

  test("is each stack's own, and a nested stack uses that of its outermost stack", () => {
    const app = createApp();
    const outer = new Stack(app, 'Outer');
    const nested = new NestedStack(new NestedStack(outer, 'Middle'), 'Inner');
    assetFunction(nested, 'Deep');
    const other = new Stack(app, 'Other');
    assetFunction(other, 'Quote');

    Template.fromStack(outer).resourceCountIs('AWS::AppSync::Api', 1);
    Template.fromStack(other).resourceCountIs('AWS::AppSync::Api', 1);
    const inner = Template.fromStack(nested);
    inner.resourceCountIs('AWS::AppSync::Api', 0);
    const { httpHost } = stubSettingsIn(inner, 'Deep');
    expect(Object.keys(inner.toJSON().Parameters)).toContain(String(httpHost).slice(1, -1));
  });

  test('is not there where no function is live', () => {
    const app = createApp({ context: { 'live-lambda': 'Live/**' } });
    assetFunction(new Stack(app, 'Live'), 'Quote');
    const other = new Stack(app, 'Other');
    assetFunction(other, 'Quote');
    Template.fromStack(other).resourceCountIs('AWS::AppSync::Api', 0);
    expect(functionIn(Template.fromStack(other), 'Quote')).not.toHaveProperty('Environment');
  });

  test('stands in the stacks of stages too', () => {
    const stage = new Stage(new Stage(createApp(), 'Test'), 'Europe');
    const stack = new Stack(stage, 'Orders');
    assetFunction(stack, 'Quote');
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::AppSync::Api', 1);
    expect(stubSettingsIn(template, 'Quote')).toMatchObject({ function: 'Test/Europe/Orders/Quote' });
  });

  test('refuses a stack that uses the name of its construct', () => {
    const build = (stack: Stack) => {
      new sqs.Queue(stack, 'LiveLambda');
      assetFunction(stack, 'Quote');
    };
    expect(() => templateOf(build)).toThrow(/stack Orders has a construct named LiveLambda/);
  });
});

describe('the role of a live function', () => {
  test('may connect, publish to tunnels and subscribe to what is for stubs, on that API alone', () => {
    const template = templateOf((stack) => assetFunction(stack, 'Quote'));
    const arn = (suffix: readonly string[]) =>
      Fn.join('', [
        'arn:',
        Fn.ref('AWS::Partition'),
        ':appsync:',
        Fn.ref('AWS::Region'),
        ':',
        Fn.ref('AWS::AccountId'),
        ':apis/',
        Fn.getAtt(API, 'ApiId').toString(),
        ...suffix,
      ]);
    const expected = [
      { Effect: 'Allow', Action: 'appsync:EventConnect', Resource: arn([]) },
      { Effect: 'Allow', Action: 'appsync:EventPublish', Resource: arn(['/channelNamespace/to-tunnel']) },
      { Effect: 'Allow', Action: 'appsync:EventSubscribe', Resource: arn(['/channelNamespace/to-stub']) },
    ];
    template.resourceCountIs('AWS::IAM::Policy', 1);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: Match.objectEquals({ Version: '2012-10-17', Statement: new Stack().resolve(expected) }),
    });
  });
});

/** Runs the namespace's code as AppSync would, its only import given by hand. */
function subscribe(code: string, path: string): 'allowed' | 'refused' {
  const body = code.replace(/^import .*$/m, '').replace('export ', '');
  const refused = new Error('unauthorized');
  const util = {
    unauthorized: () => {
      throw refused;
    },
  };
  const onSubscribe = new Function('util', `${body}; return onSubscribe;`)(util);
  try {
    onSubscribe({ info: { channel: { path } } });
    return 'allowed';
  } catch (error) {
    if (error === refused) return 'refused';
    throw error;
  }
}
