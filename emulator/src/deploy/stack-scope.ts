import { DeploymentError } from './deployment-error.ts';
import { resolve, type TemplateScope } from './intrinsics.ts';
import { type JsonValue, objectOrEmpty } from './json.ts';
import type { ProvisionedResource } from './resource-provider.ts';
import type { Template } from './template.ts';

/** The state of a stack's resources while it deploys. */
export interface ResourceStates {
  readonly provisioned: ReadonlyMap<string, ProvisionedResource>;
  /** Logical id -> type. */
  readonly skipped: ReadonlyMap<string, string>;
}

export interface StackScopeOptions {
  readonly stackName: string;
  readonly stackId: string;
  readonly region: string;
  readonly accountId: string;
  readonly template: Template;
  /** Values for the template's parameters, before its defaults. */
  readonly parameters: Readonly<Record<string, JsonValue>>;
  readonly states: ResourceStates;
  readonly importValue: (name: string) => JsonValue | undefined;
  readonly onPlaceholder: (placeholder: {
    readonly logicalId: string;
    readonly attribute: string;
    readonly value: string;
  }) => void;
}

const pseudoParameters = (options: StackScopeOptions): Readonly<Record<string, JsonValue>> => ({
  'AWS::AccountId': options.accountId,
  'AWS::Region': options.region,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': options.stackName,
  'AWS::StackId': options.stackId,
  'AWS::NotificationARNs': [],
});

const parameterValues = (options: StackScopeOptions): Readonly<Record<string, JsonValue>> => {
  const { template, parameters, stackName } = options;
  return Object.fromEntries(
    Object.entries(template.parameters).map(([name, declaration]) => {
      const value = parameters[name] ?? objectOrEmpty(declaration).Default;
      if (value === undefined) {
        throw new DeploymentError(
          `${stackName}: the parameter ${name} has no default and no value. Give it a default in the app.`,
        );
      }
      return [name, value];
    }),
  );
};

/** Something that looks like what the resource would have given. */
const placeholderValue = (
  options: StackScopeOptions,
  wanted: { readonly logicalId: string; readonly attribute: string; readonly type: string },
): string => {
  const name = `${options.stackName}-${wanted.logicalId}`;
  const service = wanted.type.split('::')[1]?.toLowerCase() ?? 'unknown';
  if (wanted.attribute === 'Ref') return name;
  if (wanted.attribute.endsWith('Arn')) return `arn:aws:${service}:${options.region}:${options.accountId}:${name}`;
  return `${name}-${wanted.attribute}`;
};

/** What the functions of one stack's template see. */
export const createStackScope = (options: StackScopeOptions): TemplateScope => {
  const { template, states } = options;
  const values = { ...parameterValues(options), ...pseudoParameters(options) };
  const conditions = new Map<string, boolean>();

  const placeholder = (logicalId: string, attribute: string): string | undefined => {
    const type =
      states.skipped.get(logicalId) ??
      (states.provisioned.has(logicalId) ? template.resources.get(logicalId)?.type : undefined);
    if (type === undefined) return undefined;
    const value = placeholderValue(options, { logicalId, attribute, type });
    options.onPlaceholder({ logicalId, attribute, value });
    return value;
  };

  const scope: TemplateScope = {
    place: options.stackName,
    mappings: template.mappings,
    importValue: options.importValue,
    ref: (name) => values[name] ?? states.provisioned.get(name)?.physicalId ?? placeholder(name, 'Ref'),
    attribute: (logicalId, attribute) =>
      states.provisioned.get(logicalId)?.attributes[attribute] ?? placeholder(logicalId, attribute),
    condition: (name) => {
      const declared = template.conditions[name];
      if (declared === undefined) return undefined;
      const known = conditions.get(name);
      if (known !== undefined) return known;
      const value = String(resolve(declared, scope)) === 'true';
      conditions.set(name, value);
      return value;
    },
  };
  return scope;
};
