/** What Lambda says of an invocation at its end, in milliseconds and MB. */
export interface LogReport {
  readonly durationMs: number;
  readonly billedMs: number;
  readonly memoryMb: number;
  readonly usedMemoryMb: number;
  /** Of a cold start. */
  readonly initMs: number | null;
}

/**
 * Reads the REPORT line at the end of a log; undefined where there is none.
 * {@link https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html}
 */
export function readReport(log: string): LogReport | undefined {
  const line = log.split('\n').findLast((each) => each.startsWith('REPORT RequestId:'));
  if (line === undefined) return undefined;
  const value = (name: string) => {
    const found = new RegExp(`(?:^|\\t| )${name}: ([\\d.]+) `).exec(line)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const durationMs = value('Duration');
  if (durationMs === undefined) return undefined;
  return {
    durationMs,
    billedMs: value('Billed Duration') ?? durationMs,
    memoryMb: value('Memory Size') ?? 0,
    usedMemoryMb: value('Max Memory Used') ?? 0,
    initMs: value('Init Duration') ?? null,
  };
}
