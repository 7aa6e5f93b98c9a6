import type { Compressibility } from './corpus.ts';
import type { InvocationResult } from './invocation-part.ts';
import type { RunnerResult } from './runner-part.ts';
import type { StartResult } from './start-part.ts';
import type { StubResult } from './stub-part.ts';
import type { SynthResult } from './synth-part.ts';
import type { Billed, RoundTrip, Sequential } from './wire-part.ts';

/** The machine that all figures of a run come from. */
export interface Machine {
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cpus: number;
  /** Load averages of one minute, per CPU: above 1 others had work for it too. */
  readonly loadBefore: number;
  readonly loadAfter: number;
}

/** Everything that one run measured. Times are milliseconds, sizes bytes. */
export interface BenchResult {
  readonly quick: boolean;
  readonly machine: Machine;
  readonly seed: number;
  readonly corpus: readonly Compressibility[];
  readonly roundTrips: readonly RoundTrip[];
  readonly billed: readonly Billed[];
  readonly sequential: Sequential;
  /** Publish requests that the service refused during the measurements above, being more than 25 in a second. */
  readonly throttledPublishes: number;
  readonly stub: StubResult;
  readonly invocations: InvocationResult;
  readonly runners: RunnerResult;
  readonly synth: SynthResult;
  readonly start: StartResult;
}
