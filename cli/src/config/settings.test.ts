import { describe, expect, it } from 'vitest';
import { UserError } from '../user-error.ts';
import type { LiveLambdaConfig } from './config.ts';
import { type GivenFlags, resolveSettings, type SettingSources } from './settings.ts';

function settings(
  config: LiveLambdaConfig | undefined,
  environment: SettingSources['environment'] = {},
  flags: GivenFlags = {},
) {
  const file = '/shop/live-lambda.config.json';
  const loaded = config && { file, text: JSON.stringify(config), folder: '/shop', config };
  return resolveSettings({
    flags,
    environment,
    loaded,
    currentFolder: '/shop/infra',
    defaultApp: '/shop/infra/cdk.out',
  });
}

describe('what is set', () => {
  it('is the flag before the variable before the config before the default, and says which', () => {
    const config = { runner: 'esm' };
    const variables = { LIVE_LAMBDA_RUNNER: 'cjs' };
    expect(settings(undefined).runner).toEqual({ value: undefined, layer: 'default', origin: 'default' });
    expect(settings(config).runner).toEqual({ value: 'esm', layer: 'config', origin: '/shop/live-lambda.config.json' });
    expect(settings(config, variables).runner).toEqual({
      value: 'cjs',
      layer: 'environment',
      origin: 'LIVE_LAMBDA_RUNNER',
    });
    expect(settings(config, variables, { runner: 'tsx' }).runner).toEqual({
      value: 'tsx',
      layer: 'flag',
      origin: '--runner',
    });
  });

  it('can be set to false by a stronger layer', () => {
    expect(settings({ verbose: true }, {}, { verbose: false }).verbose).toMatchObject({ value: false, layer: 'flag' });
    expect(settings({ json: true }, { LIVE_LAMBDA_JSON: 'no' }).json).toMatchObject({ value: false });
    expect(settings({ inspect: true }, { LIVE_LAMBDA_INSPECT: 'false' }).inspect).toMatchObject({
      value: undefined,
      layer: 'environment',
    });
  });

  it('has stubs prove what they are by STS, unless somebody says that they need not', () => {
    expect(settings(undefined).trustStub).toMatchObject({ value: 'sts', origin: 'default' });
    const chosen = { value: 'none', origin: 'LIVE_LAMBDA_TRUST_STUB' };
    expect(settings(undefined, { LIVE_LAMBDA_TRUST_STUB: 'none' }).trustStub).toMatchObject(chosen);
    expect(() => settings(undefined, { LIVE_LAMBDA_TRUST_STUB: 'iam' })).toThrow(
      'The variable LIVE_LAMBDA_TRUST_STUB must be sts or none, and is "iam".',
    );
  });

  it('has a budget above nothing, in US dollars', () => {
    expect(settings(undefined).budget.value).toBeUndefined();
    expect(settings({ budget: 0.5 }, { LIVE_LAMBDA_BUDGET: '.25' }).budget.value).toBe(0.25);
    for (const text of ['0', '-1', '1e5', 'much', 'Infinity', '1.'])
      expect(() => settings(undefined, { LIVE_LAMBDA_BUDGET: text })).toThrow(/LIVE_LAMBDA_BUDGET must be a price/);
  });

  it('has the app relative to whoever names it', () => {
    expect(settings(undefined).app.value).toBe('/shop/infra/cdk.out');
    expect(settings({ app: 'out' }).app.value).toBe('/shop/out');
    expect(settings({ app: 'out' }, { LIVE_LAMBDA_APP: 'out' }).app.value).toBe('/shop/infra/out');
    expect(settings(undefined, {}, { app: '/else' }).app.value).toBe('/else');
  });

  it("has Node's own port for debuggers where only true is said", () => {
    expect(settings({ inspect: true }).inspect.value).toBe(9229);
    expect(settings({ inspectBrk: 9300 }).inspectBrk.value).toBe(9300);
    expect(settings(undefined, { LIVE_LAMBDA_INSPECT: '1' }).inspect.value).toBe(9229);
    expect(settings(undefined, { LIVE_LAMBDA_INSPECT_BRK: '9400' }).inspectBrk.value).toBe(9400);
    expect(settings({ inspect: false }).inspect).toMatchObject({ value: undefined, layer: 'default' });
  });

  it('takes an empty variable for none', () => {
    expect(settings({ runner: 'esm' }, { LIVE_LAMBDA_RUNNER: '' }).runner.value).toBe('esm');
  });

  it.each([
    ['LIVE_LAMBDA_MAX_ENVIRONMENTS', 'many', 'a whole number, at least 1', '--max-environments'],
    ['LIVE_LAMBDA_MAX_ENVIRONMENTS', '0', 'a whole number, at least 1', '--max-environments'],
    ['LIVE_LAMBDA_VERBOSE', 'on', 'true or false', '--verbose'],
    ['LIVE_LAMBDA_INSPECT', '70000', 'true, false or a port', '--inspect'],
  ])('refuses the variable %s=%s and says what it must be', (name, text, expected, flag) => {
    try {
      settings(undefined, { [name]: text });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      const { message, hint } = error as UserError;
      expect(message).toBe(`The variable ${name} must be ${expected}, and is "${text}".`);
      expect(hint).toContain(flag);
    }
  });

  it('cannot be changed afterwards', () => {
    const found = settings({ runners: ['./a.ts'], functions: { F: { env: { A: '1' } } } });
    expect(Object.isFrozen(found.runners.value)).toBe(true);
    expect(Object.isFrozen(found.functions.value.F?.env)).toBe(true);
    expect(Object.isFrozen(found)).toBe(true);
  });
});
