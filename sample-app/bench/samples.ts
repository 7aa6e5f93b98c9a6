/** What many measurements of one thing come to. Times are milliseconds. */
export interface Summary {
  readonly samples: number;
  readonly median: number;
  /** With less than a hundred samples this is the largest. */
  readonly p99: number;
}

/** By the nearest-rank method. @throws RangeError where there are no samples */
function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (value === undefined) throw new RangeError('There is no quantile of no samples.');
  return value;
}

export function summarize(samples: readonly number[]): Summary {
  return { samples: samples.length, median: quantile(samples, 0.5), p99: quantile(samples, 0.99) };
}

/** How long something takes, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

/**
 * Times several things in turn, so that what else the machine does falls on all of them alike.
 * @returns the samples of each, in the order given; `warmups` rounds before them are not counted.
 */
export async function timeInTurn(
  works: readonly (() => Promise<unknown>)[],
  rounds: { readonly warmups: number; readonly samples: number },
): Promise<readonly (readonly number[])[]> {
  const samples = works.map((): number[] => []);
  for (let round = -rounds.warmups; round < rounds.samples; round++) {
    for (const [index, work] of works.entries()) {
      const tookMs = await timed(work);
      if (round >= 0) samples[index]?.push(tookMs);
    }
  }
  return samples;
}
