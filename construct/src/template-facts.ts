import { type CfnResource, Stack, Token } from 'aws-cdk-lib';
import type { DescribedFunction, ManifestStack } from './generated/manifest.ts';
import { outermostStack } from './live-stack.ts';
import type { TemplateVariables } from './stub-environment.ts';

/** Properties of an `AWS::Lambda::Function` as they would stand in the template, the app's raw overrides included. */
export type FunctionProperties = Readonly<Record<string, unknown>>;

/**
 * Lambda's own values where a template says nothing.
 * {@link https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html}
 */
export const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY_MB = 128;
const DEFAULT_ARCHITECTURE = 'x86_64';

export type TemplateFacts = Pick<
  DescribedFunction,
  | 'account'
  | 'region'
  | 'functionName'
  | 'moduleHandler'
  | 'runtime'
  | 'architecture'
  | 'timeoutMs'
  | 'memoryMb'
  | 'vpc'
  | 'environmentNames'
  | 'unresolved'
>;

/** The function's properties at this moment. */
export function readProperties(resource: CfnResource): FunctionProperties {
  const template = Stack.of(resource).resolve(resource._toCloudFormation());
  const [described] = Object.values<{ readonly Properties?: FunctionProperties }>(template.Resources ?? {});
  return described?.Properties ?? {};
}

/** The function's variables among its properties. */
export function variablesOf(properties: FunctionProperties): TemplateVariables {
  return memberObject(properties.Environment, 'Variables');
}

/** What the manifest says of a function because the template does. */
export function describeTemplate(stack: Stack, properties: FunctionProperties): TemplateFacts {
  const unresolved: string[] = [];
  const known = <Value>(name: keyof TemplateFacts, value: unknown, type: (value: unknown) => value is Value) => {
    if (value === undefined || type(value)) return value ?? null;
    unresolved.push(name);
    return null;
  };
  const architectures = properties.Architectures ?? [DEFAULT_ARCHITECTURE];
  const timeoutSeconds = known('timeoutMs', properties.Timeout ?? DEFAULT_TIMEOUT_SECONDS, isNumber);
  const name = properties.FunctionName;
  return {
    account: Token.isUnresolved(stack.account) ? null : stack.account,
    region: Token.isUnresolved(stack.region) ? null : stack.region,
    functionName: isString(name) ? name : null,
    moduleHandler: known('moduleHandler', properties.Handler, isString),
    runtime: known('runtime', properties.Runtime, isString),
    architecture: known(
      'architecture',
      Array.isArray(architectures) ? architectures[0] : architectures,
      isArchitecture,
    ),
    timeoutMs: timeoutSeconds === null ? null : timeoutSeconds * 1000,
    memoryMb: known('memoryMb', properties.MemorySize ?? DEFAULT_MEMORY_MB, isNumber),
    vpc: properties.VpcConfig !== undefined,
    environmentNames: Object.keys(variablesOf(properties)).sort(),
    unresolved,
  };
}

/** Where a function's resource is declared. */
export function describeStack(resource: CfnResource): ManifestStack {
  const outermost = outermostStack(resource);
  return { artifact: outermost.artifactId, name: outermost.stackName, nested: nestedLogicalIds(Stack.of(resource)) };
}

function nestedLogicalIds(stack: Stack): readonly string[] {
  const { nestedStackParent: parent, nestedStackResource: resource } = stack;
  if (parent === undefined || resource === undefined) return [];
  return [...nestedLogicalIds(parent), logicalIdOf(parent, resource)];
}

/** The logical id of a resource in its stack's template. */
export function logicalIdOf(stack: Stack, resource: { readonly logicalId?: string }): string {
  return stack.resolve(resource.logicalId);
}

function memberObject(value: unknown, key: string): Readonly<Record<string, unknown>> {
  const member = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof member === 'object' && member !== null ? member : {};
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isArchitecture(value: unknown): value is 'x86_64' | 'arm64' {
  return value === 'x86_64' || value === 'arm64';
}
