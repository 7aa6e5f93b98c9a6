import { Names, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { API_OUTPUTS, type LiveApi, outermostStack } from './live-stack.ts';
import { readProperties } from './template-facts.ts';

/** On the API, on what stubs publish to, and on what they subscribe to. */
const STUB_ACTIONS = ['appsync:EventConnect', 'appsync:EventPublish', 'appsync:EventSubscribe'] as const;

/**
 * Lets the function's role connect to this API, publish to tunnels and subscribe to what is meant for stubs.
 *
 * @returns what a developer must do where the permissions did not arrive at the role, or undefined where they did
 */
export function grantStub(fn: lambda.Function, live: LiveApi): string | undefined {
  const { role } = fn;
  if (role === undefined) return undefined;
  const ownPolicy = outermostStack(role) === live.stack ? undefined : policyBeside(fn, role);
  const grantee = ownPolicy ?? fn;
  const resources = [live.arn, live.toTunnelArn, live.toStubArn];
  for (const [index, action] of STUB_ACTIONS.entries()) {
    iam.Grant.addToPrincipal({ grantee, actions: [action], resourceArns: resources.slice(index, index + 1) });
  }
  const policies = ownPolicy ? [ownPolicy] : role.node.findAll().filter((found) => found instanceof iam.Policy);
  return policies.some((policy) => isAttached(policy) && holdsGrants(policy, live)) ? undefined : advice(role, live);
}

/** @returns what a developer must know where a permissions boundary may take back what the function's role is granted */
export function findBoundary({ role }: lambda.Function): string | undefined {
  const resource = role?.node.defaultChild;
  if (!(resource instanceof iam.CfnRole) || readProperties(resource).PermissionsBoundary === undefined)
    return undefined;
  return `Its role ${role?.node.path} has a permissions boundary, which must allow ${STUB_ACTIONS.join(', ')}, too.`;
}

/** A statement in the stack of the role would make that stack wait for this one, which already waits for the role. */
function policyBeside(fn: lambda.Function, role: iam.IRole): iam.Policy {
  const policy = new iam.Policy(fn, 'LiveLambdaPolicy', { policyName: Names.uniqueResourceName(fn, {}) });
  // Asked this way round, a role that may not be changed declines.
  role.attachInlinePolicy(policy);
  return policy;
}

/**
 * CDK answers "granted" for roles that it may not change (imported as immutable, or of another account) and drops the
 * statements, so that only a look at the policies tells.
 */
function holdsGrants(policy: iam.Policy, live: LiveApi): boolean {
  const stack = Stack.of(policy);
  const document = JSON.stringify(stack.resolve(policy.document.toJSON()));
  const apiArn = JSON.stringify(stack.resolve(live.arn));
  return document.includes(apiArn) && STUB_ACTIONS.every((action) => document.includes(action));
}

function isAttached(policy: iam.Policy): boolean {
  // CDK has no public way to ask; an unattached policy is left out of the template.
  return Reflect.get(policy, 'isAttached') !== false;
}

function advice(role: iam.IRole, live: LiveApi): string {
  return (
    `Its role ${role.node.path} cannot be changed by CDK, so that the stub cannot reach the tunnel. ` +
    `Add to the role, for the Events API that the output ${API_OUTPUTS.apiId} of ${live.stack.stackName} names: ` +
    `appsync:EventConnect on the API, appsync:EventPublish on its channelNamespace/${live.namespaces.toTunnel} and ` +
    `appsync:EventSubscribe on its channelNamespace/${live.namespaces.toStub}.`
  );
}
