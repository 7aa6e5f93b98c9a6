import { awsError } from '../functions/deployment.ts';
import { UserError } from '../user-error.ts';
import { awsClientOptions, type CloudAccess } from './client-options.ts';

/** Physical ids of a deployed stack's resources, by logical id. */
export type StackResources = ReadonlyMap<string, string>;

/** A function as templates name it. */
export interface TemplatePlace {
  readonly stack: string;
  /** Logical ids of the nested stacks that lead from the stack to the function, outermost first. */
  readonly nested: readonly string[];
  readonly logicalId: string;
}

export interface DeployedStacks {
  /** Undefined where the stack is not deployed. @throws UserError when AWS does not say. */
  resources(stack: string): Promise<StackResources | undefined>;
  /** The physical id of what a template names; undefined where it is not deployed. @throws UserError */
  physicalId(place: TemplatePlace): Promise<string | undefined>;
}

const requestTimeoutMs = 15_000;

/** What is deployed in one region; each stack is asked for once. */
export function deployedStacks(access: CloudAccess, region: string | null): DeployedStacks {
  const known = new Map<string, Promise<StackResources | undefined>>();
  const resources = (stack: string) => {
    const listing = known.get(stack) ?? listResources(stack, { access, region });
    known.set(stack, listing);
    return listing;
  };
  return {
    resources,
    async physicalId({ stack, nested, logicalId }) {
      let name: string | undefined = stack;
      for (const id of nested) name = name === undefined ? undefined : (await resources(name))?.get(id);
      return name === undefined ? undefined : (await resources(name))?.get(logicalId);
    },
  };
}

async function listResources(
  stack: string,
  given: { readonly access: CloudAccess; readonly region: string | null },
): Promise<StackResources | undefined> {
  const { CloudFormationClient, paginateListStackResources } = await import('./cloudformation.ts');
  const client = new CloudFormationClient(await awsClientOptions({ ...given, requestTimeoutMs }));
  const resources = new Map<string, string>();
  try {
    for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName: stack })) {
      for (const { LogicalResourceId, PhysicalResourceId } of StackResourceSummaries) {
        if (LogicalResourceId && PhysicalResourceId) resources.set(LogicalResourceId, PhysicalResourceId);
      }
    }
    return resources;
  } catch (error) {
    if (isMissingStack(error)) return undefined;
    throw error instanceof UserError ? error : awsError(error, `The resources of stack ${stack} could not be listed`);
  } finally {
    client.destroy();
  }
}

/** CloudFormation has no error type of its own for it. */
function isMissingStack(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationError' && error.message.includes('does not exist');
}
