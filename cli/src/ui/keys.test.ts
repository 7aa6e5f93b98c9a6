import { describe, expect, it } from 'vitest';
import { acting, askedToTakeOver, type KeyState, keyHelp, keyPressed } from './keys.ts';
import { emptyView, type SessionView } from './session-view.ts';

const functions = ['Shop/Orders', 'Shop/Prices', 'Shop/Taxes'].map((id) => ({ id, file: `src/${id}.mjs` }));
const view: SessionView = { ...emptyView, phase: 'ready', functions, lastInvoked: 'Shop/Prices', holder: 'ann@laptop' };

/** What the last of some keys asks for, and what keys mean from then on. */
function press(names: readonly string[], given: SessionView = view) {
  let result: ReturnType<typeof keyPressed> = { state: acting };
  for (const name of names) result = keyPressed(result.state, { name, sequence: name }, given);
  return result;
}

describe('keys', () => {
  it('open the file of the function that was invoked last, else of the first', () => {
    expect(press(['o']).action).toEqual({ type: 'open', function: 'Shop/Prices' });
    expect(press(['o'], { ...view, lastInvoked: undefined }).action).toEqual({ type: 'open', function: 'Shop/Orders' });
  });

  it('let a function be chosen, round and round, beginning with the one that was invoked last', () => {
    expect(press(['r']).state).toEqual({ name: 'choosing', action: 'restart', index: 1 });
    expect(press(['r', 'return']).action).toEqual({ type: 'restart', function: 'Shop/Prices' });
    expect(press(['r', 'down', 'down', 'return']).action).toEqual({ type: 'restart', function: 'Shop/Orders' });
    expect(press(['f', 'up', 'up', 'return']).action).toEqual({ type: 'open', function: 'Shop/Taxes' });
  });

  it('leave the choice with nothing done, and without quitting', () => {
    for (const key of ['escape', 'q']) expect(press(['r', key])).toEqual({ state: acting });
    expect(press(['r', 'p']).state).toMatchObject({ name: 'choosing' });
  });

  it('do at once what leaves nothing to choose', () => {
    const one = { ...view, functions: functions.slice(0, 1), lastInvoked: undefined };
    expect(press(['r'], one).action).toEqual({ type: 'restart', function: 'Shop/Orders' });
    for (const key of ['o', 'f', 'r']) expect(press([key], emptyView)).toEqual({ state: acting });
  });

  it('pause what is ready and nothing else, and go on', () => {
    expect(press(['p']).action).toEqual({ type: 'pause' });
    expect(press(['p'], { ...view, phase: 'paused' }).action).toEqual({ type: 'resume' });
    for (const phase of ['starting', 'stopped'] as const)
      expect(press(['p'], { ...view, phase }).action).toBeUndefined();
  });

  it('take the session over by y alone, once asked or after t, where somebody holds it', () => {
    const asked = askedToTakeOver(acting);
    expect(keyPressed(asked, { name: 'y' }, view)).toEqual({ state: acting, action: { type: 'take-over' } });
    for (const name of ['n', 'return', 'escape', 'p'])
      expect(keyPressed(asked, { name }, view)).toEqual({ state: acting });
    expect(press(['t', 'y']).action).toEqual({ type: 'take-over' });
    expect(press(['t'], { ...view, holder: undefined })).toEqual({ state: acting });
    const choosing: KeyState = { name: 'choosing', action: 'open', index: 0 };
    expect(askedToTakeOver(choosing)).toEqual(choosing);
  });

  it('quit by Ctrl-C and suspend by Ctrl-Z, also in the middle of a choice', () => {
    const choosing: KeyState = { name: 'choosing', action: 'open', index: 0 };
    for (const state of [acting, choosing, { name: 'confirming' as const }]) {
      expect(keyPressed(state, { name: 'c', ctrl: true }, view)).toEqual({ state: acting, action: { type: 'quit' } });
      expect(keyPressed(state, { name: 'z', ctrl: true }, view)).toEqual({ state, action: { type: 'suspend' } });
    }
  });

  it('mean the same with Caps Lock, and nothing with other keys', () => {
    expect(press(['Q']).action).toEqual({ type: 'quit' });
    for (const name of ['x', 'return', 'escape', 'up', 'ü']) expect(press([name])).toEqual({ state: acting });
    expect(keyPressed(acting, { sequence: '\u0001', name: 'a', ctrl: true }, view)).toEqual({ state: acting });
  });

  it('are all in the help', () => {
    const silent = keyHelp.filter(([key]) => {
      const { state, action } = press([key]);
      return action === undefined && state === acting;
    });
    expect(silent).toEqual([]);
    expect(keyPressed(acting, { sequence: '?' }, view).action).toEqual({ type: 'help' });
  });
});
