import type { JsonObject, JsonValue } from '../deploy/json.ts';

/** A policy and the roles that it is attached to. */
export interface StoredPolicy {
  readonly roleNames: readonly string[];
  readonly document: JsonValue;
}

export interface StoredRole {
  readonly arn: string;
  /** As in the template: trust, inline policies and the ARNs of managed ones. */
  readonly properties: JsonObject;
}

/** What the deployed templates say about rights. Nothing decides by it yet: every signed request is allowed. */
export interface PolicyStore {
  readonly roles: Map<string, StoredRole>;
  /** By name for inline policies, by ARN for managed ones. */
  readonly policies: Map<string, StoredPolicy>;
}

export const createPolicyStore = (): PolicyStore => ({ roles: new Map(), policies: new Map() });
