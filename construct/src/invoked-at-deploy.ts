import { CfnResource, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { TriggerFunction } from 'aws-cdk-lib/triggers';
import type { IConstruct } from 'constructs';

export const INVOKED_AT_DEPLOY_REASON =
  'CloudFormation invokes it during the deploy, which waits for its answer, and no tunnel may be running then. ' +
  'To make it live all the same, select it by its id or path, and start the tunnel before the deploy.';

/** Custom resources: `AWS::CloudFormation::CustomResource`, `Custom::Trigger` and their like. */
const CUSTOM_RESOURCE_TYPE = /^(Custom::|AWS::CloudFormation::CustomResource$)/;

/** Whether something in the app invokes the function while CloudFormation deploys. */
export function isInvokedAtDeploy(fn: lambda.Function, constructs: readonly IConstruct[]): boolean {
  if (fn instanceof TriggerFunction) return true;
  return constructs.some((construct) => {
    if (construct instanceof Provider) return construct.onEventHandler === fn || construct.isCompleteHandler === fn;
    if (!CfnResource.isCfnResource(construct) || !CUSTOM_RESOURCE_TYPE.test(construct.cfnResourceType)) return false;
    return callersText(construct).some((text) => ownLogicalIds(fn).some((id) => text.includes(`"${id}"`)));
  });
}

/** What a custom resource of this template calls; what it calls elsewhere is written otherwise, and not found. */
function callersText(resource: CfnResource): readonly string[] {
  const { Resources } = Stack.of(resource).resolve(resource._toCloudFormation());
  const [described] = Object.values<{ readonly Properties?: Readonly<Record<string, unknown>> }>(Resources ?? {});
  const { ServiceToken, HandlerArn } = described?.Properties ?? {};
  return [ServiceToken, HandlerArn].filter((value) => value !== undefined).map((value) => JSON.stringify(value));
}

/** Those of the function and its versions. */
function ownLogicalIds(fn: lambda.Function): readonly string[] {
  return fn.node
    .findAll()
    .filter((construct) => construct instanceof lambda.CfnFunction || construct instanceof lambda.CfnVersion)
    .map((resource) => Stack.of(resource).resolve(resource.logicalId));
}
