import { describe, expect, it } from 'vitest';
import { lambdaNodeFlags, runningNodeAccepts } from './flags.ts';

const all = (): boolean => true;

describe("Lambda's flags for Node", () => {
  it('size the heap by the memory of the function', () => {
    const flags = lambdaNodeFlags({ memoryMb: 1769, runtime: 'nodejs22.x', accepts: all });
    expect(flags).toEqual([
      '--expose-gc',
      '--max-http-header-size=81920',
      '--max-semi-space-size=88',
      '--max-old-space-size=1592',
      '--no-experimental-require-module',
      '--no-experimental-detect-module',
    ]);
  });

  it('let nodejs24.x detect ES modules', () => {
    const flags = lambdaNodeFlags({ memoryMb: 128, runtime: 'nodejs24.x', accepts: all });
    expect(flags).toContain('--no-experimental-require-module');
    expect(flags).not.toContain('--no-experimental-detect-module');
  });

  it('leave out what the Node at hand would refuse', () => {
    const flags = lambdaNodeFlags({ memoryMb: 128, runtime: 'nodejs22.x', accepts: () => false });
    expect(flags.filter((flag) => flag.includes('experimental'))).toEqual([]);
    expect(runningNodeAccepts('--no-such-flag-of-node')).toBe(false);
    expect(runningNodeAccepts('--no-warnings')).toBe(true);
  });
});
