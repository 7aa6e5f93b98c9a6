import type { InvocationOptions } from './invocation-part.ts';
import type { RunnerOptions } from './runner-part.ts';
import type { StartOptions } from './start-part.ts';
import type { SynthOptions } from './synth-part.ts';
import { mebibyte } from './targets.ts';
import type { RoundTripCase } from './wire-part.ts';

/** What is measured, and how often. */
export interface Plan {
  readonly roundTrips: readonly RoundTripCase[];
  readonly billed: readonly Pick<RoundTripCase, 'bytes' | 'content'>[];
  readonly sequential: RoundTripCase;
  readonly stub: { readonly startSamples: number; readonly invocationSamples: number };
  readonly invocations: Pick<InvocationOptions, 'coldRounds' | 'warm' | 'freezes' | 'concurrency' | 'sustainedMs'>;
  readonly runners: Pick<RunnerOptions, 'modules' | 'reloads' | 'calls' | 'starts'>;
  readonly synth: Pick<SynthOptions, 'functions' | 'samples'>;
  readonly start: Pick<StartOptions, 'samples' | 'tunnelSamples'>;
}

const kibibyte = 1024;
/** As much as an invocation may bring (Lambda quotas: 6 MB, which are MiB). */
export const largestBytes = 6 * mebibyte;
const farHopMs = 30;
const contents = ['orders', 'random'] as const;
const sizes = [kibibyte, 100 * kibibyte, mebibyte, largestBytes] as const;

/** @param samples by size, in the order of the sizes; where it is 0 that size is left out. */
function roundTripCases(samples: Readonly<Record<'near' | 'far', readonly number[]>>): readonly RoundTripCase[] {
  const cases = (['near', 'far'] as const).flatMap((distance) =>
    sizes.flatMap((bytes, index) =>
      contents.map((content) => ({
        bytes,
        content,
        hopMs: distance === 'near' ? 0 : farHopMs,
        samples: samples[distance][index] ?? 0,
      })),
    ),
  );
  return cases.filter((roundTrip) => roundTrip.samples > 0);
}

const billed = sizes.flatMap((bytes) =>
  (['orders', 'catalogue', 'random'] as const).map((content) => ({ bytes, content })),
);
const sequential = { bytes: largestBytes, content: 'orders', hopMs: farHopMs } as const;
const concurrency = 16;

export const fullPlan: Plan = {
  roundTrips: roundTripCases({ near: [300, 100, 40, 15], far: [60, 30, 20, 9] }),
  billed,
  sequential: { ...sequential, samples: 3 },
  stub: { startSamples: 21, invocationSamples: 7 },
  invocations: {
    coldRounds: 5,
    warm: [
      { bytes: kibibyte, samples: 200 },
      { bytes: 100 * kibibyte, samples: 40 },
      { bytes: mebibyte, samples: 15 },
      // The answer, which is the event again, has to stay below the limit too.
      { bytes: largestBytes - kibibyte, samples: 7 },
    ],
    // After 15 s the stub's end tests its WebSocket before it relies on it, after a minute it opens another one.
    freezes: [
      { frozenMs: 2000, rounds: 3 },
      { frozenMs: 20_000, rounds: 2 },
      { frozenMs: 65_000, rounds: 1 },
    ],
    concurrency,
    sustainedMs: 15_000,
  },
  runners: { modules: [1, 200], reloads: 15, calls: 300, starts: 31 },
  synth: { functions: 50, samples: 3 },
  start: { samples: 21, tunnelSamples: 11 },
};

/** Enough to see that everything works and where the figures lie. */
export const quickPlan: Plan = {
  roundTrips: roundTripCases({ near: [40, 0, 5, 2], far: [5, 0, 3, 0] }),
  billed: billed.filter(({ bytes, content }) => content === (bytes === mebibyte ? 'random' : 'orders')),
  sequential: { ...sequential, samples: 1 },
  stub: { startSamples: 5, invocationSamples: 1 },
  invocations: {
    coldRounds: 1,
    warm: [
      { bytes: kibibyte, samples: 25 },
      { bytes: mebibyte, samples: 3 },
    ],
    freezes: [{ frozenMs: 2000, rounds: 1 }],
    concurrency,
    sustainedMs: 2000,
  },
  runners: { modules: [1, 200], reloads: 3, calls: 50, starts: 7 },
  synth: { functions: 5, samples: 1 },
  start: { samples: 5, tunnelSamples: 3 },
};
