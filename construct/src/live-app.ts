import { Annotations, App, Aspects, attachCustomSynthesis, PropertyInjectors, Stack, Stage } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct, type IConstruct } from 'constructs';
import type { FunctionProps } from './function-source.ts';
import { type FunctionState, judgeFinishedFunction, judgeNewFunction, type LiveState } from './function-state.ts';
import { locateLayers } from './layers.ts';
import { libraryVersion } from './library-code.ts';
import { createLiveStacks, type LiveApi, type LiveStacks } from './live-stack.ts';
import { describeLive, describeRefused, type FunctionFacts, writeManifest } from './manifest.ts';
import type { ManifestFunction } from './manifest-format.ts';
import { PYTHON_FUNCTION_INJECTION_ID, withReadyImage } from './python-image.ts';
import type { Selection } from './selection.ts';
import { restoreCode, StubCode } from './stub-code.ts';
import { checkStubVariableSize, type StubPlace, type StubSettings, type StubTrust } from './stub-environment.ts';
import { grantStub } from './stub-permissions.ts';
import { swapFunction } from './swap-function.ts';
import { describeStack, describeTemplate, logicalIdOf, readProperties } from './template-facts.ts';
import { explainUnknownName } from './unknown-names.ts';

export interface LiveAppRequest {
  readonly app: App;
  readonly selection: Extract<Selection, { state: 'on' }>;
  readonly settings: Pick<StubPlace, 'app' | 'session'> & StubTrust;
  /** File of the stub's code. */
  readonly stubZip: string;
  /** Where the app runs: its relative paths are meant against it. */
  readonly directory: string;
}

/** Everything that is remembered about one app while it is live. */
interface LiveApp extends LiveAppRequest {
  readonly stacks: LiveStacks;
  /** By construct path: set when a function is made (`injectStub`), final once the whole app stands (`settle`). */
  readonly states: Map<string, FunctionState>;
  readonly warnings: Map<string, readonly string[]>;
  /** An app may be synthesized more than once, and its aspects then visit everything again. */
  readonly visited: Set<IConstruct>;
  readonly described: Map<Stage, ManifestFunction[]>;
}

/**
 * After the aspects of an app (500 if nothing else is said), so that the stub has the last word; before those that only
 * read (1000). {@link https://docs.aws.amazon.com/cdk/v2/guide/aspects.html}
 */
const ASPECT_PRIORITY = 900;
const MANIFEST_SCOPE_ID = 'LiveLambdaManifest';

/** Makes the selected functions of an app live as they are created. Nothing of the app may exist yet. */
export function attachToApp(request: LiveAppRequest): void {
  const { app } = request;
  refuseUnfitApp(app);
  const live: LiveApp = {
    ...request,
    stacks: createLiveStacks(request.stubZip),
    states: new Map(),
    warnings: new Map(),
    visited: new Set(),
    described: new Map(),
  };
  watchStage(live, app);
  addInjector<FunctionProps>(app, lambda.Function.PROPERTY_INJECTION_ID, (made) => injectStub(live, made));
  addInjector<Parameters<typeof withReadyImage>[0]>(app, PYTHON_FUNCTION_INJECTION_ID, (made) =>
    live.selection.includes(pathOf(made)) ? withReadyImage(made.props) : made.props,
  );
  app.node.addValidation({ validate: () => explainUnknownNames(live) });
}

function refuseUnfitApp(app: App): void {
  if (!(app instanceof App)) {
    throw new Error(
      'live-lambda: attach() needs the App of the aws-cdk-lib that live-lambda-cdk uses. ' +
        'Pass the App itself, and make sure with npm ls aws-cdk-lib that only one copy is installed.',
    );
  }
  if (typeof lambda.Function.PROPERTY_INJECTION_ID !== 'string') {
    throw new Error(`live-lambda: aws-cdk-lib ${libraryVersion(app) ?? ''} is too old. Install 2.196.0 or newer.`);
  }
  if (app.node.tryFindChild(MANIFEST_SCOPE_ID)) {
    throw new Error('live-lambda: attach() was called twice for one App. Call it once, right after new App().');
  }
  const early = app.node.findAll().find((construct) => construct instanceof lambda.Function);
  if (early === undefined) return;
  throw new Error(
    `live-lambda: attach() was called after ${early.node.path} was created, whose code it can no longer replace. ` +
      'Call it right after new App().',
  );
}

/** Aspects do not enter a stage from outside, and each stage has an assembly of its own: every stage is watched by itself. */
function watchStage(live: LiveApp, stage: Stage): void {
  if (live.described.has(stage)) return;
  const functions: ManifestFunction[] = [];
  live.described.set(stage, functions);
  Aspects.of(stage).add({ visit: (construct) => visit(live, construct) }, { priority: ASPECT_PRIORITY });
  attachCustomSynthesis(new Construct(stage, MANIFEST_SCOPE_ID), {
    onSynthesize: (session) =>
      writeManifest({
        assembly: session.assembly.outdir,
        directory: live.directory,
        content: {
          app: live.settings.app,
          session: live.settings.session,
          cdkLib: libraryVersion(live.app) ?? 'unknown',
          stage: stage.node.path,
          functions: functions.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
        },
      }),
  });
}

/** A construct that is about to be made. */
interface NewConstruct<Props> {
  readonly props: Props;
  readonly scope: Construct;
  readonly id: string;
}

/** Changes what the constructors of a class are given, after an injector of the app's own has done so. */
function addInjector<Props extends object>(
  app: App,
  constructUniqueId: string,
  inject: (made: NewConstruct<Props>) => Props,
): void {
  const previous = PropertyInjectors.of(app).for(constructUniqueId);
  PropertyInjectors.of(app).add({
    constructUniqueId,
    inject: (given, context) => {
      const props: Props = previous ? previous.inject(given, context) : given;
      return inject({ props, scope: context.scope, id: context.id });
    },
  });
}

function pathOf({ scope, id }: NewConstruct<unknown>): string {
  return [scope.node.path, id].filter(Boolean).join('/');
}

function injectStub(live: LiveApp, made: NewConstruct<FunctionProps>): FunctionProps {
  const { props, scope, id } = made;
  watchStage(live, Stage.of(scope) ?? live.app);
  const path = pathOf(made);
  const verdict = judgeNewFunction({ props, scope, id, directory: live.directory });
  if (verdict.name === 'library') live.states.set(path, verdict);
  if (verdict.name === 'library' || !live.selection.includes(path)) return props;
  if (verdict.name === 'refused') {
    live.states.set(path, verdict);
    return props;
  }
  const api = live.stacks.apiFor(scope);
  checkStubVariableSize(stubSettings(live, { path, api }));
  const code = new StubCode(props.code, live.stacks.stubAssetFor);
  const isNode = props.runtime?.family === lambda.RuntimeFamily.NODEJS;
  live.states.set(path, { name: 'live', source: verdict.source, code, live: api, isNode });
  return { ...props, code };
}

function stubSettings(live: LiveApp, { path, api }: { readonly path: string; readonly api: LiveApi }): StubSettings {
  return { ...live.settings, function: path, httpHost: api.api.httpDns, realtimeHost: api.api.realtimeDns };
}

function visit(live: LiveApp, construct: IConstruct): void {
  if (live.visited.has(construct)) return;
  live.visited.add(construct);
  if (construct instanceof lambda.Function) {
    if (live.selection.includes(construct.node.path)) settle(live, construct);
    return;
  }
  if (!(construct instanceof lambda.CfnFunction)) return;
  const fn = construct.node.scope;
  if (!(fn instanceof lambda.Function) || fn.node.defaultChild !== construct) return;
  const state = live.states.get(fn.node.path);
  if (state !== undefined) describeAndSwap(live, { resource: construct, path: fn.node.path, state });
}

/** Decides for good what becomes of a function, and says so where that is not what was asked for. */
function settle(live: LiveApp, fn: lambda.Function): void {
  const { path } = fn.node;
  const before = live.states.get(path);
  const state = judgeFinishedFunction(fn, before);
  live.states.set(path, state);
  if (before?.name === 'live' && state.name !== 'live') takeBack(live, { fn, before });
  if (state.name === 'refused') {
    Annotations.of(fn).addWarningV2('live-lambda:refused', `${path} is not live: ${state.reason}`);
  }
  if (state.name !== 'live') return;
  const problem = grantStub(fn, state.live);
  if (problem === undefined) return;
  live.warnings.set(path, [problem]);
  Annotations.of(fn).addWarningV2('live-lambda:permissions', problem);
}

function takeBack(live: LiveApp, { fn, before }: { readonly fn: lambda.Function; readonly before: LiveState }): void {
  const resource = fn.node.defaultChild;
  if (resource instanceof lambda.CfnFunction) restoreCode(fn, resource, before.code.original);
  const stillNeeded = [...live.states.values()].some((state) => state.name === 'live' && state.live === before.live);
  if (!stillNeeded) live.stacks.remove(fn);
}

interface ResourceVisit {
  readonly resource: lambda.CfnFunction;
  readonly path: string;
  readonly state: FunctionState;
}

function describeAndSwap(live: LiveApp, { resource, path, state }: ResourceVisit): void {
  if (state.name === 'library') return;
  const properties = readProperties(resource);
  const stack = Stack.of(resource);
  const facts: FunctionFacts = {
    id: path,
    path,
    stack: describeStack(resource),
    logicalId: logicalIdOf(stack, resource),
    ...describeTemplate(stack, properties),
    layers: locateLayers(resource),
    warnings: live.warnings.get(path) ?? [],
  };
  const request = { facts, directory: live.directory };
  const functions = live.described.get(Stage.of(resource) ?? live.app);
  if (state.name === 'refused') {
    functions?.push(describeRefused(request, state));
    return;
  }
  functions?.push(describeLive(request, state));
  const { live: api, isNode } = state;
  const settings = stubSettings(live, { path, api });
  swapFunction(resource, { stub: live.stacks.stubAssetFor(resource), settings, properties, isNode });
}

function explainUnknownNames(live: LiveApp): string[] {
  const constructs = live.app.node.findAll();
  const functions = constructs
    .filter((construct) => construct instanceof lambda.Function)
    .map(({ node }) => node.path)
    .filter((path) => live.states.get(path)?.name !== 'library');
  return live.selection.unmatchedNames(functions).map((name) => explainUnknownName({ name, functions, constructs }));
}
