import { CustomResource, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Trigger, TriggerFunction } from 'aws-cdk-lib/triggers';
import { describe, expect, test } from 'vitest';
import { assetFunction, createApp, functionsDirectory, manifestOf } from './fixtures/synthesis.ts';

type Build = (stack: Stack) => unknown;

const builds: readonly [string, Build][] = [
  [
    'a TriggerFunction',
    (stack) =>
      new TriggerFunction(stack, 'Fn', {
        code: lambda.Code.fromAsset(`${functionsDirectory}/asset`),
        handler: 'quote.handler',
        runtime: lambda.Runtime.NODEJS_22_X,
      }),
  ],
  ['what a Trigger calls', (stack) => new Trigger(stack, 'Trigger', { handler: assetFunction(stack, 'Fn') })],
  [
    "a Provider's handler",
    (stack) => {
      const provider = new Provider(stack, 'Provider', { onEventHandler: assetFunction(stack, 'Fn') });
      new CustomResource(stack, 'Custom', { serviceToken: provider.serviceToken });
    },
  ],
  [
    "a Provider's second handler",
    (stack) => {
      const onEventHandler = lambda.Function.fromFunctionName(stack, 'First', 'first');
      new Provider(stack, 'Provider', { onEventHandler, isCompleteHandler: assetFunction(stack, 'Fn') });
    },
  ],
  [
    'what a custom resource calls directly',
    (stack) => new CustomResource(stack, 'Custom', { serviceToken: assetFunction(stack, 'Fn').functionArn }),
  ],
];

function described(name: string, build: Build) {
  const app = createApp({ context: { 'live-lambda': name } });
  build(new Stack(app, 'Orders'));
  return manifestOf(app).functions;
}

describe.each(builds)('%s, which the deploy waits for', (_, build) => {
  test.each(['true', 'F*'])('is not live where %s selects it, and says why', (name) => {
    expect(described(name, build)).toMatchObject([
      { path: 'Orders/Fn', status: 'refused', reason: expect.stringMatching(/invokes it during the deploy/) },
    ]);
  });

  test.each(['Fn', 'Orders/Fn'])('is live where %s names it', (name) => {
    expect(described(name, build)).toMatchObject([{ path: 'Orders/Fn', status: 'live' }]);
  });
});

test('a function beside one that the deploy waits for is live', () => {
  const build: Build = (stack) => {
    new CustomResource(stack, 'Custom', { serviceToken: assetFunction(stack, 'Fn').functionArn });
    assetFunction(stack, 'Other');
  };
  expect(described('true', build)).toMatchObject([{ status: 'refused' }, { path: 'Orders/Other', status: 'live' }]);
});
