import { App, Aspects, attachCustomSynthesis, PropertyInjectors, Stage } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct, type IConstruct } from 'constructs';
import type { FunctionProps } from './function-source.ts';
import { libraryVersion } from './library-code.ts';
import type { LiveApp, LiveAppRequest } from './live-app-state.ts';
import { describeAndSwap, refuseRawFunction } from './live-resource.ts';
import { createLiveStacks } from './live-stack.ts';
import { writeManifest } from './manifest.ts';
import { configureFunction, type GivenSource, isSelected, type NewConstruct, startFunction } from './new-function.ts';
import { PYTHON_FUNCTION_INJECTION_ID, withReadyImage } from './python-image.ts';
import { isRawFunction } from './raw-function.ts';
import { settleFunction, settleResource } from './settled-function.ts';
import { explainSynthErrors } from './synth-errors.ts';

/**
 * After the aspects of an app (500 if nothing else is said), so that the stub has the last word; before those that only
 * read (1000). {@link https://docs.aws.amazon.com/cdk/v2/guide/aspects.html}
 */
const ASPECT_PRIORITY = 900;
const MANIFEST_SCOPE_ID = 'LiveLambdaManifest';

/** The apps of this process that are live: usually one. */
const LIVE_APPS = new WeakMap<IConstruct, LiveApp>();

/** Makes the selected functions of an app live as they are created. Nothing of the app may exist yet. */
export function attachToApp(request: LiveAppRequest): void {
  const { app } = request;
  refuseUnfitApp(app);
  const live: LiveApp = {
    ...request,
    stacks: createLiveStacks(request),
    states: new Map(),
    aliases: new Map(),
    warnings: new Map(),
    raised: [],
    visited: new Set(),
    described: new Map(),
  };
  LIVE_APPS.set(app, live);
  watchStage(live, app);
  addInjector<FunctionProps>(app, lambda.Function.PROPERTY_INJECTION_ID, (made) => {
    watchStage(live, Stage.of(made.scope) ?? app);
    return startFunction(live, made);
  });
  addInjector<Parameters<typeof withReadyImage>[0]>(app, PYTHON_FUNCTION_INJECTION_ID, (made) =>
    isSelected(live, made) ? withReadyImage(made.props) : made.props,
  );
  app.node.addValidation({ validate: () => [...explainSynthErrors(live)] });
}

/**
 * Takes what the developer says about a function's source; without effect where that function is not selected.
 *
 * @throws Error if a file does not exist
 */
export function configureInApp(fn: lambda.Function, given: GivenSource): void {
  const live = LIVE_APPS.get(fn.node.root);
  if (live !== undefined) configureFunction(live, { fn, given });
}

function refuseUnfitApp(app: App): void {
  if (!(app instanceof App)) {
    throw new Error(
      'live-lambda: attach() needs the App of the aws-cdk-lib that live-lambda-cdk uses. ' +
        'Pass the App itself, and make sure with npm ls aws-cdk-lib that only one copy is installed.',
    );
  }
  if (typeof lambda.Function.PROPERTY_INJECTION_ID !== 'string') {
    throw new Error(`live-lambda: aws-cdk-lib ${libraryVersion(app) ?? ''} is too old. Install 2.197.0 or newer.`);
  }
  if (LIVE_APPS.has(app)) {
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
  live.described.set(stage, []);
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
          functions: (live.described.get(stage) ?? []).toSorted((a, b) => (a.path < b.path ? -1 : 1)),
        },
      }),
  });
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

function visit(live: LiveApp, construct: IConstruct): void {
  if (live.visited.has(construct)) return;
  live.visited.add(construct);
  if (construct instanceof lambda.Function) {
    settleFunction(live, construct);
    return;
  }
  if (isRawFunction(construct)) {
    refuseRawFunction(live, construct);
    return;
  }
  if (!(construct instanceof lambda.CfnFunction)) return;
  const fn = construct.node.scope;
  if (!(fn instanceof lambda.Function) || fn.node.defaultChild !== construct) return;
  settleResource(live, fn);
  const state = live.states.get(fn.node.path);
  if (state !== undefined) describeAndSwap(live, { resource: construct, path: fn.node.path, state });
}
