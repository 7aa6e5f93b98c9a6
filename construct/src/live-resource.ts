import { Annotations, type CfnResource, Stack, Stage } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { type FunctionState, unfit } from './function-state.ts';
import type { ManifestFunction } from './generated/manifest.ts';
import { locateLayers } from './layers.ts';
import type { LiveApp } from './live-app-state.ts';
import { describeLive, describeRefused, type FunctionFacts } from './manifest.ts';
import { choiceOf, stubSettings } from './new-function.ts';
import { rawFunctionKind, rawFunctionReason } from './raw-function.ts';
import { findBoundary } from './stub-permissions.ts';
import { swapFunction } from './swap-function.ts';
import {
  DEFAULT_TIMEOUT_SECONDS,
  describeStack,
  describeTemplate,
  type FunctionProperties,
  logicalIdOf,
  readProperties,
} from './template-facts.ts';

export interface ResourceVisit {
  readonly resource: lambda.CfnFunction;
  /** Construct path of the function. */
  readonly path: string;
  readonly state: FunctionState;
}

/** Puts the function into the manifest, and the stub into a live one. */
export function describeAndSwap(live: LiveApp, { resource, path, state }: ResourceVisit): void {
  if (state.name === 'library') return;
  const properties = readProperties(resource);
  const facts = describeFacts(live, { resource, path, properties });
  const fn = resource.node.scope;
  // An aspect may have set it, and by now has been at the role.
  const boundary = state.name === 'live' && fn instanceof lambda.Function ? findBoundary(fn) : undefined;
  const warnings = boundary === undefined ? facts.warnings : [...facts.warnings, boundary];
  const request = { facts: { ...facts, warnings }, directory: live.directory };
  if (state.name === 'refused') {
    functionsOf(live, resource)?.push(describeRefused(request, state));
    return;
  }
  const { live: api, isNode, mode, door } = state;
  const raisedTimeoutSeconds = raise(live, properties);
  functionsOf(live, resource)?.push(describeLive(request, { ...state, raisedTimeoutSeconds }));
  if (raisedTimeoutSeconds !== undefined) live.raised.push({ path, resource });
  swapFunction(resource, {
    ...(mode === 'fallback'
      ? { layer: live.stacks.stubLayerFor(resource) }
      : { stub: live.stacks.stubAssetFor(resource) }),
    settings: stubSettings(live, { path, api, mode }),
    door,
    properties,
    isNode,
    raisedTimeoutSeconds,
  });
}

/** A resource of a function that the developer has written by hand stays as it is, which is said where it was selected. */
export function refuseRawFunction(live: LiveApp, resource: CfnResource): void {
  const { path } = resource.node;
  if (choiceOf(live, path) === 'unselected') return;
  const properties = readProperties(resource);
  const state = unfit(rawFunctionKind(properties), rawFunctionReason(resource));
  live.states.set(path, state);
  Annotations.of(resource).addWarningV2('live-lambda:refused', `${path} is not live: ${state.reason}`);
  const facts = describeFacts(live, { resource, path, properties });
  functionsOf(live, resource)?.push(describeRefused({ facts, directory: live.directory }, state));
}

interface DescribedResource {
  readonly resource: CfnResource;
  readonly path: string;
  readonly properties: FunctionProperties;
}

function describeFacts(live: LiveApp, { resource, path, properties }: DescribedResource): FunctionFacts {
  const stack = Stack.of(resource);
  return {
    id: path,
    path,
    stack: describeStack(resource),
    logicalId: logicalIdOf(stack, resource),
    ...describeTemplate(stack, properties),
    layers: locateLayers(resource),
    warnings: live.warnings.get(path) ?? [],
  };
}

function functionsOf(live: LiveApp, resource: CfnResource): ManifestFunction[] | undefined {
  return live.described.get(Stage.of(resource) ?? live.app);
}

/** The timeout to be deployed, if it is longer than the app's own; one that is known only at deploy is left alone. */
function raise({ timeoutSeconds }: LiveApp, properties: FunctionProperties): number | undefined {
  const own = properties.Timeout ?? DEFAULT_TIMEOUT_SECONDS;
  return timeoutSeconds !== undefined && typeof own === 'number' && own < timeoutSeconds ? timeoutSeconds : undefined;
}
