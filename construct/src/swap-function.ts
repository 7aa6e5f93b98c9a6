import { Lazy, Stack } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import * as cxapi from 'aws-cdk-lib/cx-api';
import { addStubLayer } from './fallback.ts';
import { STUB_HANDLER } from './handler-door.ts';
import type { LiveDoor } from './live-door.ts';
import {
  EXEC_WRAPPER_VARIABLE,
  execWrapperPath,
  MOVED_VARIABLES,
  type StubSettings,
  stubEnvironment,
  type TemplateVariables,
} from './stub-environment.ts';
import { type FunctionProperties, variablesOf } from './template-facts.ts';

/** What runs the stub of a function whose own runtime cannot: the newest Node.js that every region has. */
const STUB_RUNTIME = 'nodejs22.x';
/** The oldest Node.js that the stub is built for. */
const MIN_STUB_NODE_MAJOR = 20;

/** What belongs to the function's own runtime, and may not stand beside another one. */
const RUNTIME_PROPERTIES = ['Layers', 'SnapStart', 'RuntimeManagementConfig'];

/** Where CDK notes the local code of a function that was bound before the swap, which would mislead other tools. */
const ASSET_METADATA = [
  cxapi.ASSET_RESOURCE_METADATA_PATH_KEY,
  cxapi.ASSET_RESOURCE_METADATA_IS_BUNDLED_KEY,
  cxapi.ASSET_RESOURCE_METADATA_PROPERTY_KEY,
];

export interface SwapRequest {
  /** The stub in place of the function's code, or in a layer beside it. */
  readonly stub?: Asset;
  readonly layer?: lambda.CfnLayerVersion;
  readonly settings: StubSettings;
  readonly door: LiveDoor;
  /** The function's properties before the swap. */
  readonly properties: FunctionProperties;
  /** The runtime that the app chose is one of Node.js. */
  readonly isNode: boolean;
  /** A longer timeout than the app's own. */
  readonly raisedTimeoutSeconds?: number | undefined;
}

/**
 * Makes the function's resource run the stub. Only code and variables change where the function's own runtime can run
 * the stub, started in its place, so that hot swapping, which ignores other changes, keeps working.
 *
 * Each value is set twice, as property and as raw override: without the override, one that the app has made would win.
 */
export function swapFunction(resource: lambda.CfnFunction, request: SwapRequest): void {
  const { stub, layer, properties } = request;
  if (stub !== undefined) swapCode(resource, stub);
  if (layer !== undefined) addStubLayer(resource, { layer, properties });
  swapEnvironment(resource, request);
  if (request.door === 'handler') {
    resource.handler = STUB_HANDLER;
    resource.addPropertyOverride('Handler', STUB_HANDLER);
  }
  if (request.raisedTimeoutSeconds !== undefined) {
    resource.timeout = request.raisedTimeoutSeconds;
    resource.addPropertyOverride('Timeout', request.raisedTimeoutSeconds);
  }
  if (stub === undefined || canRunStub(request)) return;
  resource.runtime = STUB_RUNTIME;
  resource.addPropertyOverride('Runtime', STUB_RUNTIME);
  for (const name of RUNTIME_PROPERTIES) resource.addPropertyDeletionOverride(name);
}

function swapCode(resource: lambda.CfnFunction, stub: Asset): void {
  resource.code = { s3Bucket: stub.s3BucketName, s3Key: stub.s3ObjectKey };
  resource.addPropertyOverride('Code.S3Bucket', stub.s3BucketName);
  resource.addPropertyOverride('Code.S3Key', stub.s3ObjectKey);
  for (const name of ['ZipFile', 'S3ObjectVersion', 'SourceKMSKeyArn']) {
    resource.addPropertyDeletionOverride(`Code.${name}`);
  }
  for (const name of ASSET_METADATA) delete resource.cfnOptions.metadata?.[name];
}

function swapEnvironment(resource: lambda.CfnFunction, { settings, door, properties }: SwapRequest): void {
  const stack = Stack.of(resource);
  const original = resource.environment;
  const overridden = overriddenVariables(stack, { original, final: variablesOf(properties) });
  resource.environment = Lazy.uncachedAny({
    produce: (context) => {
      const own = declaredVariables(context.resolve(original));
      return { variables: stubEnvironment({ stack, settings, door, variables: { ...own, ...overridden } }) };
    },
  });
  for (const name of Object.keys(overridden)) resource.addPropertyDeletionOverride(`Environment.Variables.${name}`);
  if (door === 'runtime' && EXEC_WRAPPER_VARIABLE in overridden) {
    resource.addPropertyOverride(`Environment.Variables.${EXEC_WRAPPER_VARIABLE}`, execWrapperPath(settings));
  }
}

/** Those variables to be moved that the app set by a raw override, which would survive any other way of removing them. */
function overriddenVariables(
  stack: Stack,
  { original, final }: { readonly original: lambda.CfnFunction['environment']; readonly final: TemplateVariables },
): TemplateVariables {
  const declared = declaredVariables(stack.resolve(original));
  const differing = Object.entries(final).filter(
    ([name, value]) => MOVED_VARIABLES.includes(name) && JSON.stringify(value) !== JSON.stringify(declared[name]),
  );
  return Object.fromEntries(differing);
}

function declaredVariables(environment: { readonly variables?: TemplateVariables } | undefined): TemplateVariables {
  return environment?.variables ?? {};
}

function canRunStub({ properties, isNode }: SwapRequest): boolean {
  const runtime = properties.Runtime;
  if (typeof runtime !== 'string') return isNode;
  const major = /^nodejs(\d+)\./.exec(runtime)?.[1];
  return major !== undefined && Number(major) >= MIN_STUB_NODE_MAJOR;
}
