import type { PolicyStore } from '../../iam/policy-store.ts';
import { listOrEmpty } from '../json.ts';
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

const attachedRoles = (request: ProvisionRequest): readonly string[] =>
  listOrEmpty(request.properties.Roles).filter((name) => typeof name === 'string');

const pathOf = (request: ProvisionRequest): string => {
  const { Path } = request.properties;
  return typeof Path === 'string' ? Path : '/';
};

export const roleProvider = ({ store, accountId, roleId }: IamOptions): ResourceProvider => ({
  provision: async (request) => {
    const { properties } = request;
    const name = resourceName(request, { given: properties.RoleName, maxLength: maxRoleNameLength });
    const arn = `arn:aws:iam::${accountId}:role${pathOf(request)}${name}`;
    store.roles.set(name, { arn, properties });
    return provisioned(name, { Arn: arn, RoleId: roleId(name) });
  },
  remove: async (resource) => {
    store.roles.delete(resource.physicalId);
  },
});

export const inlinePolicyProvider = ({ store }: IamOptions): ResourceProvider => ({
  provision: async (request) => {
    const name = resourceName(request, {
      given: request.previous ? undefined : request.properties.PolicyName,
      maxLength: maxPolicyNameLength,
    });
    const document = request.properties.PolicyDocument ?? null;
    store.policies.set(name, { roleNames: attachedRoles(request), document });
    return provisioned(name, { Id: name });
  },
  remove: async (resource) => {
    store.policies.delete(resource.physicalId);
  },
});

export const managedPolicyProvider = ({ store, accountId }: IamOptions): ResourceProvider => ({
  provision: async (request) => {
    const name = resourceName(request, {
      given: request.properties.ManagedPolicyName,
      previous: request.previous?.physicalId.split('/').at(-1),
      maxLength: maxPolicyNameLength,
    });
    const arn = `arn:aws:iam::${accountId}:policy${pathOf(request)}${name}`;
    const document = request.properties.PolicyDocument ?? null;
    store.policies.set(arn, { roleNames: attachedRoles(request), document });
    return provisioned(arn, { PolicyArn: arn });
  },
  remove: async (resource) => {
    store.policies.delete(resource.physicalId);
  },
});
