import { Aspects, Duration, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as signer from 'aws-cdk-lib/aws-signer';
import type { IConstruct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { assetFunction, createApp, functionIn, manifestOf, stubSettingsIn } from './fixtures/synthesis.ts';

function build(
  props: Partial<lambda.FunctionProps>,
  context: Readonly<Record<string, unknown>> = { 'live-lambda': 'true' },
) {
  const app = createApp({ context });
  const stack = new Stack(app, 'Orders');
  assetFunction(stack, 'Quote', props);
  return { app, stack };
}

describe('a function in which the stub could not run stays as it is, and a warning names what is in the way', () => {
  test.each<[string, Partial<lambda.FunctionProps>, RegExp]>([
    [
      'the Lambda Web Adapter',
      { environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/bootstrap' } },
      /behind the Lambda Web Adapter/,
    ],
    [
      'variables that leave no room',
      { environment: { BIG: 'x'.repeat(4096 - 768 - 2) } },
      /its own variables have 3329 bytes, and with up to 768 of live-lambda's.*more than the 4096/,
    ],
    [
      'variables that leave no room because of what would move',
      { environment: { BIG: 'x'.repeat(3300), NODE_OPTIONS: '--no-warnings --title=x' } },
      /NODE_OPTIONS included/,
    ],
    [
      'a handler in a layer, which hides the real one',
      { handler: '/opt/wrapper.handler' },
      /\/opt\/wrapper\.handler lies in a layer/,
    ],
  ])('%s', (_, props, reason) => {
    const { app, stack } = build(props);
    const [fn] = manifestOf(app).functions;
    expect(fn).toMatchObject({ status: 'refused', reason: expect.stringMatching(reason) });
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('live-lambda:refused'));
    expect(warnings).toHaveLength(1);
    const off = build(props, {}).stack;
    expect(Template.fromStack(stack).toJSON()).toEqual(Template.fromStack(off).toJSON());
  });

  test('the Lambda Web Adapter, although its handler is no file of JavaScript', () => {
    const environment = { AWS_LAMBDA_EXEC_WRAPPER: '/opt/bootstrap' };
    const [fn] = manifestOf(build({ handler: 'run.sh', environment }).app).functions;
    expect(fn?.reason).toMatch(/behind the Lambda Web Adapter/);
    expect(fn?.reason).not.toMatch(/configure/);
  });

  test.each<[string, (resource: lambda.CfnFunction) => void, RegExp]>([
    [
      'code signing',
      (resource) =>
        resource.addPropertyOverride('CodeSigningConfigArn', 'arn:aws:lambda:eu-west-1:1:code-signing-config:c'),
      /must be signed/,
    ],
    [
      'a web adapter',
      (resource) => resource.addPropertyOverride('Environment.Variables.AWS_LAMBDA_EXEC_WRAPPER', '/opt/bootstrap'),
      /behind the Lambda Web Adapter/,
    ],
  ])(
    '%s that an aspect of the app adds to the resource, after the function itself was looked at',
    (_, change, reason) => {
      const synthesize = (context: Readonly<Record<string, unknown>>) => {
        const { app, stack } = build({}, context);
        const visit = (construct: IConstruct) => {
          if (construct instanceof lambda.CfnFunction) change(construct);
        };
        Aspects.of(app).add({ visit });
        return { app, stack };
      };
      const { app, stack } = synthesize({ 'live-lambda': 'true' });
      const template = Template.fromStack(stack);
      expect(manifestOf(app).functions).toMatchObject([{ status: 'refused', reason: expect.stringMatching(reason) }]);
      const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('live-lambda:refused'));
      expect(warnings).toHaveLength(1);
      const off = Template.fromStack(synthesize({}).stack);
      expect(functionIn(template, 'Quote')).toEqual(functionIn(off, 'Quote'));
    },
  );

  test('code signing', () => {
    const sign = (stack: Stack) =>
      new lambda.CodeSigningConfig(stack, 'Signing', {
        signingProfiles: [
          new signer.SigningProfile(stack, 'Profile', { platform: signer.Platform.AWS_LAMBDA_SHA384_ECDSA }) as never,
        ],
      });
    const app = createApp();
    const stack = new Stack(app, 'Orders');
    assetFunction(stack, 'Quote', { codeSigningConfig: sign(stack) });
    expect(manifestOf(app).functions[0]?.reason).toMatch(/must be signed.*the stub is not/);
    Template.fromStack(stack).resourceCountIs('AWS::AppSync::Api', 0);
  });
});

describe('what would break the stub is kept from it', () => {
  test('as much room as there is for variables may be used, those known only at deploy not counted', () => {
    const environment = { BIG: 'x'.repeat(4096 - 768 - 3 - 4), LATE: Token.asString({ Ref: 'AWS::StackName' }) };
    expect(manifestOf(build({ environment }).app).functions[0]?.status).toBe('live');
  });

  test('modules that NODE_OPTIONS requires are loaded on the laptop alone', () => {
    const { stack } = build({ environment: { NODE_OPTIONS: '--require /opt/trace.js' } });
    const template = Template.fromStack(stack);
    expect(functionIn(template, 'Quote').Environment?.Variables).not.toHaveProperty('NODE_OPTIONS');
    expect(stubSettingsIn(template, 'Quote').environment).toEqual({ NODE_OPTIONS: '--require /opt/trace.js' });
  });

  test('a function that may run several invocations at once is live, and the manifest says that it runs one', () => {
    const { app, stack } = build({});
    const resource = stack.node.findChild('Quote').node.defaultChild as lambda.CfnFunction;
    resource.addPropertyOverride(
      'CapacityProviderConfig.LambdaManagedInstancesCapacityProviderConfig.CapacityProviderArn',
      'arn:aws:lambda:eu-west-1:1:capacity-provider:c',
    );
    expect(manifestOf(app).functions[0]).toMatchObject({
      status: 'live',
      warnings: [expect.stringMatching(/Managed Instances.*one at a time/)],
    });
  });

  test('an exec wrapper moves, and the manifest says that it does not run', () => {
    const { app } = build({ environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel-handler' } });
    expect(manifestOf(app).functions[0]).toMatchObject({
      status: 'live',
      warnings: [expect.stringMatching(/exec wrapper \/opt\/otel-handler does not run/)],
    });
  });

  test.each([
    ['Datadog', '/opt/nodejs/node_modules/datadog-lambda-js/handler.handler', 'DD_LAMBDA_HANDLER'],
    ['New Relic', 'newrelic-lambda-wrapper.handler', 'NEW_RELIC_LAMBDA_HANDLER'],
    ['Lumigo', '/opt/nodejs/node_modules/@lumigo/auto-trace/dist/handler.lumigo', 'LUMIGO_ORIGINAL_HANDLER'],
  ])('a handler that %s has put in place of the real one', (_, handler, variable) => {
    const { app } = build({ handler, environment: { [variable]: 'receipt.orders.print' } });
    expect(manifestOf(app).functions[0]).toMatchObject({
      status: 'live',
      entry: expect.stringMatching(/receipt\.cjs$/),
      handler: 'orders.print',
      moduleHandler: handler,
    });
  });

  test('a runtime version that is pinned stays where the runtime does', () => {
    const pinned = lambda.RuntimeManagementMode.manual('arn:aws:lambda:eu-west-1::runtime:abc');
    const { stack } = build({ runtimeManagementMode: pinned });
    expect(functionIn(Template.fromStack(stack), 'Quote')).toMatchObject({
      Runtime: 'nodejs22.x',
      RuntimeManagementConfig: { UpdateRuntimeOn: 'Manual' },
    });
  });

  test('the least memory that Lambda has is left as it is', () => {
    const { stack } = build({ memorySize: 128, timeout: Duration.seconds(3) });
    expect(functionIn(Template.fromStack(stack), 'Quote')).toMatchObject({ MemorySize: 128, Timeout: 3 });
  });

  test('five layers stay five', () => {
    const app = createApp();
    const stack = new Stack(app, 'Orders');
    const layers = [1, 2, 3, 4, 5].map((number) =>
      lambda.LayerVersion.fromLayerVersionArn(stack, `L${number}`, `arn:aws:lambda:eu-west-1:1:layer:l:${number}`),
    );
    assetFunction(stack, 'Quote', { layers });
    expect(functionIn(Template.fromStack(stack), 'Quote').Layers).toHaveLength(5);
    expect(manifestOf(app).functions[0]?.status).toBe('live');
  });
});
