/** A figure of one process at rest. */
export interface Sample {
  /** Milliseconds since the start of the run. */
  readonly atMs: number;
  readonly value: number;
}

export interface Tolerance {
  /** Growth from the first to the last sample that counts as flat: the larger one of an amount ... */
  readonly amount: number;
  /** ... and a share of what there was after the warm-up. */
  readonly share: number;
  /** Samples after the warm-up with fewer of which nothing is said; {@link fewestSamples} if not given. */
  readonly fewest?: number;
}

export interface Flatness {
  readonly samples: number;
  /** Median of the first third after the warm-up, and of the last. */
  readonly early: number;
  readonly late: number;
  /** By the slope, from the first to the last sample after the warm-up. */
  readonly growth: number;
  readonly allowed: number;
  readonly flat: boolean;
}

/** With fewer samples after the warm-up nothing can be said of a slope. */
const fewestSamples = 4;
/** Caches fill, code is compiled: what is left out at the start of each process, at least two samples. */
const warmUpShare = 0.2;

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? 0;
}

/** The median of the slopes between all pairs, which single outliers do not move (Theil, 1950; Sen, 1968). */
function slopeOf(samples: readonly Sample[]): number {
  const slopes = samples.flatMap((from, index) =>
    samples.slice(index + 1).map((to) => (to.value - from.value) / (to.atMs - from.atMs)),
  );
  return median(slopes);
}

/**
 * Whether a figure stays what it is, from samples in the order of time. It grows where both the slope and the medians of
 * the first and last third say so.
 * @returns undefined when there are too few samples
 */
export function judgeFlatness(all: readonly Sample[], tolerance: Tolerance): Flatness | undefined {
  const samples = all.slice(Math.max(2, Math.floor(all.length * warmUpShare)));
  const [first, last] = [samples[0], samples.at(-1)];
  if (samples.length < (tolerance.fewest ?? fewestSamples) || !first || !last) return undefined;
  const third = Math.ceil(samples.length / 3);
  const measure = ({ value }: Sample) => value;
  const early = median(samples.slice(0, third).map(measure));
  const late = median(samples.slice(-third).map(measure));
  const growth = slopeOf(samples) * (last.atMs - first.atMs);
  const allowed = Math.max(tolerance.amount, early * tolerance.share);
  // The middles of the first and the last third are two thirds of the time apart.
  const flat = growth <= allowed || (late - early) * 1.5 <= allowed;
  return { samples: samples.length, early, late, growth, allowed, flat };
}
