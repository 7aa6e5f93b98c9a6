import { isDeepStrictEqual } from 'node:util';
import { type ConformanceCase, expectedIn, expectedLines, type Generation } from './conformance-case.ts';
import type { KnownDifference } from './known-differences.ts';
import type { Observation } from './observation.ts';

export interface Comparison {
  readonly conformanceCase: ConformanceCase;
  readonly generation: Generation;
  readonly ours: Observation;
  readonly theirs: Observation;
  readonly known: KnownDifference | undefined;
}

/**
 * What is wrong with a case, as lines; none if ours is as expected, and as AWS's is or as it is known not to be.
 */
export function faultsOf(comparison: Comparison): readonly string[] {
  const { ours, theirs, known } = comparison;
  const unexpected = unexpectedIn(comparison);
  switch (known?.kind) {
    case undefined:
      return [...unexpected, ...differences(ours, theirs)];
    case 'older':
      return differences(ours, theirs).length > 0
        ? unexpected
        : [...unexpected, "no longer differs from AWS's client: take it out of known-differences.ts"];
    case 'timing':
      return [...unexpected, ...difference('first answer', firstAnswer(ours), firstAnswer(theirs))];
  }
}

/** Where ours is not what the suite says. */
function unexpectedIn({ conformanceCase, generation, ours }: Comparison): readonly string[] {
  const { output, trace, headers } = conformanceCase;
  const seenHeaders = Object.fromEntries(
    Object.keys(headers === undefined ? {} : expectedIn(headers, generation)).map((name) => [name, ours.headers[name]]),
  );
  return [
    ...difference('expected lines', ours.lines, expectedLines(conformanceCase, generation)),
    ...(output === undefined ? [] : difference('expected output', ours.output, expectedIn(output, generation))),
    ...(trace === undefined ? [] : difference('expected trace', ours.trace, expectedIn(trace, generation))),
    ...(headers === undefined ? [] : difference('expected headers', seenHeaders, expectedIn(headers, generation))),
  ];
}

function differences(ours: Observation, theirs: Observation): readonly string[] {
  return [
    ...difference('lines', ours.lines, theirs.lines),
    ...difference('output', ours.output, theirs.output),
    ...difference('trace', ours.trace, theirs.trace),
    ...difference('headers', ours.headers, theirs.headers),
  ];
}

function difference(what: string, ours: unknown, theirs: unknown): readonly string[] {
  if (isDeepStrictEqual(ours, theirs)) return [];
  return [`${what}\n    ours   ${JSON.stringify(ours)}\n    theirs ${JSON.stringify(theirs)}`];
}

function firstAnswer({ lines }: Observation): string | undefined {
  return lines[0]?.split('; then ')[0];
}
