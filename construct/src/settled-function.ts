import { Annotations } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { findFallbackHazard } from './fallback.ts';
import { findDifferences, findHazard } from './function-hazards.ts';
import {
  type FunctionState,
  judgeFinishedFunction,
  type LiveState,
  type RefusedState,
  unfit,
} from './function-state.ts';
import { findHandlerDoorHazard, HANDLER_DOOR_DIFFERENCE } from './handler-door.ts';
import { INVOKED_AT_DEPLOY_REASON, isInvokedAtDeploy } from './invoked-at-deploy.ts';
import type { LiveApp } from './live-app-state.ts';
import { findClosedNetwork } from './network.ts';
import { choiceOf } from './new-function.ts';
import { restoreCode } from './stub-code.ts';
import { grantStub } from './stub-permissions.ts';
import { readProperties } from './template-facts.ts';

/** Decides for good what becomes of a function, and says so where that is not what was asked for. */
export function settleFunction(live: LiveApp, fn: lambda.Function): void {
  const { path } = fn.node;
  if (choiceOf(live, path) === 'unselected') return;
  const before = live.states.get(path);
  const judged = judgeFinishedFunction(fn, before);
  const state = judgeSettled(live, { fn, judged });
  live.states.set(path, state);
  if (before?.name === 'live' && state.name !== 'live') takeBack(live, { fn, before });
  if (state.name === 'refused') warnRefused(fn, state.reason);
  if (state.name !== 'live') return;
  state.live.developers.include(fn);
  const problem = grantStub(fn, state.live);
  const properties = readProperties(resourceOf(fn));
  const network = findClosedNetwork({ fn, properties, constructs: live.app.node.findAll() });
  const ofDoor = state.door === 'handler' ? [HANDLER_DOOR_DIFFERENCE] : [];
  const differences = [...findDifferences(properties), ...ofDoor];
  live.warnings.set(path, [problem, network].filter(isText).concat(differences));
  if (problem !== undefined) Annotations.of(fn).addWarningV2('live-lambda:permissions', problem);
  if (network !== undefined) Annotations.of(fn).addWarningV2('live-lambda:network', network);
}

/** @returns the judgement, or why the function could not be live whatever is said about its source */
function judgeSettled(
  live: LiveApp,
  { fn, judged }: { readonly fn: lambda.Function; readonly judged: FunctionState },
): FunctionState {
  if (judged.name === 'live') return findUnfitness(live, { fn, judged }) ?? judged;
  if (judged.name !== 'refused' || judged.cause !== 'source') return judged;
  const hazard = findHazard(readProperties(resourceOf(fn)));
  return hazard === undefined ? judged : unfit(judged.kind, hazard);
}

/**
 * Looks at a live function's resource again, once every aspect has been at it: one that comes after the function itself
 * was visited may have set what the stub cannot stand. What its role was granted by then stays.
 */
export function settleResource(live: LiveApp, fn: lambda.Function): void {
  const { path } = fn.node;
  const state = live.states.get(path);
  const hazard = state?.name === 'live' ? findStubHazard(live, { fn, state }) : undefined;
  if (state?.name !== 'live' || hazard === undefined) return;
  live.states.set(path, unfit(state.source.kind, hazard));
  if (state.code !== undefined) restoreCode(fn, resourceOf(fn), state.code.original);
  warnRefused(fn, hazard);
}

function isText(value: string | undefined): value is string {
  return value !== undefined;
}

function warnRefused(fn: lambda.Function, reason: string): void {
  Annotations.of(fn).addWarningV2('live-lambda:refused', `${fn.node.path} is not live: ${reason}`);
}

function findStubHazard(
  live: LiveApp,
  { fn, state: { mode, door } }: { readonly fn: lambda.Function; readonly state: LiveState },
): string | undefined {
  const properties = readProperties(resourceOf(fn));
  return (
    findHazard(properties) ??
    (mode === 'fallback' ? findFallbackHazard(properties) : undefined) ??
    (door === 'handler' ? findHandlerDoorHazard({ fn, mode, constructs: live.app.node.findAll() }) : undefined)
  );
}

/** Looks for what shows only in the finished function, and in those who call it. */
function findUnfitness(
  live: LiveApp,
  { fn, judged }: { readonly fn: lambda.Function; readonly judged: LiveState },
): RefusedState | undefined {
  const hazard = findStubHazard(live, { fn, state: judged });
  if (hazard !== undefined) return unfit(judged.source.kind, hazard);
  if (choiceOf(live, fn.node.path) === 'named') return undefined;
  return isInvokedAtDeploy(fn, live.app.node.findAll())
    ? unfit(judged.source.kind, INVOKED_AT_DEPLOY_REASON)
    : undefined;
}

function resourceOf(fn: lambda.Function): lambda.CfnFunction {
  const resource = fn.node.defaultChild;
  if (resource instanceof lambda.CfnFunction) return resource;
  throw new Error(
    `live-lambda: ${fn.node.path} has no AWS::Lambda::Function as its default child. ` +
      `Leave it out with -c live-lambda:${fn.node.path}=false.`,
  );
}

function takeBack(live: LiveApp, { fn, before }: { readonly fn: lambda.Function; readonly before: LiveState }): void {
  if (before.code !== undefined) restoreCode(fn, resourceOf(fn), before.code.original);
  const stillNeeded = [...live.states.values()].some((state) => state.name === 'live' && state.live === before.live);
  if (!stillNeeded) live.stacks.remove(fn);
}
