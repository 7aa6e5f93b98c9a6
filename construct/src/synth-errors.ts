import * as lambda from 'aws-cdk-lib/aws-lambda';
import { explainShortQueues } from './debug-timeout.ts';
import { isFromAnotherCopy } from './library-code.ts';
import type { LiveApp } from './live-app-state.ts';
import { isRawFunction } from './raw-function.ts';
import { explainUnknownName } from './unknown-names.ts';

/** What is wrong with a finished app, as errors that fail its synth. */
export function explainSynthErrors(live: LiveApp): readonly string[] {
  const constructs = live.app.node.findAll();
  const foreign = constructs.filter(isFromAnotherCopy).map(explainAnotherCopy);
  const queues =
    live.timeoutSeconds === undefined
      ? []
      : explainShortQueues({ timeoutSeconds: live.timeoutSeconds, raised: live.raised, constructs });
  return [...foreign, ...explainProtected(live), ...queues, ...explainUnknownNames(live)];
}

function explainAnotherCopy({ node }: { readonly node: { readonly path: string } }): string {
  return (
    `live-lambda: ${node.path} is of another copy of aws-cdk-lib than live-lambda-cdk uses, so that it cannot be live. ` +
    'Make sure with npm ls aws-cdk-lib that only one copy is installed.'
  );
}

/** One error for each reason, however many functions it protects. */
function explainProtected({ states }: LiveApp): readonly string[] {
  const paths = new Map<string, string[]>();
  for (const [path, state] of states) {
    if (state.name !== 'refused' || state.cause !== 'guard') continue;
    paths.set(state.reason, [...(paths.get(state.reason) ?? []), path]);
  }
  return [...paths].map(
    ([reason, protectedPaths]) =>
      `live-lambda: ${protectedPaths.join(', ')} may not be live: ${reason} ` +
      `Exclude what is protected (-c 'live-lambda:${protectedPaths[0]}=false', or exclude of attach()), ` +
      'or allow it in the guard of attach().',
  );
}

function explainUnknownNames({ selection, states, aliases, app }: LiveApp): readonly string[] {
  const constructs = app.node.findAll();
  const functions = constructs
    .filter((construct) => construct instanceof lambda.Function || isRawFunction(construct))
    .map(({ node }) => node.path)
    .filter((path) => states.get(path)?.name !== 'library');
  const names = [...functions, ...functions.flatMap((path) => aliases.get(path) ?? [])];
  return selection.unmatchedNames(names).map((name) => explainUnknownName({ name, functions, constructs }));
}
