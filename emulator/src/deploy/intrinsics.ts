import { DeploymentError } from './deployment-error.ts';
import { isJsonObject, type JsonObject, type JsonValue, objectOrEmpty, textOrUndefined } from './json.ts';

/** What the functions of a template may ask for. Each answers `undefined` for what does not exist. */
export interface TemplateScope {
  /** For messages: the stack, and where in it the value stands. */
  readonly place: string;
  /** A parameter, pseudo parameter or resource by name. */
  readonly ref: (name: string) => JsonValue | undefined;
  readonly attribute: (logicalId: string, attribute: string) => JsonValue | undefined;
  readonly condition: (name: string) => boolean | undefined;
  readonly mappings: JsonObject;
  /** The value that another stack exports under a name. */
  readonly importValue: (name: string) => JsonValue | undefined;
}

/** A value that `AWS::NoValue` took away. */
const absent = Symbol('AWS::NoValue');
type Resolved = JsonValue | typeof absent;

const fail = (scope: TemplateScope, problem: string): never => {
  throw new DeploymentError(`${scope.place}: ${problem} Check the template, or synthesize the app again.`);
};

const resolveRef = (name: JsonValue, scope: TemplateScope): Resolved => {
  if (name === 'AWS::NoValue') return absent;
  const value = typeof name === 'string' ? scope.ref(name) : undefined;
  return value ?? fail(scope, `Ref names ${JSON.stringify(name)}, which is neither a parameter nor a resource.`);
};

const resolveGetAtt = (argument: JsonValue, scope: TemplateScope): JsonValue => {
  const [logicalId = '', ...rest] = typeof argument === 'string' ? argument.split('.') : textList(argument, scope);
  const value = scope.attribute(logicalId, rest.join('.'));
  return value ?? fail(scope, `Fn::GetAtt asks for ${logicalId}.${rest.join('.')}, which does not exist.`);
};

const list = (argument: JsonValue | undefined, scope: TemplateScope): readonly JsonValue[] => {
  const value = argument === undefined ? argument : resolve(argument, scope);
  return Array.isArray(value)
    ? (value as readonly JsonValue[])
    : fail(scope, `A list is needed where ${JSON.stringify(argument)} stands.`);
};

const text = (argument: JsonValue | undefined, scope: TemplateScope): string => {
  const value = argument === undefined ? undefined : resolve(argument, scope);
  return textOrUndefined(value) ?? fail(scope, `Text is needed where ${JSON.stringify(argument)} stands.`);
};

const textList = (argument: JsonValue, scope: TemplateScope): readonly string[] =>
  list(argument, scope).map((item) => text(item, scope));

const asList = (argument: JsonValue, scope: TemplateScope): readonly JsonValue[] =>
  Array.isArray(argument)
    ? (argument as readonly JsonValue[])
    : fail(scope, `A list of arguments is needed where ${JSON.stringify(argument)} stands.`);

const substitute = (argument: JsonValue, scope: TemplateScope): string => {
  const [template, variables] = typeof argument === 'string' ? [argument, {}] : asList(argument, scope);
  if (typeof template !== 'string') return fail(scope, 'Fn::Sub needs a text.');
  const own = objectOrEmpty(variables);
  return template.replace(/\$\{(!?)([^}]*)\}/g, (_whole, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    const key = name.trim();
    if (key in own) return text(own[key], scope);
    return text(key.includes('.') ? { 'Fn::GetAtt': key } : { Ref: key }, scope);
  });
};

const select = (argument: JsonValue, scope: TemplateScope): JsonValue => {
  const [index, items] = asList(argument, scope);
  const position = Number(text(index, scope));
  return list(items, scope)[position] ?? fail(scope, `Fn::Select asks for item ${position}, which does not exist.`);
};

const findInMap = (argument: JsonValue, scope: TemplateScope): JsonValue => {
  const keys = asList(argument, scope).slice(0, 3);
  let found: JsonValue | undefined = scope.mappings;
  for (const key of keys.map((item) => text(item, scope))) found = objectOrEmpty(found)[key];
  return found ?? fail(scope, `Fn::FindInMap finds nothing for ${JSON.stringify(keys)}.`);
};

const choose = (argument: JsonValue, scope: TemplateScope): Resolved => {
  const [name, whenTrue, whenFalse] = asList(argument, scope);
  const value = typeof name === 'string' ? scope.condition(name) : undefined;
  if (value === undefined)
    return fail(scope, `Fn::If names the condition ${JSON.stringify(name)}, which does not exist.`);
  return resolveOrAbsent((value ? whenTrue : whenFalse) ?? null, scope);
};

const split = (argument: JsonValue, scope: TemplateScope): JsonValue => {
  const [delimiter, source] = asList(argument, scope);
  return text(source, scope).split(text(delimiter, scope));
};

const join = (argument: JsonValue, scope: TemplateScope): JsonValue => {
  const [delimiter, items] = asList(argument, scope);
  return list(items, scope)
    .map((item) => text(item, scope))
    .join(text(delimiter, scope));
};

const zones = (argument: JsonValue, scope: TemplateScope): JsonValue => {
  const region = text(argument, scope) || text({ Ref: 'AWS::Region' }, scope);
  return ['a', 'b', 'c'].map((letter) => region + letter);
};

const truth = (argument: JsonValue | undefined, scope: TemplateScope): boolean => {
  if (isJsonObject(argument) && typeof argument.Condition === 'string') {
    const name = argument.Condition;
    return scope.condition(name) ?? fail(scope, `The condition ${name} does not exist.`);
  }
  return text(argument, scope) === 'true';
};

type Intrinsic = (argument: JsonValue, scope: TemplateScope) => Resolved;

/** The functions of "Intrinsic function reference" in the AWS CloudFormation user guide that apps of the CDK use. */
const intrinsics: ReadonlyMap<string, Intrinsic> = new Map<string, Intrinsic>([
  ['Ref', resolveRef],
  ['Fn::GetAtt', resolveGetAtt],
  ['Fn::Join', join],
  ['Fn::Sub', substitute],
  ['Fn::Select', select],
  ['Fn::Split', split],
  ['Fn::If', choose],
  ['Fn::FindInMap', findInMap],
  ['Fn::GetAZs', zones],
  ['Fn::Base64', (argument, scope) => Buffer.from(text(argument, scope)).toString('base64')],
  [
    'Fn::ImportValue',
    (argument, scope) => {
      const name = text(argument, scope);
      return scope.importValue(name) ?? fail(scope, `No deployed stack exports ${name}.`);
    },
  ],
  [
    'Fn::Equals',
    (argument, scope) => {
      const [a, b] = asList(argument, scope);
      return JSON.stringify(resolve(a ?? null, scope)) === JSON.stringify(resolve(b ?? null, scope));
    },
  ],
  ['Fn::Not', (argument, scope) => !truth(asList(argument, scope)[0], scope)],
  ['Fn::And', (argument, scope) => asList(argument, scope).every((item) => truth(item, scope))],
  ['Fn::Or', (argument, scope) => asList(argument, scope).some((item) => truth(item, scope))],
]);

const resolveOrAbsent = (value: JsonValue, scope: TemplateScope): Resolved => {
  if (Array.isArray(value)) {
    const items = (value as readonly JsonValue[]).map((item) => resolveOrAbsent(item, scope));
    return items.filter((item): item is JsonValue => item !== absent);
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (only && entries.length === 1) {
    const [name, argument] = only;
    const intrinsic = intrinsics.get(name);
    if (intrinsic) return intrinsic(argument, scope);
    if (name.startsWith('Fn::')) return fail(scope, `${name} is not emulated.`);
  }
  const members = entries.map(([name, member]) => [name, resolveOrAbsent(member, scope)] as const);
  return Object.fromEntries(members.filter((member): member is [string, JsonValue] => member[1] !== absent));
};

/** Resolves every function within a value; what `AWS::NoValue` takes away at the top becomes an empty text. */
export const resolve = (value: JsonValue, scope: TemplateScope): JsonValue => {
  const resolved = resolveOrAbsent(value, scope);
  return resolved === absent ? '' : resolved;
};

const collect = (value: JsonValue, found: Set<string>): void => {
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) collect(item, found);
    return;
  }
  if (!isJsonObject(value)) return;
  for (const [name, member] of Object.entries(value)) {
    if (name === 'Ref' && typeof member === 'string') found.add(member);
    else if (name === 'Fn::GetAtt') {
      const [target] = typeof member === 'string' ? member.split('.') : Array.isArray(member) ? member : [];
      if (typeof target === 'string') found.add(target);
    } else if (name === 'Fn::Sub') {
      const template = Array.isArray(member) ? member[0] : member;
      if (typeof template === 'string') {
        for (const [, target = ''] of template.matchAll(/\$\{([^!.}]+)[^}]*\}/g)) found.add(target.trim());
      }
    }
    collect(member, found);
  }
};

/** The names that a value refers to: resources, and parameters too. */
export const referencedNames = (value: JsonValue): ReadonlySet<string> => {
  const found = new Set<string>();
  collect(value, found);
  return found;
};
