import type { Principal } from '../signature/credentials.ts';
import { awsManagedPolicy } from './aws-managed-policies.ts';
import type { AttachedPolicies } from './decision.ts';
import type { PolicyDocument } from './policy-document.ts';

export interface StoredRole {
  readonly arn: string;
  readonly inlinePolicies: readonly PolicyDocument[];
  readonly managedPolicyArns: readonly string[];
  /** The ARN of a managed policy. */
  readonly boundaryArn: string | undefined;
}

/** A policy that is a resource of its own, and the roles that it attaches itself to. */
export interface StoredPolicy {
  readonly roleNames: readonly string[];
  readonly document: PolicyDocument;
}

/** What the deployed templates say about rights. */
export interface PolicyStore {
  putRole(name: string, role: StoredRole): void;
  removeRole(name: string): void;
  /** `undefined` for a role that no template made. */
  roleArn(name: string): string | undefined;
  /** By ARN for a managed policy, by an id of its own for an inline one. */
  putPolicy(id: string, policy: StoredPolicy): void;
  removePolicy(id: string): void;
  /** One of a template, or of AWS; `undefined` when there is none of this ARN. */
  findManagedPolicy(arn: string): PolicyDocument | undefined;
  /** All that holds for a principal now. */
  policiesOf(principal: Principal): AttachedPolicies;
}

/** A boundary that nobody knows allows nothing. */
const nothing: PolicyDocument = { statements: [] };

export const createPolicyStore = (): PolicyStore => {
  const roles = new Map<string, StoredRole>();
  const policies = new Map<string, StoredPolicy>();
  const findManagedPolicy = (arn: string) => policies.get(arn)?.document ?? awsManagedPolicy(arn);
  const managedPolicies = (arns: readonly string[]) =>
    arns.map(findManagedPolicy).filter((document) => document !== undefined);

  const policiesOfRole = (name: string): AttachedPolicies => {
    const { inlinePolicies = [], managedPolicyArns = [], boundaryArn } = roles.get(name) ?? {};
    const attached = [...policies.values()].filter(({ roleNames }) => roleNames.includes(name));
    return {
      identity: [...inlinePolicies, ...managedPolicies(managedPolicyArns), ...attached.map(({ document }) => document)],
      boundary: boundaryArn === undefined ? undefined : (findManagedPolicy(boundaryArn) ?? nothing),
    };
  };

  return {
    putRole: (name, role) => void roles.set(name, role),
    removeRole: (name) => void roles.delete(name),
    roleArn: (name) => roles.get(name)?.arn,
    putPolicy: (id, policy) => void policies.set(id, policy),
    removePolicy: (id) => void policies.delete(id),
    findManagedPolicy,
    policiesOf: (principal) =>
      principal.type === 'user'
        ? { identity: managedPolicies(principal.policyArns), boundary: undefined }
        : policiesOfRole(principal.roleName),
  };
};
