import { type PolicyDocument, parsePolicy } from '../../iam/policy-document.ts';
import type { PolicyStore } from '../../iam/policy-store.ts';
import { DeploymentError } from '../deployment-error.ts';
import { type JsonValue, listOrEmpty, objectOrEmpty } from '../json.ts';
import { type ProvisionRequest, provisioned, type ResourceProvider, resourceName } from '../resource-provider.ts';

/** The longest names of IAM ("IAM and AWS STS quotas" in the AWS IAM user guide). */
const maxRoleNameLength = 64;
const maxPolicyNameLength = 128;

interface IamOptions {
  readonly store: PolicyStore;
  readonly accountId: string;
  /** The id that IAM gives a role beside its name. */
  readonly roleId: (roleName: string) => string;
}

const textList = (value: JsonValue | undefined): readonly string[] =>
  listOrEmpty(value).filter((item) => typeof item === 'string');

const textOf = (value: JsonValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

const pathOf = (request: ProvisionRequest): string => textOf(request.properties.Path) ?? '/';

/** @throws DeploymentError for a policy that cannot be decided by, since it would be a guess either way. */
const documentOf = (request: ProvisionRequest, document: JsonValue | undefined): PolicyDocument => {
  const parsed = parsePolicy(document);
  if (parsed.type === 'policy') return parsed.policy;
  const { stackName, logicalId } = request;
  throw new DeploymentError(`${stackName}: ${logicalId}: ${parsed.problem}. Change the policy in the app.`);
};

/** The rights of a role that come from outside of the template are left out, as nobody here knows them. */
const tellUnknown = (request: ProvisionRequest, policyArns: readonly string[], store: PolicyStore): void => {
  for (const arn of new Set(policyArns.filter((arn) => store.findManagedPolicy(arn) === undefined))) {
    request.leaveOut('AWS::IAM::ManagedPolicy', `the policy ${arn} is not known here, and gives no rights`);
  }
};

export const roleProvider = ({ store, accountId, roleId }: IamOptions): ResourceProvider => ({
  provision: async (request) => {
    const { properties, previous } = request;
    const name = resourceName(request, { given: properties.RoleName, maxLength: maxRoleNameLength });
    const arn = `arn:aws:iam::${accountId}:role${pathOf(request)}${name}`;
    const managedPolicyArns = textList(properties.ManagedPolicyArns);
    const boundaryArn = textOf(properties.PermissionsBoundary);
    const inlinePolicies = listOrEmpty(properties.Policies).map((policy) =>
      documentOf(request, objectOrEmpty(policy).PolicyDocument),
    );
    if (previous && previous.physicalId !== name) store.removeRole(previous.physicalId);
    store.putRole(name, { arn, inlinePolicies, managedPolicyArns, boundaryArn });
    tellUnknown(request, boundaryArn === undefined ? managedPolicyArns : [...managedPolicyArns, boundaryArn], store);
    return provisioned(name, { Arn: arn, RoleId: roleId(name) });
  },
  remove: async (resource) => store.removeRole(resource.physicalId),
});

/** Names of inline policies are those of one role's only, so that each has an id of its own. */
const inlinePolicyId = ({ stackName, logicalId }: ProvisionRequest): string => `${stackName}/${logicalId}`;

export const inlinePolicyProvider = ({ store }: IamOptions): ResourceProvider => ({
  provision: async (request) => {
    const { PolicyName, PolicyDocument, Roles } = request.properties;
    const name = resourceName(request, { given: PolicyName, maxLength: maxPolicyNameLength });
    const id = inlinePolicyId(request);
    store.putPolicy(id, { roleNames: textList(Roles), document: documentOf(request, PolicyDocument) });
    return provisioned(name, { Id: id });
  },
  remove: async ({ attributes }) => {
    if (typeof attributes.Id === 'string') store.removePolicy(attributes.Id);
  },
});

export const managedPolicyProvider = ({ store, accountId }: IamOptions): ResourceProvider => ({
  provision: async (request) => {
    const { properties, previous } = request;
    const name = resourceName(request, {
      given: properties.ManagedPolicyName,
      previous: previous?.physicalId.split('/').at(-1),
      maxLength: maxPolicyNameLength,
    });
    const arn = `arn:aws:iam::${accountId}:policy${pathOf(request)}${name}`;
    const document = documentOf(request, properties.PolicyDocument);
    if (previous && previous.physicalId !== arn) store.removePolicy(previous.physicalId);
    store.putPolicy(arn, { roleNames: textList(properties.Roles), document });
    return provisioned(arn, { PolicyArn: arn });
  },
  remove: async (resource) => store.removePolicy(resource.physicalId),
});
