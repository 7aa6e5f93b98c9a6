import { NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { assetFunction, createApp } from './fixtures/synthesis.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string;
  readonly Resource: readonly unknown[];
}

const API = { 'Fn::GetAtt': ['LiveLambdaApi003E9BE6', 'ApiId'] };
const arn = (service: string, ...rest: readonly unknown[]) => ({
  'Fn::Join': [
    '',
    [
      'arn:',
      { Ref: 'AWS::Partition' },
      `:${service}:`,
      { Ref: 'AWS::Region' },
      ':',
      { Ref: 'AWS::AccountId' },
      ...rest,
    ],
  ],
});
const apiArn = arn('appsync', ':apis/', API);
const namespaceArn = (name: string) => arn('appsync', ':apis/', API, `/channelNamespace/${name}`);
const stackArn = arn('cloudformation', ':stack/', { Ref: 'AWS::StackName' }, '/?');

function policiesOf(stack: Stack): readonly (readonly Statement[])[] {
  const policies = Object.values(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy'));
  return policies.map(({ Properties }) => Properties.PolicyDocument.Statement);
}

function functionArn(stack: Stack, id: string): unknown {
  const names = Object.keys(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
  return { 'Fn::GetAtt': [names.find((name) => name.startsWith(id)), 'Arn'] };
}

describe("the developers' policy of a live stack", () => {
  test('allows what the tunnel needs on this stack, and nothing else', () => {
    const stack = new Stack(createApp({ context: { 'live-lambda': 'Quote,Print' } }), 'Orders');
    for (const id of ['Quote', 'Print', 'Other']) assetFunction(stack, id);
    expect(policiesOf(stack)).toEqual([
      [
        { Effect: 'Allow', Action: 'appsync:EventConnect', Resource: [apiArn] },
        {
          Effect: 'Allow',
          Action: 'appsync:EventPublish',
          Resource: [namespaceArn('to-tunnel'), namespaceArn('to-stub')],
        },
        { Effect: 'Allow', Action: 'appsync:EventSubscribe', Resource: [namespaceArn('to-tunnel')] },
        { Effect: 'Allow', Action: 'cloudformation:DescribeStacks', Resource: [{ Ref: 'AWS::StackId' }, stackArn] },
        { Effect: 'Allow', Action: 'cloudformation:ListStackResources', Resource: [{ Ref: 'AWS::StackId' }, stackArn] },
        {
          Effect: 'Allow',
          Action: 'lambda:GetFunctionConfiguration',
          Resource: [functionArn(stack, 'Quote'), functionArn(stack, 'Print')],
        },
      ],
    ]);
  });

  test('is an output, by its ARN', () => {
    const stack = new Stack(createApp(), 'Orders');
    assetFunction(stack, 'Quote');
    const template = Template.fromStack(stack);
    const [logicalId] = Object.keys(template.findResources('AWS::IAM::ManagedPolicy'));
    expect(template.findOutputs('LiveLambdaDeveloperPolicy')).toEqual({
      LiveLambdaDeveloperPolicy: { Value: { Ref: logicalId } },
    });
  });

  test('reaches into nested stacks, whose resources the tunnel lists', () => {
    const outer = new Stack(createApp(), 'Outer');
    assetFunction(new NestedStack(new NestedStack(outer, 'Middle'), 'Inner'), 'Deep');
    const [statements = []] = policiesOf(outer);
    const resourcesOf = (action: string) => statements.find(({ Action }) => Action === action)?.Resource;
    expect(resourcesOf('cloudformation:ListStackResources')).toHaveLength(4);
    expect(JSON.stringify(resourcesOf('cloudformation:ListStackResources'))).toMatch(
      /MiddleNestedStack.*InnerNestedStack/,
    );
    expect(JSON.stringify(resourcesOf('lambda:GetFunctionConfiguration'))).toMatch(/Outputs\..*Deep.*Arn/);
    expect(resourcesOf('cloudformation:DescribeStacks')).toHaveLength(2);
  });

  test('becomes several where one could not hold all functions', () => {
    const stack = new Stack(createApp(), 'Orders');
    for (let count = 0; count < 81; count += 1) assetFunction(stack, `Fn${count}`);
    const policies = policiesOf(stack);
    const functions = policies.map(
      (statements) => statements.find(({ Action }) => Action.startsWith('lambda:'))?.Resource,
    );
    expect(functions.map((resources) => resources?.length)).toEqual([40, 40, 1]);
    expect(new Set(functions.flat().map((resource) => JSON.stringify(resource)))).toHaveLength(81);
    expect(
      policies
        .slice(1)
        .flat()
        .some(({ Action }) => Action.startsWith('appsync:')),
    ).toBe(false);
    const outputs = Object.keys(Template.fromStack(stack).findOutputs('*')).filter((name) => name.includes('Policy'));
    expect(outputs.sort()).toEqual([
      'LiveLambdaDeveloperPolicy',
      'LiveLambdaDeveloperPolicy2',
      'LiveLambdaDeveloperPolicy3',
    ]);
  });

  test('says nothing of a function that turned out not to be live', () => {
    const stack = new Stack(createApp(), 'Orders');
    assetFunction(stack, 'Quote');
    assetFunction(stack, 'Cdk').node.addMetadata('aws:cdk:is-custom-resource-handler-singleton', true);
    expect(policiesOf(stack)[0]?.at(-1)).toMatchObject({ Resource: [functionArn(stack, 'Quote')] });
  });
});
