import { holds } from './condition.ts';
import { matchesArn, matchesText, type RequestContext } from './pattern.ts';
import type { PolicyDocument, Selection, Statement } from './policy-document.ts';

/** What somebody wants to do. */
export interface AccessRequest {
  /** `service:Operation` */
  readonly action: string;
  /** An ARN, or `*` for what concerns no single resource. */
  readonly resource: string;
  readonly context: RequestContext;
}

/** What holds for a principal. */
export interface AttachedPolicies {
  readonly identity: readonly PolicyDocument[];
  /** The most that the others can give; `undefined` when the principal has no permissions boundary. */
  readonly boundary: PolicyDocument | undefined;
}

export type DenialReason = 'denied-by-identity' | 'denied-by-boundary' | 'not-allowed' | 'not-allowed-by-boundary';

export type AccessDecision = { readonly type: 'allowed' } | { readonly type: 'denied'; readonly reason: DenialReason };

const selects = ({ patterns, negated }: Selection, matches: (pattern: string) => boolean): boolean =>
  patterns.some(matches) !== negated;

const concerns = (statement: Statement, { action, resource, context }: AccessRequest): boolean => {
  const variables = statement.hasVariables ? context : undefined;
  return (
    selects(statement.actions, (pattern) => matchesText(pattern, action, { ignoresCase: true })) &&
    selects(statement.resources, (pattern) => matchesArn(pattern, resource, { variables })) &&
    statement.conditions.every((condition) => holds(condition, context, { variables }))
  );
};

const says = (policies: readonly PolicyDocument[], effect: Statement['effect'], request: AccessRequest): boolean =>
  policies.some(({ statements }) =>
    statements.some((statement) => statement.effect === effect && concerns(statement, request)),
  );

/**
 * Decides as IAM does within one account: an explicit deny wins, what nobody allows is denied, and a permissions boundary
 * must allow too ("Policy evaluation logic" in the AWS IAM user guide).
 */
export const decide = (request: AccessRequest, { identity, boundary }: AttachedPolicies): AccessDecision => {
  const denied = (reason: DenialReason): AccessDecision => ({ type: 'denied', reason });
  if (says(identity, 'Deny', request)) return denied('denied-by-identity');
  if (boundary && says([boundary], 'Deny', request)) return denied('denied-by-boundary');
  if (!says(identity, 'Allow', request)) return denied('not-allowed');
  if (boundary && !says([boundary], 'Allow', request)) return denied('not-allowed-by-boundary');
  return { type: 'allowed' };
};
