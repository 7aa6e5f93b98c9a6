import { resolve } from 'node:path';
import type { BuildFailure, Message } from 'esbuild';
import type { FunctionSpec } from '../../runner.ts';

/** Errors of one build that are told; the rest follow from the first as a rule. */
const MAX_ERRORS = 5;

export interface FailedBuild {
  readonly fn: FunctionSpec;
  /** What was thrown. */
  readonly failure: unknown;
  readonly workingDirectory: string;
}

/** Whether the sources are at fault, or the options: esbuild says so with a list of errors. */
export function isBuildFailure(failure: unknown): failure is BuildFailure {
  return typeof failure === 'object' && failure !== null && 'errors' in failure && Array.isArray(failure.errors);
}

/** Why a function could not be bundled: which function, file, line and column, and what to do. */
export function failureReason({ fn, failure, workingDirectory }: FailedBuild): string {
  const what = `Function ${fn.id}: esbuild cannot bundle ${fn.entry}.`;
  if (!isBuildFailure(failure)) return [what, ...unexpected(failure)].join('\n');
  const told = failure.errors.slice(0, MAX_ERRORS).map((error) => described(error, workingDirectory));
  const rest = failure.errors.length - told.length;
  return [what, ...told, ...(rest > 0 ? [`and ${rest} more errors`] : []), nextStep(failure.errors)].join('\n');
}

/** Why a function is not there whose build nobody waits for any more. */
export function stoppedReason(fn: FunctionSpec): string {
  return `Function ${fn.id}: its build was stopped, since its result is of no use any more.`;
}

/** The place counts lines and columns from 1, as editors do. */
function described({ location, text }: Message, workingDirectory: string): string {
  if (!location) return text;
  return `${resolve(workingDirectory, location.file)}:${location.line}:${location.column + 1}: ${text}`;
}

function nextStep(errors: readonly Message[]): string {
  const missing = errors.flatMap(({ text }) => /^Could not resolve "([^."/][^"]*)"/.exec(text)?.[1] ?? [])[0];
  if (missing !== undefined) {
    return `Install ${missing}, or name it in the function's bundling.externalModules if Lambda has it from elsewhere.`;
  }
  return errors.some(({ location }) => location)
    ? 'Correct the file and save it: the function is built again by itself.'
    : OPTIONS_AT_FAULT;
}

const OPTIONS_AT_FAULT = "Correct the function's bundling options in the CDK app and synthesize again.";

function unexpected(failure: unknown): readonly string[] {
  const text = failure instanceof Error ? failure.message : String(failure);
  const { path } = failure as { readonly path?: unknown };
  if (typeof path === 'string') return [text, `Make it possible to write ${path}: the bundle is kept there.`];
  return [text, OPTIONS_AT_FAULT];
}
