import { type App, NestedStack, Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { createExistingApi } from './existing-api.ts';
import { assetFunction, bundledFunction, createApp } from './fixtures/synthesis.ts';

function findings(app: App): readonly string[] {
  const stack = new Stack(app, 'Orders', { env: { account: '111111111111', region: 'eu-west-1' } });
  assetFunction(stack, 'Quote');
  bundledFunction(new NestedStack(stack, 'Nested'), 'Create');
  app.synth();
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ resourceLogicalId }) => `${ruleName} ${resourceLogicalId}`),
  );
}

const existingApi = createExistingApi({
  apiId: 'abc123',
  httpHost: 'abc.appsync-api.eu-west-1.amazonaws.com',
  realtimeHost: 'abc.appsync-realtime-api.eu-west-1.amazonaws.com',
});

test.each([
  ['with an API in each stack', {}],
  ['with an API that is given', { api: existingApi }],
])('AwsSolutions of cdk-nag finds nothing in what live-lambda adds %s', (_, options) => {
  const off = findings(createApp({ context: { 'aws:cdk:bundling-stacks': [] } }));
  expect(off).not.toEqual([]);
  expect(findings(createApp(options))).toEqual(off);
});
