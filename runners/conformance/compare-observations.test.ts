import { describe, expect, it } from 'vitest';
import { faultsOf } from './compare-observations.ts';
import type { ConformanceCase } from './conformance-case.ts';
import type { KnownDifference } from './known-differences.ts';
import type { Observation } from './observation.ts';

const conformanceCase: ConformanceCase = { title: 'a case', files: {}, expected: 'OK 1' };
const seen = (line: string, output: readonly string[] = []): Observation => ({
  lines: [line],
  output,
  trace: undefined,
  headers: {},
});
const known = (kind: KnownDifference['kind']): KnownDifference => ({
  title: 'a case',
  generation: 'callback',
  kind,
  reason: 'because',
});

function faults(ours: Observation, theirs: Observation, difference?: KnownDifference): readonly string[] {
  const all = faultsOf({ conformanceCase, generation: 'callback', ours, theirs, known: difference });
  return all.map((fault) => fault.split('\n')[0] ?? '');
}

describe('a comparison with AWS’s client', () => {
  it('is fine where both are as the suite says', () => {
    expect(faults(seen('OK 1'), seen('OK 1'))).toEqual([]);
  });

  it('finds where ours is not as the suite says, and where the two differ', () => {
    expect(faults(seen('OK 2'), seen('OK 2'))).toEqual(['expected lines']);
    expect(faults(seen('OK 1'), seen('OK 2'))).toEqual(['lines']);
    expect(faults(seen('OK 1', ['a line']), seen('OK 1'))).toEqual(['output']);
  });

  it('goes by the suite where the published client is older, and says when it no longer is', () => {
    expect(faults(seen('OK 1'), seen('OK null'), known('older'))).toEqual([]);
    expect(faults(seen('OK null'), seen('OK 2'), known('older'))).toEqual(['expected lines']);
    expect(faults(seen('OK 1'), seen('OK 1'), known('older'))).toEqual([
      "no longer differs from AWS's client: take it out of known-differences.ts",
    ]);
  });

  it("compares the answer alone where AWS's client goes on in one way or another", () => {
    expect(faults(seen('OK 1'), seen('OK 1; then exit status 1', ['a line']), known('timing'))).toEqual([]);
    expect(faults(seen('OK 1'), seen('OK 2'), known('timing'))).toEqual(['first answer']);
  });
});
