import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sam from 'aws-cdk-lib/aws-sam';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { expect, test } from 'vitest';
import { createApp, manifestOf } from './fixtures/synthesis.ts';

const rest = { role: 'arn:aws:iam::111111111111:role/r', handler: 'index.handler', runtime: 'nodejs22.x' };

test.each<[string, string, (stack: Stack) => unknown]>([
  ['inline', 'written inline', (stack) => new lambda.CfnFunction(stack, 'Fn', { code: { zipFile: 'x' }, ...rest })],
  ['s3', 'in S3', (stack) => new lambda.CfnFunction(stack, 'Fn', { code: { s3Bucket: 'b', s3Key: 'k' }, ...rest })],
  ['image', 'an image', (stack) => new lambda.CfnFunction(stack, 'Fn', { code: { imageUri: 'i' }, role: rest.role })],
  [
    'inline',
    'of a template that the app includes',
    (stack) => new CfnInclude(stack, 'Fn', { templateFile: join(__dirname, 'fixtures/included.json') }),
  ],
  ['s3', 'of SAM', (stack) => new sam.CfnFunction(stack, 'Fn', { codeUri: 's3://b/k', ...rest })],
  ['inline', 'of SAM, inline', (stack) => new sam.CfnFunction(stack, 'Fn', { inlineCode: 'x', ...rest })],
])('the manifest tells %s code of a function that CDK has no class around: %s', (kind, _, build) => {
  const app = createApp();
  build(new Stack(app, 'Orders'));
  expect(manifestOf(app).functions).toMatchObject([{ status: 'refused', kind }]);
});
