import { describe, expect, it } from 'vitest';
import type { LaunchPlan } from '../runner.ts';
import { canServe, renewal } from './launch-variables.ts';

const plan = (env: Record<string, string>, other: Partial<LaunchPlan> = {}): LaunchPlan => ({
  command: 'node',
  args: ['client.js'],
  cwd: '/app',
  env,
  control: true,
  ...other,
});

describe('a process that runs', () => {
  it('is as good as new where nothing changed, and where only credentials did, which it is told', () => {
    expect(renewal(plan({ A: '1' }), plan({ A: '1' }))).toEqual({});
    expect(renewal(plan({ AWS_ACCESS_KEY_ID: '1' }), plan({ AWS_ACCESS_KEY_ID: '2' }))).toEqual({
      AWS_ACCESS_KEY_ID: '2',
    });
  });

  it.each([
    ['another variable', plan({ A: '2' })],
    ['a variable less', plan({})],
    ['no way to be told', plan({ A: '1', AWS_ACCESS_KEY_ID: '2' }, { control: false })],
  ])('is not with %s', (_what, wanted) => {
    expect(renewal(plan({ A: '1' }), wanted)).toBeUndefined();
  });
});

describe('a process that waits without code', () => {
  it('takes over the variables of another environment', () => {
    expect(canServe(plan({ A: '1', TZ: ':UTC' }), plan({ B: '2', TZ: 'Asia/Tokyo' }))).toBe(true);
  });

  it.each([
    ['another program', { command: 'python3' }],
    ['other flags', { args: ['--max-old-space-size=1', 'client.js'] }],
    ['more flags', { args: ['client.js', '-v'] }],
    ['another folder', { cwd: '/other' }],
    ['a variable that Node reads at its start', { env: { NODE_EXTRA_CA_CERTS: '/ca.pem' } }],
    ['a locale', { env: { LC_ALL: 'de_DE' } }],
    ['another tsconfig', { env: { TSX_TSCONFIG_PATH: '/tsconfig.json' } }],
    ['no control channel', { control: false }],
  ])('cannot serve a plan with %s', (_what, other) => {
    expect(canServe(plan({}), plan({}, other))).toBe(false);
  });
});
