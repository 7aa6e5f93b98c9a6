import { Aws, CfnOutput, Lazy, type NestedStack, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** Logical id of the output with the policy's ARN; more policies, where one cannot hold all, are counted from 2. */
const DEVELOPER_POLICY_OUTPUT = 'LiveLambdaDeveloperPolicy';

/**
 * A managed policy has at most 6144 characters without blanks. The ARN of a function has at most 125, and what is not
 * about single functions takes less than 1100.
 * {@link https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html}
 */
const FUNCTIONS_PER_POLICY = 40;

export interface DeveloperPolicies {
  /** Makes room for one more function. */
  readonly expect: () => void;
  /** Lets developers look up this function, for which there is room. */
  readonly include: (fn: lambda.Function) => void;
}

export interface DeveloperPolicyRequest {
  readonly scope: Construct;
  readonly stack: Stack;
  /** ARN of the Events API. */
  readonly apiArn: string;
  readonly toTunnelArn: string;
  readonly toStubArn: string;
}

/** What a developer's own identity needs for the tunnel of one stack, as managed policies to be attached to it. */
export function createDeveloperPolicies(request: DeveloperPolicyRequest): DeveloperPolicies {
  const functions: lambda.Function[] = [];
  const policies: iam.CfnManagedPolicy[] = [];
  let expected = 0;
  return {
    expect: () => {
      expected += 1;
      const first = policies.length * FUNCTIONS_PER_POLICY;
      if (expected <= first) return;
      const included = () => functions.slice(first, first + FUNCTIONS_PER_POLICY);
      policies.push(createPolicy(request, { number: policies.length + 1, included }));
    },
    include: (fn) => functions.push(fn),
  };
}

interface PolicyPart {
  /** From 1. */
  readonly number: number;
  readonly included: () => readonly lambda.Function[];
}

function createPolicy(request: DeveloperPolicyRequest, { number, included }: PolicyPart): iam.CfnManagedPolicy {
  const { scope, stack } = request;
  const suffix = number === 1 ? '' : String(number);
  const policy = new iam.CfnManagedPolicy(scope, `DeveloperPolicy${suffix}`, {
    description: 'What live-lambda tunnel needs for this stack. Attach it to those who develop with it.',
    policyDocument: Lazy.uncachedAny({
      produce: () => ({
        Version: '2012-10-17',
        Statement: [
          ...(number === 1 ? eventStatements(request) : []),
          ...stackStatements(stack, included()),
          ...functionStatements(included()),
        ],
      }),
    }),
  });
  const logicalId = DEVELOPER_POLICY_OUTPUT + suffix;
  new CfnOutput(scope, logicalId, { value: policy.ref }).overrideLogicalId(logicalId);
  return policy;
}

interface Statement {
  readonly Effect: 'Allow';
  readonly Action: string;
  readonly Resource: readonly string[];
}

function allow(Action: string, Resource: readonly string[]): Statement {
  return { Effect: 'Allow', Action, Resource };
}

function eventStatements({ apiArn, toTunnelArn, toStubArn }: DeveloperPolicyRequest): readonly Statement[] {
  return [
    allow('appsync:EventConnect', [apiArn]),
    allow('appsync:EventPublish', [toTunnelArn, toStubArn]),
    allow('appsync:EventSubscribe', [toTunnelArn]),
  ];
}

function stackStatements(stack: Stack, functions: readonly lambda.Function[]): readonly Statement[] {
  // Who asks by the stack's name is held against `stack/<name>/*` in so many words instead of its id. The `?` stands for
  // that one character: a `*` would do as well, but let in other stacks to come.
  const byName = stack.formatArn({ service: 'cloudformation', resource: 'stack', resourceName: `${Aws.STACK_NAME}/?` });
  const own = [Aws.STACK_ID, byName];
  const nested = new Set(functions.flatMap((fn) => nestedStacksAround(fn.stack)));
  return [
    allow('cloudformation:DescribeStacks', own),
    allow('cloudformation:ListStackResources', [...own, ...[...nested].map((resource) => resource.ref)]),
  ];
}

function functionStatements(functions: readonly lambda.Function[]): readonly Statement[] {
  if (functions.length === 0) return [];
  return [
    allow(
      'lambda:GetFunctionConfiguration',
      functions.map((fn) => fn.functionArn),
    ),
  ];
}

function nestedStacksAround(stack: Stack): readonly NonNullable<NestedStack['nestedStackResource']>[] {
  const { nestedStackParent: parent, nestedStackResource: resource } = stack;
  return parent === undefined || resource === undefined ? [] : [...nestedStacksAround(parent), resource];
}
