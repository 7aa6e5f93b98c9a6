import { describe, expect, it } from 'vitest';
import type { Prepared } from '../runner.ts';
import { QUIET_MS, type SourceInput, type SourceStep, stepSources, UNPREPARED } from './source-state.ts';

const inputs = { files: [], folders: [] };
const READY: Prepared = { state: 'ready', launch: { command: 'node', args: [], cwd: '/', env: {} }, inputs };
const BROKEN: Prepared = { state: 'broken', reason: 'app.ts:3:7: Unexpected "}"', inputs };

const wanted: SourceInput = { type: 'wanted' };
const changed: SourceInput = { type: 'changed' };
const woken: SourceInput = { type: 'woken' };
const done = (prepared: Prepared = READY): SourceInput => ({ type: 'prepared', prepared });

/** The last of these steps, each at its time. */
function run(...steps: readonly (readonly [atMs: number, input: SourceInput])[]): SourceStep {
  let step: SourceStep = { state: UNPREPARED, effects: [] };
  for (const [atMs, input] of steps) step = stepSources(step.state, input, atMs);
  return step;
}

const atRest = [
  [0, wanted],
  [50, done()],
] as const;

describe('the sources of a function', () => {
  it('are prepared when they are wanted for the first time, and once', () => {
    expect(run([0, wanted])).toMatchObject({
      state: { name: 'preparing', generation: 1 },
      effects: [{ type: 'prepare' }],
    });
    expect(run([0, wanted], [1, wanted]).effects).toEqual([]);
    expect(run(...atRest, [60, wanted]).effects).toEqual([]);
  });

  it('are ready at once when the first build is done', () => {
    const build = { generation: 1, prepared: READY, durationMs: 50 };
    expect(run(...atRest)).toEqual({ state: { name: 'ready', build }, effects: [{ type: 'built', build }] });
  });

  it('are built with the first change, and the build counts when it has been quiet', () => {
    expect(run(...atRest, [100, changed]).effects).toEqual([{ type: 'prepare' }]);
    const early = run(...atRest, [100, changed], [103, done()]);
    expect(early.effects).toEqual([{ type: 'wake', atMs: 100 + QUIET_MS }]);
    expect(early.state.name).toBe('preparing');
    const quiet = stepSources(early.state, woken, 100 + QUIET_MS);
    expect(quiet.effects).toEqual([{ type: 'built', build: { generation: 2, prepared: READY, durationMs: QUIET_MS } }]);
  });

  it('count at once where the build took longer than the quiet', () => {
    expect(run(...atRest, [100, changed], [140, done()]).effects).toEqual([
      { type: 'built', build: { generation: 2, prepared: READY, durationMs: 40 } },
    ]);
  });

  it('are broken until a change mends them', () => {
    const broken = run([0, wanted], [5, done(BROKEN)]);
    expect(broken.state).toMatchObject({ name: 'broken', build: { generation: 1, prepared: BROKEN } });
    expect(run([0, wanted], [5, done(BROKEN)], [100, changed], [140, done()]).state).toMatchObject({
      name: 'ready',
      build: { generation: 2 },
    });
  });

  it('abort a build that is overtaken, once, and begin the next when it is quiet', () => {
    const overtaken = run(...atRest, [100, changed], [105, changed]);
    expect(overtaken.effects).toEqual([{ type: 'abort' }]);
    expect(stepSources(overtaken.state, changed, 107).effects).toEqual([]);
    const aborted = run(...atRest, [100, changed], [105, changed], [107, changed], [108, done(BROKEN)]);
    expect(aborted).toMatchObject({ state: { name: 'stale' }, effects: [{ type: 'wake', atMs: 107 + QUIET_MS }] });
    const again = stepSources(aborted.state, woken, 107 + QUIET_MS);
    expect(again).toMatchObject({ state: { name: 'preparing', generation: 3 }, effects: [{ type: 'prepare' }] });
    expect(stepSources(again.state, done(), 150).effects).toEqual([
      { type: 'built', build: { generation: 3, prepared: READY, durationMs: 50 } },
    ]);
  });

  it('begin the next build at once where an overtaken one ends after the quiet', () => {
    expect(run(...atRest, [100, changed], [105, changed], [200, done(BROKEN)])).toMatchObject({
      state: { name: 'preparing', generation: 3, sinceMs: 100 },
      effects: [{ type: 'prepare' }],
    });
  });

  it('drop a build that was done while more changes came', () => {
    const dropped = run(...atRest, [100, changed], [103, done()], [104, changed]);
    expect(dropped).toMatchObject({ state: { name: 'stale' }, effects: [{ type: 'wake', atMs: 104 + QUIET_MS }] });
    expect(stepSources(dropped.state, woken, 100 + QUIET_MS).effects).toEqual([{ type: 'wake', atMs: 104 + QUIET_MS }]);
    expect(stepSources(dropped.state, changed, 109).effects).toEqual([{ type: 'wake', atMs: 109 + QUIET_MS }]);
  });

  it('do nothing about changes before anybody wants them, nor about what comes too late', () => {
    expect(run([0, changed])).toEqual({ state: UNPREPARED, effects: [] });
    expect(run(...atRest, [60, done(BROKEN)]).effects).toEqual([]);
    expect(run(...atRest, [60, woken]).effects).toEqual([]);
  });
});
