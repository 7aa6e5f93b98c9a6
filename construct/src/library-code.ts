import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { CfnResource } from 'aws-cdk-lib';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';

/** Kinds of construct under which a developer's own functions are expected, although the classes are CDK's. */
const NEUTRAL_SCOPES = new Set([
  'aws-cdk-lib.App',
  'aws-cdk-lib.Stage',
  'aws-cdk-lib.Stack',
  'aws-cdk-lib.NestedStack',
  'aws-cdk-lib.aws_cloudfront.experimental.EdgeFunction',
  'aws-cdk-lib.cloudformation_include.CfnInclude',
]);
const EDGE_FUNCTION = 'aws-cdk-lib.aws_cloudfront.experimental.EdgeFunction';
const CUSTOM_RESOURCE_METADATA = 'aws:cdk:is-custom-resource-handler';

/** Whether a source file or directory belongs to an installed package; links of a workspace are followed first. */
export function isInstalledCode(path: string): boolean {
  let real = path;
  try {
    real = realpathSync(path);
  } catch {
    // A path that does not exist is judged as it is written; whoever needs the file says that it is missing.
  }
  return real.split(sep).includes('node_modules');
}

/** Whether the scope, or one around it, is a construct of CDK's that makes functions for its own use. */
export function isInsideLibraryConstruct(scope: IConstruct): boolean {
  return scope.node.scopes.some((ancestor) => {
    const name = jsiiName(ancestor);
    return name !== undefined && /^(aws-cdk-lib|@aws-cdk\/)/.test(name) && !NEUTRAL_SCOPES.has(name);
  });
}

/** Whether the scope is, or lies in, CDK's construct for a Lambda@Edge function. */
export function isInsideEdgeFunction(scope: IConstruct): boolean {
  return scope.node.scopes.some((ancestor) => jsiiName(ancestor) === EDGE_FUNCTION);
}

/** Whether CDK has marked the function as the handler of one of its custom resources. */
export function isMarkedCustomResourceHandler(fn: IConstruct): boolean {
  return fn.node.metadata.some(({ type }) => type.startsWith(CUSTOM_RESOURCE_METADATA));
}

/** Whether it is a function of an installation of CDK beside the one that is used here, of which nothing is an instance here. */
export function isFromAnotherCopy(construct: IConstruct): boolean {
  if (!CfnResource.isCfnResource(construct) || construct instanceof CfnFunction) return false;
  return jsiiName(construct) === 'aws-cdk-lib.aws_lambda.CfnFunction';
}

/** The version of the library that a construct's class comes from, for example `2.276.0` for an `App`. */
export function libraryVersion(construct: IConstruct): string | undefined {
  return jsiiInformation(construct)?.version;
}

/** What people call the construct's class: CDK's own go by other names inside its bundled code. */
export function className(construct: IConstruct): string {
  return jsiiName(construct)?.split('.').at(-1) ?? construct.constructor.name;
}

/**
 * The full name of the construct's class, if it is a library's. A class that the app derives from one inherits the
 * information, but not the class name; the wrappers that CDK puts around its own classes inherit both.
 */
function jsiiName(construct: IConstruct): string | undefined {
  const { name } = construct.constructor;
  for (let type = construct.constructor; type.name === name; type = Object.getPrototypeOf(type)) {
    if (Object.hasOwn(type, JSII_SYMBOL)) return jsiiInformation(construct)?.fqn;
  }
  return undefined;
}

/** Under which jsii leaves the full name and version of every class that it compiles. */
const JSII_SYMBOL = Symbol.for('jsii.rtti');

function jsiiInformation(construct: IConstruct): { readonly fqn: string; readonly version: string } | undefined {
  return Reflect.get(construct.constructor, JSII_SYMBOL);
}
