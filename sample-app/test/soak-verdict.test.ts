import { describe, expect, it } from 'vitest';
import { seededNumbers } from '../chaos/numbers.ts';
import type { Call } from '../soak/calls.ts';
import { judgeFlatness } from '../soak/flatness.ts';
import { planRounds } from '../soak/plan.ts';
import { type CallsFacts, judgeCalls } from '../soak/verdict.ts';

const tolerance = { amount: 10, share: 0.05 };
const samplesOf = (values: readonly number[]) => values.map((value, index) => ({ atMs: index * 1000, value }));

describe('whether a figure is flat', () => {
  it('cannot be told from a few samples after the warm-up', () => {
    expect(judgeFlatness(samplesOf([1, 2, 3, 4, 5]), tolerance)).toBeUndefined();
    expect(judgeFlatness(samplesOf([1, 2, 3, 4, 5, 6]), tolerance)).toBeDefined();
    expect(judgeFlatness(samplesOf([1, 2, 3, 4, 5, 6]), { ...tolerance, fewest: 5 })).toBeUndefined();
  });

  it('is not asked of the warm-up', () => {
    expect(judgeFlatness(samplesOf([10, 60, 100, 101, 99, 100, 102]), tolerance)).toMatchObject({ flat: true });
  });

  it('is denied where it grows steadily by more than what is allowed', () => {
    const steady = Array.from({ length: 12 }, (_, index) => 100 + 5 * index);
    expect(judgeFlatness(samplesOf(steady), tolerance)).toMatchObject({
      samples: 10,
      growth: 45,
      allowed: 10,
      flat: false,
    });
  });

  it('is not denied for one sample that is far off', () => {
    expect(judgeFlatness(samplesOf([100, 100, 100, 100, 100, 900, 100, 100, 100]), tolerance)).toMatchObject({
      flat: true,
    });
  });

  it('allows a share of what is large', () => {
    const values = Array.from({ length: 12 }, (_, index) => 1000 + 4 * index);
    expect(judgeFlatness(samplesOf(values), tolerance)).toMatchObject({ growth: 36, flat: true });
    expect(judgeFlatness(samplesOf(values), { amount: 10, share: 0.01 })).toMatchObject({ flat: false });
  });
});

const right: Call = {
  call: 1,
  fn: 'Bundled',
  requestId: 'a',
  outcome: 'right',
  detail: '',
  saysNotRun: false,
  version: 1,
  startedAt: 100_000,
  endedAt: 101_000,
};
const told = { ...right, outcome: 'told', detail: 'LiveLambda.TunnelLeft', version: undefined } as const;

function judge(facts: Partial<CallsFacts>) {
  const none = { calls: [], asynchronous: [], runs: new Map<string, number>(), troubles: [], saves: {} };
  return judgeCalls({ ...none, ...facts });
}

describe('what is promised of calls', () => {
  it('is kept where each has its own answer, and its handler ran once', () => {
    expect(judge({ calls: [right], runs: new Map([['a', 1]]) })).toMatchObject({ calls: 1, right: 1, broken: [] });
  });

  it.each([
    ['an answer of a handler that never ran', right, 0, /no handler ran/],
    ['a handler that ran twice', right, 2, /was run 2 times/],
    ['an error that says that the handler did not run, where it did', { ...told, saysNotRun: true }, 1, /and it did/],
    ['a wrong answer', { ...right, outcome: 'wrong', detail: "somebody else's" }, 1, /was wrong: somebody else's/],
    ['no answer', { ...right, outcome: 'hung' }, 0, /was hung/],
  ] as const)('is broken by %s', (_what, call, ran, problem) => {
    const troubles = [{ what: 'stop', from: 0, to: 200_000 }];
    const { broken } = judge({ calls: [call], runs: new Map([['a', ran]]), troubles });
    expect(broken).toEqual([expect.stringMatching(problem)]);
  });

  it('allows an error of live-lambda only where something was done that explains it', () => {
    const runs = new Map([['a', 1]]);
    const explained = { calls: [told], runs, troubles: [{ what: 'stop', from: 100_500, to: 100_600 }] };
    expect(judge(explained)).toMatchObject({ told: { 'LiveLambda.TunnelLeft': 1 }, toldWithoutReason: {}, broken: [] });
    expect(judge({ calls: [told], runs }).broken).toEqual([expect.stringContaining('where nothing had been done')]);
  });

  it('is broken by old code, long after it was saved anew', () => {
    const runs = new Map([['a', 1]]);
    const savedAt = (at: number) => ({ calls: [right], runs, saves: { Bundled: [{ at, version: 2 }] } });
    expect(judge(savedAt(99_000)).broken).toEqual([]);
    expect(judge(savedAt(50_000)).broken).toEqual([expect.stringContaining('long after 2 was saved')]);
  });

  it('is broken by an asynchronous event that ran not once, where nothing was done', () => {
    const asynchronous = [{ requestId: 'b', sentAt: 100_000 }];
    expect(judge({ asynchronous, runs: new Map([['b', 1]]) }).broken).toEqual([]);
    expect(judge({ asynchronous }).broken).toEqual(['the asynchronous event b was run 0 times']);
    expect(judge({ asynchronous, troubles: [{ what: 'kill', from: 105_000, to: 106_000 }] }).broken).toEqual([]);
  });
});

describe('the plan of a run', () => {
  it('follows from its seed', () => {
    expect(planRounds(30, seededNumbers(7))).toEqual(planRounds(30, seededNumbers(7)));
  });

  it.each([2, 30])('exchanges the tunnel early and late only, within %d minutes', (minutes) => {
    const rounds = planRounds(minutes, seededNumbers(1));
    const exchanged = rounds.flatMap(({ disturbances }, index) =>
      disturbances.flatMap(({ what }) => (what === 'stop' || what === 'kill' ? [{ index, what }] : [])),
    );
    expect(exchanged).toEqual([
      { index: 1, what: 'stop' },
      { index: rounds.length - 1, what: 'kill' },
    ]);
  });
});
