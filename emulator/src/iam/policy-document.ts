import { isJsonObject, type JsonObject, type JsonValue, listOrEmpty } from '../deploy/json.ts';
import { type Condition, parseConditions } from './condition.ts';

/** Patterns of a statement: those that it is about, or with `Not…` those that it is not about. */
export interface Selection {
  readonly patterns: readonly string[];
  readonly negated: boolean;
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: Selection;
  readonly resources: Selection;
  readonly conditions: readonly Condition[];
  /** Whether `${…}` stands for something of the request, which it does since the version of 2012. */
  readonly hasVariables: boolean;
}

/** An identity-based policy, checked ("IAM JSON policy elements reference" in the AWS IAM user guide). */
export interface PolicyDocument {
  readonly statements: readonly Statement[];
}

export type ParsedPolicy =
  | { readonly type: 'policy'; readonly policy: PolicyDocument }
  | { readonly type: 'invalid'; readonly problem: string };

const versions: readonly (JsonValue | undefined)[] = ['2012-10-17', '2008-10-17', undefined];
const statementMembers = [
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
] as const satisfies readonly string[];

const patternsOf = (value: JsonValue | undefined): readonly string[] | undefined => {
  const patterns = typeof value === 'string' ? [value] : listOrEmpty(value);
  return patterns.length > 0 && patterns.every((pattern) => typeof pattern === 'string') ? patterns : undefined;
};

const parseSelection = (statement: JsonObject, name: 'Action' | 'Resource'): Selection | string => {
  const negated = `Not${name}` in statement;
  if (negated === name in statement) return `it needs either ${name} or Not${name}`;
  const patterns = patternsOf(statement[negated ? `Not${name}` : name]);
  return patterns ? { patterns, negated } : `its ${negated ? 'Not' : ''}${name} is no text and no list of texts`;
};

const parseStatement = (value: JsonValue, hasVariables: boolean): Statement | string => {
  if (!isJsonObject(value)) return 'it is no object';
  const unknown = Object.keys(value).find((name) => !statementMembers.some((member) => member === name));
  // A Principal, above all, has no place where a policy is attached to one.
  if (unknown !== undefined) return `an identity-based policy has no ${unknown}`;
  const { Effect: effect, Condition } = value;
  if (effect !== 'Allow' && effect !== 'Deny') return 'its Effect is neither Allow nor Deny';
  const actions = parseSelection(value, 'Action');
  if (typeof actions === 'string') return actions;
  const resources = parseSelection(value, 'Resource');
  if (typeof resources === 'string') return resources;
  const parsed = parseConditions(Condition);
  if (parsed.type === 'invalid') return parsed.problem;
  return { effect, actions, resources, conditions: parsed.conditions, hasVariables };
};

const invalid = (problem: string): ParsedPolicy => ({ type: 'invalid', problem });

/** Reads a policy document whose functions are resolved. The problem names the statement, from 1. */
export const parsePolicy = (document: JsonValue | undefined): ParsedPolicy => {
  if (!isJsonObject(document)) return invalid('the policy document is no object');
  const { Version, Statement: given } = document;
  if (!versions.includes(Version)) return invalid(`there is no policy version ${JSON.stringify(Version)}`);
  const statements: Statement[] = [];
  for (const [index, value] of (isJsonObject(given) ? [given] : listOrEmpty(given)).entries()) {
    const statement = parseStatement(value, Version === '2012-10-17');
    if (typeof statement === 'string') return invalid(`statement ${index + 1}: ${statement}`);
    statements.push(statement);
  }
  return { type: 'policy', policy: { statements } };
};
