import { Annotations } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { findDifferences, findHazard } from './function-hazards.ts';
import { judgeFinishedFunction, type LiveState, type RefusedState, unfit } from './function-state.ts';
import { INVOKED_AT_DEPLOY_REASON, isInvokedAtDeploy } from './invoked-at-deploy.ts';
import type { LiveApp } from './live-app-state.ts';
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
  const state = judged.name === 'live' ? (findUnfitness(live, { fn, judged }) ?? judged) : judged;
  live.states.set(path, state);
  if (before?.name === 'live' && state.name !== 'live') takeBack(live, { fn, before });
  if (state.name === 'refused') {
    Annotations.of(fn).addWarningV2('live-lambda:refused', `${path} is not live: ${state.reason}`);
  }
  if (state.name !== 'live') return;
  state.live.developers.include(fn);
  const problem = grantStub(fn, state.live);
  const differences = findDifferences(readProperties(resourceOf(fn)));
  live.warnings.set(path, problem === undefined ? differences : [problem, ...differences]);
  if (problem !== undefined) Annotations.of(fn).addWarningV2('live-lambda:permissions', problem);
}

/** Looks for what shows only in the finished function, and in those who call it. */
function findUnfitness(
  live: LiveApp,
  { fn, judged }: { readonly fn: lambda.Function; readonly judged: LiveState },
): RefusedState | undefined {
  const hazard = findHazard(readProperties(resourceOf(fn)));
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
