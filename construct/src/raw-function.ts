import { CfnResource } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import type { ManifestFunction } from './generated/manifest.ts';
import { isInsideLibraryConstruct } from './library-code.ts';

const SAM_FUNCTION = 'AWS::Serverless::Function';

/** Whether it is a function's resource that the developer has written without CDK's own class around it. */
export function isRawFunction(construct: IConstruct): construct is CfnResource {
  if (!CfnResource.isCfnResource(construct)) return false;
  const parent = construct.node.scope;
  if (!(construct instanceof lambda.CfnFunction) && construct.cfnResourceType !== SAM_FUNCTION) return false;
  if (parent instanceof lambda.Function && parent.node.defaultChild === construct) return false;
  return parent === undefined || !isInsideLibraryConstruct(parent);
}

export function rawFunctionReason(resource: CfnResource): string {
  const type = resource.cfnResourceType === SAM_FUNCTION ? SAM_FUNCTION : 'a plain CfnFunction';
  return `it is ${type}, whose source and role live-lambda cannot know. Make it a lambda.Function.`;
}

export function rawFunctionKind(properties: Readonly<Record<string, unknown>>): ManifestFunction['kind'] {
  const code = properties.Code;
  if (properties.PackageType === 'Image' || hasMember(code, 'ImageUri')) return 'image';
  return hasMember(code, 'ZipFile') || properties.InlineCode !== undefined ? 'inline' : 's3';
}

function hasMember(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Reflect.get(value, key) !== undefined;
}
