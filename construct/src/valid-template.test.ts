import { type App, NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, onTestFinished, test, vi } from 'vitest';
import { assetFunction, bundledFunction, createApp } from './fixtures/synthesis.ts';

function build(app: App): Stack {
  const stack = new Stack(app, 'Orders');
  assetFunction(stack, 'Quote', { environment: { TABLE: 'orders' } });
  bundledFunction(new NestedStack(stack, 'Nested'), 'Create');
  return stack;
}

/** Hashes of assets change with every stub. */
function withoutHashes(template: Template): unknown {
  const text = JSON.stringify(template.toJSON()).replace(/[0-9a-f]{64}/g, '<hash>');
  const { Parameters, Rules, ...rest } = JSON.parse(text);
  return rest;
}

test('the template of a live stack is this', () => {
  expect(withoutHashes(Template.fromStack(build(createApp())))).toMatchSnapshot();
});

test("has nothing that CDK's own validation objects to", () => {
  vi.stubEnv('CDK_VALIDATION', undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
  const context = { 'live-lambda': 'true', '@aws-cdk/core:strictCfnValidateErrors': true };
  const app = createApp({ context });
  build(app);
  expect(() => app.synth()).not.toThrow();
});
