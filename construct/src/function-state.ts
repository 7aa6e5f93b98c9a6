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
import type { LiveApi } from './live-stack.ts';
import type { StubCode } from './stub-code.ts';

/**
 * What becomes of a selected function. Most are settled while they are made; a live one can still turn out to be CDK's
 * own or Lambda@Edge, which shows only when the whole app stands.
 */
export type FunctionState = LiveState | RefusedState | { readonly name: 'library' };

export interface LiveState {
  readonly name: 'live';
  readonly source: FunctionSource;
  readonly code: StubCode;
  readonly live: LiveApi;
  readonly isNode: boolean;
}

export interface RefusedState {
  readonly name: 'refused';
  readonly kind: FunctionSource['kind'];
  readonly reason: string;
}

/** The state of a function that is about to be made, before it needs what being live needs. */
export type Verdict =
  | RefusedState
  | { readonly name: 'library' }
  | { readonly name: 'possible'; readonly source: FunctionSource };

const EDGE_REASON =
  'Lambda@Edge functions may have no environment variables, without which the stub does not know whom to call.';
const UNSEEN_REASON =
  'another property injector for lambda.Function, nearer to it in the construct tree, keeps live-lambda from seeing ' +
  'its source. Let that injector call the one of the app.';

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
  if (isInsideEdgeFunction(scope)) return { name: 'refused', kind: kindOf(located), reason: EDGE_REASON };
  if (located.state === 'found') return { name: 'possible', source: located.source };
  if (files.length === 0 && isInsideLibraryConstruct(scope)) return { name: 'library' };
  return { name: 'refused', kind: located.kind, reason: located.reason };
}

/** Judges a selected function again when the app is complete. */
export function judgeFinishedFunction(fn: lambda.Function, state: FunctionState | undefined): FunctionState {
  if (isMarkedCustomResourceHandler(fn)) return { name: 'library' };
  if (state === undefined) {
    if (fn.node.scope && isInsideLibraryConstruct(fn.node.scope)) return { name: 'library' };
    return { name: 'refused', kind: 'asset', reason: UNSEEN_REASON };
  }
  if (state.name !== 'live' || !servesEdge(fn)) return state;
  return { name: 'refused', kind: state.source.kind, reason: EDGE_REASON };
}

/** A CloudFront distribution that runs a function lets Lambda@Edge assume the function's role. */
function servesEdge(fn: lambda.Function): boolean {
  const trust = fn.role && Reflect.get(fn.role, 'assumeRolePolicy');
  return JSON.stringify(fn.stack.resolve(trust) ?? '').includes('edgelambda.amazonaws.com');
}

function kindOf(located: LocatedSource): FunctionSource['kind'] {
  return located.state === 'found' ? located.source.kind : located.kind;
}
