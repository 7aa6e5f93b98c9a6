import { describe, expect, it } from 'vitest';
import { readReport } from './log-report.ts';

const report =
  'REPORT RequestId: 1b6e9a4c-0000-4000-8000-000000000001\tDuration: 12.34 ms\tBilled Duration: 200 ms\tMemory Size: 256 MB\tMax Memory Used: 79 MB';

describe('the REPORT line of a log', () => {
  it('tells the durations and the memory of a warm start', () => {
    expect(readReport(`START\nhello Duration: 1 ms\n${report}\t\n`)).toEqual({
      durationMs: 12.34,
      billedMs: 200,
      memoryMb: 256,
      usedMemoryMb: 79,
      initMs: null,
    });
  });

  it('tells the init duration of a cold start', () => {
    expect(readReport(`${report}\tInit Duration: 187.50 ms\t\n`)?.initMs).toBe(187.5);
  });

  it('is not found where there is none', () => {
    expect(readReport('hello\nDuration: 5 ms')).toBeUndefined();
  });
});
