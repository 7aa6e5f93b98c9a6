import { Stack, Stage, Token } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { configuredSource } from './configured-source.ts';
import type { FunctionProps, FunctionSource } from './function-source.ts';
import { judgeNewFunction, type LiveState, type RefusedState, unfit } from './function-state.ts';
import { findProtection } from './guard.ts';
import type { LiveApp } from './live-app-state.ts';
import type { LiveDoor } from './live-door.ts';
import type { LiveMode } from './live-mode.ts';
import { type LiveApi, OWN_NAMESPACES, outermostStack } from './live-stack.ts';
import type { Choice } from './selection.ts';
import { restoreCode, StubCode } from './stub-code.ts';
import { checkStubVariableSize, type StubSettings } from './stub-environment.ts';

/** A construct that is about to be made. */
export interface NewConstruct<Props> {
  readonly props: Props;
  readonly scope: Construct;
  readonly id: string;
}

/** What the developer says about a function's source. */
export interface GivenSource {
  readonly entry?: string;
  readonly handler?: string;
  readonly tsconfig?: string;
  readonly mode?: LiveMode | undefined;
  readonly door?: LiveDoor | undefined;
}

/** Whether the context or the code selects what is about to be made. */
export function isSelected(live: LiveApp, made: NewConstruct<unknown>): boolean {
  return choiceOf(live, pathOf(made)) !== 'unselected';
}

/** What becomes of the function at this construct path. */
export function choiceOf(live: LiveApp, path: string): Choice {
  return live.selection.choose([path, ...(live.aliases.get(path) ?? [])]);
}

/** Decides what becomes of a function that is about to be made, and gives it the stub's code where it is to be live. */
export function startFunction(live: LiveApp, made: NewConstruct<FunctionProps>): FunctionProps {
  const { props, scope, id } = made;
  const path = pathOf(made);
  live.aliases.set(path, singletonsInTheMaking(scope));
  const verdict = judgeNewFunction({ props, scope, id, directory: live.directory });
  if (verdict.name === 'library') live.states.set(path, verdict);
  if (verdict.name === 'library' || choiceOf(live, path) === 'unselected') return props;
  const kind = verdict.name === 'possible' ? verdict.source.kind : verdict.kind;
  const judged = findPlaceRefusal(live, { scope, kind }) ?? verdict;
  if (judged.name === 'refused') {
    live.states.set(path, judged);
    return props;
  }
  const { mode, door } = live;
  const isNode = props.runtime?.family === lambda.RuntimeFamily.NODEJS;
  const code = mode === 'replace' ? new StubCode(props.code, live.stacks.stubAssetFor) : undefined;
  goLive(live, { path, scope, source: judged.source, code, isNode, mode, door });
  return code === undefined ? props : { ...props, code };
}

interface LiveStart {
  readonly path: string;
  readonly scope: Construct;
  readonly source: FunctionSource;
  readonly code: StubCode | undefined;
  readonly isNode: boolean;
  readonly mode: LiveMode;
  readonly door: LiveDoor;
}

function goLive(live: LiveApp, { path, scope, source, code, isNode, mode, door }: LiveStart): void {
  const api = live.stacks.apiFor(scope);
  checkStubVariableSize(stubSettings(live, { path, api, mode }));
  api.developers.expect();
  live.states.set(path, { name: 'live', source, code, live: api, isNode, mode, door });
}

/** What the stub of a function is told. */
export function stubSettings(
  live: LiveApp,
  { path, api, mode }: { readonly path: string; readonly api: LiveApi; readonly mode: LiveMode },
): StubSettings {
  const { httpHost, realtimeHost, namespaces } = api;
  const others = namespaces.toTunnel === OWN_NAMESPACES.toTunnel ? {} : { namespaces };
  return { ...live.settings, function: path, ...(mode === 'fallback' && { mode }), httpHost, realtimeHost, ...others };
}

export interface Configuration {
  readonly fn: lambda.Function;
  readonly given: GivenSource;
}

/** Takes what the developer says about the source of a function, which may now be live although it was refused. */
export function configureFunction(live: LiveApp, { fn, given }: Configuration): void {
  const { path } = fn.node;
  const state = live.states.get(path);
  if (choiceOf(live, path) === 'unselected' || state?.name === 'library') return;
  if (state?.name === 'refused' && state.cause !== 'source') return;
  const resource = fn.node.defaultChild;
  const handler = resource instanceof lambda.CfnFunction ? resource.handler : undefined;
  const source = configuredSource({
    path,
    given,
    found: state?.name === 'live' ? state.source : undefined,
    kind: state?.name === 'live' ? state.source.kind : (state?.kind ?? 'asset'),
    moduleHandler: handler === undefined || Token.isUnresolved(handler) ? undefined : handler,
    runtime: fn.runtime.name,
    directory: live.directory,
  });
  const { mode: knownMode, door: knownDoor } = state?.name === 'live' ? state : live;
  const { mode = knownMode, door = knownDoor } = given;
  if (state?.name === 'live') {
    changeSource(live, { fn, state, source, mode, door });
    return;
  }
  const refused = findPlaceRefusal(live, { scope: fn, kind: source.kind });
  if (refused !== undefined) live.states.set(path, refused);
  else
    goLive(live, {
      path,
      scope: fn,
      source,
      code: undefined,
      isNode: fn.runtime.family === lambda.RuntimeFamily.NODEJS,
      mode,
      door,
    });
}

interface LiveChange extends Pick<LiveState, 'source' | 'mode' | 'door'> {
  readonly fn: lambda.Function;
  readonly state: LiveState;
}

function changeSource(live: LiveApp, { fn, state, source, mode, door }: LiveChange): void {
  const resource = fn.node.defaultChild;
  const restored = mode === 'fallback' && state.code !== undefined && resource instanceof lambda.CfnFunction;
  if (restored) restoreCode(fn, resource, state.code.original);
  checkStubVariableSize(stubSettings(live, { path: fn.node.path, api: state.live, mode }));
  live.states.set(fn.node.path, { ...state, source, mode, door, code: restored ? undefined : state.code });
}

/** Whether, and why, no function there may be live. */
function findPlaceRefusal(
  live: LiveApp,
  { scope, kind }: { readonly scope: Construct; readonly kind: FunctionSource['kind'] },
): RefusedState | undefined {
  const stack = outermostStack(scope);
  const account = known(stack.account) ?? live.defaultPlace?.account;
  const region = known(stack.region) ?? live.defaultPlace?.region;
  const stages = stack.node.scopes.filter((ancestor) => Stage.isStage(ancestor)).map(({ node }) => node.path);
  const place = { account, region, stages: stages.filter(Boolean), stack: stack.node.path, stackName: stack.stackName };
  const protection = findProtection(place, live.guard ?? {});
  if (protection !== undefined) return { name: 'refused', kind, reason: `${protection}.`, cause: 'guard' };
  const apiRegion = live.existingApi?.region;
  if (apiRegion === undefined || region === undefined || apiRegion === region) return undefined;
  return unfit(kind, `it lies in ${region}, and the Events API that attach() is given in ${apiRegion}.`);
}

function known(value: string): string | undefined {
  return Token.isUnresolved(value) ? undefined : value;
}

function pathOf({ scope, id }: NewConstruct<unknown>): string {
  return [scope.node.path, id].filter(Boolean).join('/');
}

/** A SingletonFunction makes its function in the stack, with a name of CDK's; people know it by their own. */
function singletonsInTheMaking(scope: Construct): readonly string[] {
  if (!Stack.isStack(scope)) return [];
  return scope.node
    .findAll()
    .filter(
      (construct) =>
        construct instanceof lambda.SingletonFunction && Reflect.get(construct, 'lambdaFunction') === undefined,
    )
    .map(({ node }) => node.path);
}
