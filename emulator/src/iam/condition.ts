import { BlockList, isIP } from 'node:net';
import { isJsonObject, type JsonValue, listOrEmpty, textOrUndefined } from '../deploy/json.ts';
import { type MatchOptions, matchesArn, matchesText, type RequestContext, replaceVariables } from './pattern.ts';

/**
 * Conditions of statements. Source: "IAM JSON policy elements: Condition operators" and "Conditions with multiple context
 * keys or values" in the AWS IAM user guide.
 */

/** `ForAnyValue` and `ForAllValues` hold the request's values against those of the policy one by one. */
type SetQualifier = 'ForAnyValue' | 'ForAllValues';

export interface Condition {
  readonly operator: string;
  readonly qualifier: SetQualifier | undefined;
  /** Whether a request that says nothing of the key is let through. */
  readonly ifExists: boolean;
  /** In lower case. */
  readonly key: string;
  readonly values: readonly string[];
}

export type ParsedConditions =
  | { readonly type: 'conditions'; readonly conditions: readonly Condition[] }
  | { readonly type: 'invalid'; readonly problem: string };

/** Whether a value of the request is what one value of the policy asks for. */
type Comparison = (wanted: string, given: string, options: MatchOptions) => boolean;

interface Operator {
  readonly compare: Comparison;
  /** Whether none of the policy's values may be met, instead of any. */
  readonly negated: boolean;
}

const withVariables =
  (compare: (wanted: string, given: string) => boolean): Comparison =>
  (wanted, given, { variables }) => {
    const text = replaceVariables(wanted, variables);
    return text !== undefined && compare(text, given);
  };

const numbers =
  (compare: (given: number, wanted: number) => boolean): Comparison =>
  (wanted, given) =>
    compare(Number(given), Number(wanted));

/** ISO 8601, or seconds since 1970. */
const epochMs = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text));

const dates =
  (compare: (given: number, wanted: number) => boolean): Comparison =>
  (wanted, given) =>
    compare(epochMs(given), epochMs(wanted));

const isWithin: Comparison = (wanted, given) => {
  const [address = '', prefix] = wanted.split('/');
  const [family, mostBits] = isIP(address) === 6 ? (['ipv6', 128] as const) : (['ipv4', 32] as const);
  const bits = prefix === undefined ? mostBits : Number(prefix);
  // What is no range has nothing in it.
  if (isIP(address) === 0 || !Number.isInteger(bits) || bits < 0 || bits > mostBits) return false;
  const range = new BlockList();
  range.addSubnet(address, bits, family);
  return range.check(given, family);
};

type NamedOperator = readonly [name: string, operator: Operator];

const plain = (name: string, compare: Comparison): NamedOperator => [name, { compare, negated: false }];

/** An operator and its opposite. */
const pair = (name: string, opposite: string, compare: Comparison): readonly NamedOperator[] => [
  plain(name, compare),
  [opposite, { compare, negated: true }],
];

const equal = <T>(a: T, b: T): boolean => a === b;

const ordered = (
  kind: string,
  of: (compare: (given: number, wanted: number) => boolean) => Comparison,
): readonly NamedOperator[] => [
  ...pair(`${kind}Equals`, `${kind}NotEquals`, of(equal)),
  plain(
    `${kind}LessThan`,
    of((given, wanted) => given < wanted),
  ),
  plain(
    `${kind}LessThanEquals`,
    of((given, wanted) => given <= wanted),
  ),
  plain(
    `${kind}GreaterThan`,
    of((given, wanted) => given > wanted),
  ),
  plain(
    `${kind}GreaterThanEquals`,
    of((given, wanted) => given >= wanted),
  ),
];

const equalIgnoringCase = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** All operators but `Null`, which asks for no value, and `BinaryEquals`, for which no request here has a key. */
const operators: ReadonlyMap<string, Operator> = new Map([
  ...pair('StringEquals', 'StringNotEquals', withVariables(equal)),
  ...pair('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', withVariables(equalIgnoringCase)),
  ...pair('StringLike', 'StringNotLike', matchesText),
  // Both take wildcards.
  ...pair('ArnEquals', 'ArnNotEquals', matchesArn),
  ...pair('ArnLike', 'ArnNotLike', matchesArn),
  ...ordered('Numeric', numbers),
  ...ordered('Date', dates),
  plain('Bool', equalIgnoringCase),
  ...pair('IpAddress', 'NotIpAddress', isWithin),
]);

const nullOperator = 'Null';

const operatorPattern = /^(?:(?<qualifier>ForAnyValue|ForAllValues):)?(?<operator>\w+?)(?<ifExists>IfExists)?$/;

const textsOf = (value: JsonValue): readonly string[] | undefined => {
  const texts = (Array.isArray(value) ? listOrEmpty(value) : [value]).map(textOrUndefined);
  return texts.every((text) => text !== undefined) ? texts : undefined;
};

const parseKeys = (name: string, keys: JsonValue): readonly Condition[] | string => {
  const { qualifier, operator = '', ifExists } = operatorPattern.exec(name)?.groups ?? {};
  const known = operators.has(operator) || (operator === nullOperator && ifExists === undefined);
  if (!known) return `the emulator cannot decide by the condition operator ${name}`;
  if (!isJsonObject(keys)) return `the condition ${name} holds no keys`;
  const conditions: Condition[] = [];
  for (const [key, value] of Object.entries(keys)) {
    const values = textsOf(value);
    if (!values) return `the condition ${name} compares ${key} with something that is no text`;
    conditions.push({
      operator,
      qualifier: qualifier === 'ForAnyValue' || qualifier === 'ForAllValues' ? qualifier : undefined,
      ifExists: ifExists !== undefined,
      key: key.toLowerCase(),
      values,
    });
  }
  return conditions;
};

/** Reads the `Condition` of a statement. What cannot be decided is invalid: it must never let anybody through. */
export const parseConditions = (value: JsonValue | undefined): ParsedConditions => {
  if (value === undefined) return { type: 'conditions', conditions: [] };
  if (!isJsonObject(value)) return { type: 'invalid', problem: 'its Condition is no object' };
  const conditions: Condition[] = [];
  for (const [name, keys] of Object.entries(value)) {
    const parsed = parseKeys(name, keys);
    if (typeof parsed === 'string') return { type: 'invalid', problem: parsed };
    conditions.push(...parsed);
  }
  return { type: 'conditions', conditions };
};

const holdsOperator = (condition: Condition, given: string | undefined, options: MatchOptions): boolean => {
  const { operator, qualifier, ifExists, values } = condition;
  const { compare, negated } = operators.get(operator) ?? { compare: () => false, negated: false };
  if (given === undefined) return ifExists || qualifier === 'ForAllValues' || (negated && qualifier === undefined);
  return values.some((wanted) => compare(wanted, given, options)) !== negated;
};

/** Whether one condition is met. Every key of a request here has one value. */
export const holds = (
  condition: Condition,
  context: RequestContext,
  options: { readonly variables: RequestContext | undefined },
): boolean => {
  const given = context.get(condition.key);
  if (condition.operator === nullOperator) {
    return condition.values.some((wanted) => (wanted.toLowerCase() === 'true') === (given === undefined));
  }
  return holdsOperator(condition, given, options);
};
