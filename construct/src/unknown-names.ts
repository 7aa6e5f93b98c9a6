import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { className } from './library-code.ts';
import { nearMisses } from './near-miss.ts';

export interface UnknownNameRequest {
  /** A name in the context that selects no function. */
  readonly name: string;
  /** Construct paths of the functions that can be named. */
  readonly functions: readonly string[];
  /** Every construct of the app. */
  readonly constructs: readonly IConstruct[];
}

/** Says why a name in the context selects nothing, and what may have been meant. */
export function explainUnknownName({ name, functions, constructs }: UnknownNameRequest): string {
  const namesake = constructs.find(({ node }) => name !== '' && (node.path === name || node.id === name));
  if (namesake !== undefined) {
    const { path } = namesake.node;
    const within = functions.some((each) => each.startsWith(`${path}/`));
    const advice = within ? `To name all functions in it, write '${path}/**'.` : suggest(name, functions);
    return `live-lambda: "${name}" cannot be live: ${describe(namesake)}. ${advice}`;
  }
  return `live-lambda: no function is named "${name}". ${suggest(name, functions)}`;
}

function describe(construct: IConstruct): string {
  if (construct instanceof lambda.Function) return `${construct.node.path} is a function of a library`;
  if (construct instanceof lambda.FunctionBase) return `${construct.node.path} is only imported into this app`;
  return `${construct.node.path} is a ${className(construct)}, no Lambda function`;
}

function suggest(name: string, functions: readonly string[]): string {
  const near = nearMisses(name, functions);
  if (near.length > 0) return `Did you mean ${near.join(' or ')}?`;
  if (functions.length === 0) return 'This app has no functions of its own.';
  return `The functions of this app: ${functions.join(', ')}.`;
}
