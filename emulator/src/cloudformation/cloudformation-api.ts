import type { XmlContent } from '../http/query-protocol.ts';
import type { NeededRight } from '../iam/access-control.ts';
import type { StackRecord, StackStore } from './stack-store.ts';

export const cloudFormationVersion = '2010-05-15';
export const cloudFormationNamespace = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

export type CloudFormationAnswer =
  | { readonly type: 'result'; readonly result: XmlContent }
  | { readonly type: 'error'; readonly code: string; readonly message: string };

const time = (epochMs: number): string => new Date(epochMs).toISOString();

const validationError = (message: string): CloudFormationAnswer => ({
  type: 'error',
  code: 'ValidationError',
  message,
});

const describeStack = (stack: StackRecord): XmlContent => ({
  StackId: stack.stackId,
  StackName: stack.stackName,
  CreationTime: time(stack.createdMs),
  LastUpdatedTime: stack.updatedMs === undefined ? undefined : time(stack.updatedMs),
  StackStatus: stack.status,
  DisableRollback: 'false',
  Outputs: stack.outputs.map((output) => ({
    OutputKey: output.key,
    OutputValue: output.value,
    Description: output.description,
    ExportName: output.exportName,
  })),
});

const describeStacks = (name: string | null, store: StackStore): CloudFormationAnswer => {
  if (name === null) return { type: 'result', result: { Stacks: store.list().map(describeStack) } };
  const stack = store.find(name);
  if (!stack) return validationError(`Stack with id ${name} does not exist`);
  return { type: 'result', result: { Stacks: [describeStack(stack)] } };
};

const listStackResources = (name: string | null, store: StackStore): CloudFormationAnswer => {
  const stack = name === null ? undefined : store.find(name);
  if (!stack) return validationError(`Stack with id ${name ?? ''} does not exist`);
  const updated = time(stack.updatedMs ?? stack.createdMs);
  const summaries = stack.resources.map(({ logicalId, physicalId, type }) => ({
    LogicalResourceId: logicalId,
    PhysicalResourceId: physicalId,
    ResourceType: type,
    LastUpdatedTimestamp: updated,
    ResourceStatus: stack.status,
  }));
  return { type: 'result', result: { StackResourceSummaries: summaries } };
};

/** The operations that exist here. */
const operations: readonly string[] = ['DescribeStacks', 'ListStackResources'];

/**
 * The right that an operation needs; `undefined` for one that does not exist. A stack that is asked for by its name goes
 * by `stack/<name>/*`, in so many words and whether it exists or not; without a name all stacks are meant.
 */
export const neededStackRight = (
  request: { readonly action: string; readonly parameters: URLSearchParams },
  place: { readonly region: string; readonly accountId: string },
): NeededRight | undefined => {
  if (!operations.includes(request.action)) return undefined;
  const action = `cloudformation:${request.action}`;
  const name = request.parameters.get('StackName');
  if (name === null || name.startsWith('arn:')) return { action, resource: name ?? '*' };
  return { action, resource: `arn:aws:cloudformation:${place.region}:${place.accountId}:stack/${name}/*` };
};

/** Answers the two operations that show what is deployed (AWS CloudFormation API reference). */
export const answerCloudFormation = (
  request: { readonly action: string; readonly parameters: URLSearchParams },
  store: StackStore,
): CloudFormationAnswer => {
  const name = request.parameters.get('StackName');
  switch (request.action) {
    case 'DescribeStacks':
      return describeStacks(name, store);
    case 'ListStackResources':
      return listStackResources(name, store);
    default:
      return {
        type: 'error',
        code: 'InvalidAction',
        message: `Could not find operation ${request.action} for version ${cloudFormationVersion}`,
      };
  }
};
