import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSelection } from './selection.ts';
import { parseTolerantJson } from './tolerant-json.ts';

/** From which the CDK CLI takes context, and which are committed: {@link https://docs.aws.amazon.com/cdk/v2/guide/context.html} */
const CONTEXT_FILES: readonly { readonly name: string; readonly contextOf: (content: object) => unknown }[] = [
  { name: 'cdk.json', contextOf: (content) => Reflect.get(content, 'context') },
  { name: 'cdk.context.json', contextOf: (content) => content },
];

export interface CommittedSelectionRequest {
  /** Where the CDK CLI runs the app, which is where its files are. */
  readonly directory: string;
  /** The app's whole context, in which the command line wins. */
  readonly context: Readonly<Record<string, unknown>>;
}

/** @returns a warning for whoever commits which functions are live: everybody's deploys would make them so */
export function findCommittedSelection({ directory, context }: CommittedSelectionRequest): string | undefined {
  for (const { name, contextOf } of CONTEXT_FILES) {
    const keys = selectingKeys(contextOf(readObject(join(directory, name))), context);
    if (keys.length === 0) continue;
    return (
      `live-lambda: ${keys.join(', ')} in ${name} selects functions for everybody who deploys from this folder. ` +
      'Take it out and say it when you deploy: cdk deploy -c live-lambda=..., or keep it to yourself in ~/.cdk.json.'
    );
  }
  return undefined;
}

/** Keys that select something, and that nothing else has overridden. */
function selectingKeys(committed: unknown, context: CommittedSelectionRequest['context']): readonly string[] {
  if (typeof committed !== 'object' || committed === null) return [];
  const selects = ([key, value]: readonly [string, unknown]) =>
    parseSelection({ context: { [key]: value } }).state === 'on';
  const isInForce = ([key, value]: readonly [string, unknown]) =>
    JSON.stringify(context[key]) === JSON.stringify(value);
  return Object.entries(committed)
    .filter((entry) => isInForce(entry) && selects(entry))
    .map(([key]) => key);
}

/** What cannot be read says nothing: the CDK CLI has told of a broken file before it ran the app. */
function readObject(file: string): object {
  try {
    const content = parseTolerantJson(readFileSync(file, 'utf8'));
    return typeof content === 'object' && content !== null ? content : {};
  } catch {
    return {};
  }
}
