import type { Runner } from '@live-lambda/runner';
import { describe, expect, it } from 'vitest';
import type { Setting } from '../config/settings.ts';
import { liveFunction } from '../fixtures/live-function.ts';
import type { LocalFunction } from '../functions/live-functions.ts';
import { UserError } from '../user-error.ts';
import { chooseRunner } from './choose-runner.ts';
import type { RunnerRegistry } from './registry.ts';

const ready = { files: [], folders: [] };
const runner = (name: string, claims: boolean): Runner => ({
  name,
  claims: () => claims,
  prepare: async () => ({
    state: 'ready',
    launch: { command: 'node', args: [], cwd: '/', env: { LOADER: name } },
    inputs: ready,
  }),
});

const registry: RunnerRegistry = {
  runners: [runner('shy', false), runner('esm', true), runner('tsx', true)].map((each) => ({
    runner: each,
    source: { kind: 'built-in' },
  })),
  failures: [],
};

const fn = (over: Partial<LocalFunction> = {}): LocalFunction => ({
  spec: {
    id: 'Shop/Orders',
    runtime: 'nodejs22.x',
    entry: '/shop/orders.ts',
    handler: 'handler',
    root: '/shop',
    memoryMb: 128,
    timeoutMs: 3000,
  },
  described: liveFunction('Orders'),
  ...over,
});

const source = {
  file: '/shop/live-lambda.config.ts',
  text: "export default {\n  runner: 'txs',\n  functions: {\n    'Shop/Orders': {\n      runner: 'deno',",
};

const nobodySays: Setting<string | undefined> = { value: undefined, layer: 'default', origin: 'default' };
const choose = (everywhere = nobodySays, given = registry) =>
  chooseRunner({ registry: given, everywhere, config: source });

function fault(work: () => unknown): UserError {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  throw new Error('nothing was wrong');
}

describe('the runner of a function', () => {
  it('is the first that claims it where nobody says another', () => {
    expect(choose()(fn()).name).toBe('esm');
  });

  it("is that of a flag or variable, then that of the function's settings, then that of the config for all", () => {
    const flag: Setting<string> = { value: 'tsx', layer: 'flag', origin: '--runner' };
    const config: Setting<string> = { value: 'tsx', layer: 'config', origin: '/shop/live-lambda.config.ts' };
    expect(choose(flag)(fn({ runner: 'shy' })).name).toBe('tsx');
    expect(choose(config)(fn({ runner: 'shy' })).name).toBe('shy');
    expect(choose(config)(fn()).name).toBe('tsx');
  });

  it('must be there, and a near miss is offered', () => {
    const error = fault(() => choose({ value: 'txs', layer: 'flag', origin: '--runner' }));
    expect(error.message).toBe('There is no runner "txs" (--runner). Did you mean "tsx"?');
    expect(error.hint).toContain('shy, esm, tsx');
    const own = fault(() => choose()(fn({ runner: 'deno' })));
    expect(own.message).toContain('/shop/live-lambda.config.ts:5: function Shop/Orders');
    const all = fault(() => choose({ value: 'txs', layer: 'config', origin: '/shop/live-lambda.config.ts' }));
    expect(all.message).toContain('(/shop/live-lambda.config.ts:2)');
  });

  it('may be one that could not be loaded, which is said then', () => {
    const failures = [{ source: { kind: 'config', spec: './deno.ts' }, reason: 'it does not exist' }] as const;
    const flag: Setting<string> = { value: 'deno', layer: 'flag', origin: '--runner' };
    expect(fault(() => choose(flag, { ...registry, failures })).hint).toContain(
      './deno.ts (config): it does not exist',
    );
  });

  it('says, where none claims it, what it is and which there are', async () => {
    const alone = choose(nobodySays, { runners: registry.runners.slice(0, 1), failures: [] })(fn());
    expect(alone.claims(fn().spec)).toBe(false);
    expect(await alone.prepare(fn().spec, { signal: new AbortController().signal })).toMatchObject({
      state: 'broken',
      reason: expect.stringMatching(/Shop\/Orders.*\/shop\/orders\.ts \(nodejs22\.x\).*shy.*runners add/),
    });
  });

  it('says of a compiled program that none claims how its sources are named', async () => {
    const { spec } = fn();
    const alone = choose(nobodySays, { runners: [], failures: [] })(fn());
    const told = await alone.prepare({ ...spec, runtime: 'provided.al2023' }, { signal: new AbortController().signal });
    expect(told).toMatchObject({ reason: expect.stringContaining('functions["Shop/Orders"].entry') });
  });

  it("gives the function the config's variables, which are weaker than the runner's own", async () => {
    const chosen = choose()(fn({ env: { TABLE: 'local', LOADER: 'mine' } }));
    expect(await chosen.prepare(fn().spec, { signal: new AbortController().signal })).toMatchObject({
      launch: { env: { TABLE: 'local', LOADER: 'esm' } },
    });
  });
});
