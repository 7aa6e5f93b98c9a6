import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import { assetFunction, createApp, manifestOf } from './fixtures/synthesis.ts';

const ROLE_ARN = 'arn:aws:iam::111111111111:role/team/deployer';
const lambdaService = new iam.ServicePrincipal('lambda.amazonaws.com');

function warnings(stack: Stack): readonly string[] {
  const found = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('live-lambda:permissions'));
  return found.map(({ entry }) => String(entry.data));
}

function stackWithRole(role: (stack: Stack) => iam.IRole): Stack {
  const stack = new Stack(createApp(), 'Orders', { env: { account: '111111111111', region: 'eu-west-1' } });
  assetFunction(stack, 'Quote', { role: role(stack) });
  return stack;
}

describe('the permissions of the stub arrive', () => {
  test.each<[string, (stack: Stack) => iam.IRole]>([
    ['at a role of the app', (stack) => new iam.Role(stack, 'Role', { assumedBy: lambdaService })],
    ['at an imported role of the account', (stack) => iam.Role.fromRoleArn(stack, 'Role', ROLE_ARN)],
    ['at a role imported by name', (stack) => iam.Role.fromRoleName(stack, 'Role', 'deployer')],
  ])('%s, without a word', (_, role) => {
    const stack = stackWithRole(role);
    expect(warnings(stack)).toEqual([]);
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 1);
  });

  test('at a role of another stack, which does not have to wait for this one', () => {
    const app = createApp();
    const role = new iam.Role(new Stack(app, 'Roles'), 'Role', { assumedBy: lambdaService });
    const stack = new Stack(app, 'Orders');
    assetFunction(stack, 'Quote', { role });
    const template = Template.fromStack(stack);
    expect(warnings(stack)).toEqual([]);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'appsync:EventConnect' })]) },
      Roles: [{ 'Fn::ImportValue': Match.anyValue() }],
    });
    expect(Stack.of(role).dependencies).toEqual([]);
  });
});

describe('the permissions of the stub do not arrive, and a warning names the role and what to add', () => {
  test.each<[string, (stack: Stack) => iam.IRole]>([
    ['at an immutable role', (stack) => iam.Role.fromRoleArn(stack, 'Role', ROLE_ARN, { mutable: false })],
    [
      'at a role of another account',
      (stack) => iam.Role.fromRoleArn(stack, 'Role', ROLE_ARN.replace('111111111111', '222222222222')),
    ],
    [
      'at a role that is not to be updated',
      (stack) => new iam.Role(stack, 'Role', { assumedBy: lambdaService }).withoutPolicyUpdates(),
    ],
  ])('%s', (_, role) => {
    const stack = stackWithRole(role);
    const [warning, ...others] = warnings(stack);
    expect(others).toEqual([]);
    expect(warning).toMatch(/role Orders\/(ImmutableRole)?Role cannot be changed/);
    for (const action of ['EventConnect', 'EventPublish', 'EventSubscribe']) expect(warning).toContain(action);
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
  });

  test('at an immutable role of another stack', () => {
    const app = createApp();
    const env = { account: '111111111111', region: 'eu-west-1' };
    const role = iam.Role.fromRoleArn(new Stack(app, 'Roles', { env }), 'Role', ROLE_ARN, { mutable: false });
    const stack = new Stack(app, 'Orders', { env });
    assetFunction(stack, 'Quote', { role });
    expect(warnings(stack)).toHaveLength(1);
  });
});

test('a permissions boundary, which could take them back, is told in the manifest', () => {
  const app = createApp();
  const stack = new Stack(app, 'Orders');
  assetFunction(stack, 'Quote');
  iam.PermissionsBoundary.of(stack).apply(iam.ManagedPolicy.fromAwsManagedPolicyName('PowerUserAccess'));
  expect(manifestOf(app).functions[0]?.warnings).toEqual([
    expect.stringMatching(/role Orders\/Quote\/ServiceRole has a permissions boundary.*appsync:EventPublish/),
  ]);
});

test('permissions on another API, which a role that drops statements has, do not hide that these are missing', () => {
  class FixedRole extends iam.Role {
    override addToPrincipalPolicy(): iam.AddToPrincipalPolicyResult {
      return { statementAdded: true, policyDependable: this };
    }
  }
  const stack = stackWithRole((scope) => {
    const role = new FixedRole(scope, 'Role', { assumedBy: lambdaService });
    const actions = ['appsync:EventConnect', 'appsync:EventPublish', 'appsync:EventSubscribe'];
    const statements = [new iam.PolicyStatement({ actions, resources: ['arn:aws:appsync:::apis/other'] })];
    new iam.Policy(role, 'Other', { roles: [role], statements });
    return role;
  });
  expect(warnings(stack)).toHaveLength(1);
});
