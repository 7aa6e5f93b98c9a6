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

/** In an app with a production beside every stack, more would bury what there is to do. */
const MAX_PROTECTION_ERRORS = 3;
const MAX_NAMED_FUNCTIONS = 5;

/** One error for each reason, however many functions it protects. */
function explainProtected({ states }: LiveApp): readonly string[] {
  const paths = new Map<string, string[]>();
  for (const [path, state] of states) {
    if (state.name !== 'refused' || state.cause !== 'guard') continue;
    paths.set(state.reason, [...(paths.get(state.reason) ?? []), path]);
  }
  const errors = [...paths].map(
    ([reason, protectedPaths]) =>
      `live-lambda: ${someOf(protectedPaths)} may not be live: ${reason} ` +
      `Exclude what is protected (-c 'live-lambda:${protectedPaths[0]}=false', or exclude of attach()), ` +
      'or allow it in the guard of attach().',
  );
  const untold = [...paths.values()].slice(MAX_PROTECTION_ERRORS).flat();
  if (untold.length === 0) return errors;
  return [
    ...errors.slice(0, MAX_PROTECTION_ERRORS),
    `live-lambda: for reasons like these ${untold.length} more of the selected functions may not be live. ` +
      "Select by name what may be: -c 'live-lambda=<stack>/**', or a list of such names.",
  ];
}

function someOf(paths: readonly string[]): string {
  const named = paths.slice(0, MAX_NAMED_FUNCTIONS).join(', ');
  return paths.length > MAX_NAMED_FUNCTIONS ? `${named} and ${paths.length - MAX_NAMED_FUNCTIONS} more` : named;
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
