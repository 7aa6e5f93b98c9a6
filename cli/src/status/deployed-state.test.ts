import { describe, expect, it } from 'vitest';
import { stateOf } from './deployed-state.ts';

const ours = { functionName: 'orders-1', session: { app: 'shop', session: 'default' } };

describe('a deployed function', () => {
  it.each([
    ['is live by the settings of its stub', '{"app":"shop","session":"default"}', { state: 'live' }],
    ['is of another session', '{"app":"shop","session":"ann"}', { state: 'other-session', session: 'ann' }],
    ['is of another app', '{"app":"bank","session":"default"}', { state: 'other-session', app: 'bank' }],
    ['is not live without a stub', undefined, { state: 'not-live' }],
    ['is not live with a variable that is no stub’s', 'yes', { state: 'not-live' }],
    ['is not live with a variable that is JSON and no stub’s', '7', { state: 'not-live' }],
  ])('%s', (_what, settings, state) => {
    expect(stateOf(settings, ours)).toMatchObject({ ...state, functionName: 'orders-1' });
  });
});
