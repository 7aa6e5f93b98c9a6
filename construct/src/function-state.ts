import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { callSiteFiles } from './call-sites.ts';
import { type FunctionProps, type FunctionSource, type LocatedSource, locateSource } from './function-source.ts';
import {
  isInsideEdgeFunction,
  isInsideLibraryConstruct,
  isInstalledCode,
  isMarkedCustomResourceHandler,
} from './library-code.ts';
import type { LiveDoor } from './live-door.ts';
import type { LiveMode } from './live-mode.ts';
import type { LiveApi } from './live-stack.ts';
import type { StubCode } from './stub-code.ts';

/**
 * What becomes of a selected function. Most are settled while they are made; a refused one can be configured to be live,
 * and a live one can still turn out to be CDK's own, Lambda@Edge or unfit, which shows only when the whole app stands.
 */
export type FunctionState = LiveState | RefusedState | LibraryState;

export interface LiveState {
  readonly name: 'live';
  readonly source: FunctionSource;
  /** In place of the app's code; undefined where that stands until the resource itself is changed. */
  readonly code: StubCode | undefined;
  readonly live: LiveApi;
  readonly mode: LiveMode;
  readonly door: LiveDoor;
  readonly isNode: boolean;
}

export interface RefusedState {
  readonly name: 'refused';
  readonly kind: FunctionSource['kind'];
  readonly reason: string;
  /** `source`: an `entry` would mend it; `guard`: it must not be live, which fails the synth. */
  readonly cause: 'source' | 'guard' | 'unfit';
}

export interface LibraryState {
  readonly name: 'library';
}

/** The state of a function that is about to be made, before it needs what being live needs. */
export type Verdict = RefusedState | LibraryState | { readonly name: 'possible'; readonly source: FunctionSource };

const EDGE_REASON =
  'Lambda@Edge functions may have no environment variables, without which the stub does not know whom to call.';
const UNSEEN_REASON =
  'another property injector for lambda.Function, nearer to it in the construct tree, keeps live-lambda from seeing ' +
  'its source. Let that injector call the one of the app.';
const CONFIGURE_ADVICE = 'Where there is a source, name it with LiveLambda.configure(fn, { entry }).';

export interface NewFunction {
  readonly props: FunctionProps;
  readonly scope: Construct;
  readonly id: string;
  readonly directory: string;
}

/** Judges a function by what its constructor is given. */
export function judgeNewFunction({ props, scope, id, directory }: NewFunction): Verdict {
  const located = locateSource({ props, id, workingDirectory: directory, callSites: callSiteFiles() });
  const codePath = props.code instanceof lambda.AssetCode ? props.code.path : undefined;
  const files = [codePath, located.state === 'found' ? located.source.entry : undefined].filter(
    (file) => file !== undefined,
  );
  if (files.some(isInstalledCode)) return { name: 'library' };
  if (isInsideEdgeFunction(scope)) return unfit(kindOf(located), EDGE_REASON);
  if (located.state === 'found') return { name: 'possible', source: located.source };
  if (files.length === 0 && isInsideLibraryConstruct(scope)) return { name: 'library' };
  if (located.kind === 'image') return unfit(located.kind, located.reason);
  return withoutSource(located.kind, located.reason);
}

/** Judges a selected function again when the app is complete. */
export function judgeFinishedFunction(fn: lambda.Function, state: FunctionState | undefined): FunctionState {
  if (isMarkedCustomResourceHandler(fn)) return { name: 'library' };
  if (state === undefined) {
    if (fn.node.scope && isInsideLibraryConstruct(fn.node.scope)) return { name: 'library' };
    return withoutSource('asset', UNSEEN_REASON);
  }
  if (state.name !== 'live' || !servesEdge(fn)) return state;
  return unfit(state.source.kind, EDGE_REASON);
}

/** A function that cannot be live, whatever is said about its source. */
export function unfit(kind: FunctionSource['kind'], reason: string): RefusedState {
  return { name: 'refused', kind, reason, cause: 'unfit' };
}

function withoutSource(kind: FunctionSource['kind'], reason: string): RefusedState {
  return { name: 'refused', kind, reason: `${reason} ${CONFIGURE_ADVICE}`, cause: 'source' };
}

/** A CloudFront distribution that runs a function lets Lambda@Edge assume the function's role. */
function servesEdge(fn: lambda.Function): boolean {
  const trust = fn.role && Reflect.get(fn.role, 'assumeRolePolicy');
  return JSON.stringify(fn.stack.resolve(trust) ?? '').includes('edgelambda.amazonaws.com');
}

function kindOf(located: LocatedSource): FunctionSource['kind'] {
  return located.state === 'found' ? located.source.kind : located.kind;
}
