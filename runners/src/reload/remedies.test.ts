import { expect, it } from 'vitest';
import { heldClock } from '../fixtures/executor-fixture.ts';
import { createRemedies, type Remedies } from './remedies.ts';
import { QUIET_MS } from './source-state.ts';

interface Started {
  readonly remedies: Remedies;
  readonly changes: string[];
  readonly building: { now: boolean };
  /** Lets the timer go off that is set, and says for how long it was. */
  pass(): number | undefined;
}

function start(): Started {
  const { clock, timers } = heldClock();
  const changes: string[] = [];
  const building = { now: false };
  const remedies = createRemedies({ clock, isBuilding: () => building.now, onChange: (path) => changes.push(path) });
  const pass = (): number | undefined => {
    const [timer] = timers;
    if (timer === undefined) return undefined;
    timers.delete(timer);
    timer.run();
    return timer.delayMs;
  };
  return { remedies, changes, building, pass };
}

it('what changes while a build runs waits for its end, and is no reason if that mended the function', () => {
  const { remedies, changes, building, pass } = start();
  building.now = true;
  remedies.add('/app/build.log');
  expect(pass()).toBeUndefined();
  building.now = false;
  remedies.built(false);
  expect([pass(), changes]).toEqual([QUIET_MS, ['/app/build.log']]);
  building.now = true;
  remedies.add('/app/build.log');
  building.now = false;
  remedies.built(true);
  expect([pass(), changes]).toEqual([undefined, ['/app/build.log']]);
});

it('waits twice as long each time that nothing was mended, for a minute at most, until an input changes', () => {
  const { remedies, pass } = start();
  const waits = Array.from({ length: 16 }, () => {
    remedies.add('/app/build.log');
    return pass();
  });
  expect(waits.slice(0, 4)).toEqual([5, 10, 20, 40]);
  expect(waits.at(-1)).toBe(60_000);
  remedies.forget();
  remedies.add('/app/build.log');
  expect(pass()).toBe(QUIET_MS);
});
