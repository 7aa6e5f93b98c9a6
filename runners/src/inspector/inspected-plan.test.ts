import { describe, expect, it } from 'vitest';
import type { LaunchPlan } from '../runner.ts';
import { inspectedPlan } from './inspected-plan.ts';

const plan: LaunchPlan = {
  command: '/usr/bin/node',
  args: ['--expose-gc', '--inspect-brk=0.0.0.0:9229', 'client.js'],
  cwd: '/app',
  env: { NODE_OPTIONS: '--inspect=9333 --require /bootloader.js --inspect-port=1', TABLE: 'orders' },
  control: true,
};

describe('a plan whose process can be debugged', () => {
  it('has one inspector, on a free loopback port, before the program', () => {
    const { args, env } = inspectedPlan(plan, { brk: false });
    expect(args).toEqual(['--inspect=127.0.0.1:0', '--expose-gc', 'client.js']);
    expect(env).toEqual({ NODE_OPTIONS: '--require /bootloader.js', TABLE: 'orders' });
  });

  it('says to wait for a debugger where that is asked for', () => {
    expect(inspectedPlan(plan, { brk: true }).env).toMatchObject({ LIVE_LAMBDA_INSPECT_BRK: '1' });
  });

  it('has no options of Node where only inspectors stood', () => {
    const { env } = inspectedPlan({ ...plan, env: { NODE_OPTIONS: '--inspect' } }, { brk: false });
    expect(env).toEqual({});
  });

  it('stays as it is where it does not run our Node client', () => {
    const { control: _, ...foreign } = plan;
    expect(inspectedPlan(foreign, { brk: true })).toEqual(foreign);
  });
});
