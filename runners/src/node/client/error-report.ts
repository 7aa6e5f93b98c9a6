import type { Generation } from './generation.ts';
import { errorBody } from './runtime-error.ts';
import { xRayCause } from './x-ray-cause.ts';

/** An error as it is posted to the Runtime API. */
export interface ErrorReport {
  /** JSON. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The report of an error that belongs to an invocation. Its type stands in the body only, as in Lambda. */
export function invocationReport(error: unknown, generation: Generation): ErrorReport {
  const cause = xRayCause(error, process.cwd());
  return {
    body: JSON.stringify(errorBody(error, generation)),
    headers: cause === undefined ? {} : { 'Lambda-Runtime-Function-XRay-Error-Cause': asBytes(cause) },
  };
}

/** The report of an error of the initialisation, of which X-Ray is told nothing. */
export function initReport(error: unknown, generation: Generation): ErrorReport {
  const body = errorBody(error, generation);
  return {
    body: JSON.stringify(body),
    headers: body.errorType === undefined ? {} : { 'Lambda-Runtime-Function-Error-Type': asHeader(body.errorType) },
  };
}

/** Text that HTTP takes as the value of a header or trailer. */
export function asHeader(text: string): string {
  return text.replace(/[^\u0020-\u007e]/g, '?');
}

/** A header's value is a string of bytes; `\u007f` is the one that JSON does not escape and HTTP forbids. */
function asBytes(json: string): string {
  return Buffer.from(json, 'utf8').toString('latin1').replaceAll('\u007f', ' ');
}
