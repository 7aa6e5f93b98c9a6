import { describe, expect, it } from 'vitest';
import { UserError } from '../user-error.ts';
import { checkConfig } from './check-config.ts';

function check(value: unknown, text = '') {
  try {
    checkConfig(value, { file: '/shop/live-lambda.config.json', text });
  } catch (error) {
    if (error instanceof UserError) return { message: error.message, hint: error.hint };
    throw error;
  }
  return undefined;
}

describe('the settings of a config file', () => {
  it('are taken as they are where they are valid', () => {
    const config = {
      app: 'infra/cdk.out',
      endpoint: 'http://127.0.0.1:4566',
      session: 'ada',
      runner: 'tsx',
      runners: ['./tools/runner.ts', 'live-lambda-runner-deno'],
      functions: { 'Shop/Orders': { entry: 'src/orders.ts', handler: 'handler', runner: 'esm', env: { A: '1' } } },
      verbose: true,
      json: false,
      inspect: true,
      inspectBrk: 9300,
      maxEnvironments: 3,
      fetchNode: false,
      trustStub: 'none',
    };
    expect(checkConfig(config, { file: 'x', text: '' })).toEqual(config);
  });

  it('name an unknown key, and the one that was probably meant', () => {
    expect(check({ runer: 'tsx' })).toEqual({
      message: '/shop/live-lambda.config.json: there is no setting runer.',
      hint: 'Did you mean "runner" or "runners"?',
    });
    expect(check({ functions: { 'Shop/Orders': { enviroment: {} } } })).toMatchObject({
      message: expect.stringContaining('functions["Shop/Orders"].enviroment'),
      hint: 'There are: entry, handler, runner, env.',
    });
  });

  it.each([
    [{ runner: 5 }, 'runner must be a string, and is 5.'],
    [{ fetchNode: 'maybe' }, 'fetchNode must be true or false, and is "maybe".'],
    [{ trustStub: 'all' }, 'trustStub must be sts or none, and is "all".'],
    [{ runners: 'tsx' }, 'runners must be an array, and is "tsx".'],
    [{ runners: ['a', 1] }, 'runners[1] must be a string, and is 1.'],
    [{ functions: { F: { env: { PORT: 8080 } } } }, 'functions.F.env.PORT must be a string, and is a number.'],
    [{ functions: { F: null } }, 'functions.F must be an object, and is null.'],
    [{ functions: [] }, 'functions must be an object, and is an array.'],
    [{ inspect: 70_000 }, 'inspect must be a port, from 1 to 65535, and is 70000.'],
    [{ inspect: 'yes' }, 'inspect must be true, false or a port, and is "yes".'],
    [{ maxEnvironments: 0 }, 'maxEnvironments must be at least 1, and is 0.'],
    [{ maxEnvironments: 1.5 }, 'maxEnvironments must be a whole number, and is 1.5.'],
    [{ app: '' }, 'app must not be empty, and is "".'],
    [[], 'the config must be an object, and is an array.'],
    ['tsx', 'the config must be an object, and is "tsx".'],
    [undefined, 'the config must be an object, and is undefined.'],
  ])('tell of %j what it must be', (value, sentence) => {
    expect(check(value)?.message).toBe(`/shop/live-lambda.config.json: ${sentence}`);
  });

  it('say on which line the wrong one is written', () => {
    const text = `{\n  "functions": {\n    "Shop/Orders": {\n      "env": {\n        "PORT": 8080\n      }\n    }\n  }\n}\n`;
    expect(check(JSON.parse(text), text)?.message).toMatch(/^\/shop\/live-lambda\.config\.json:5: /);
    const program = `const runner = 1;\nexport default {\n  runner: runner,\n};\n`;
    expect(check({ runner: 1 }, program)?.message).toMatch(/^\/shop\/live-lambda\.config\.json:3: /);
  });

  it('name no line where the setting is written elsewhere', () => {
    expect(check({ runner: 1 }, 'export default shared;')?.message).toMatch(/config\.json: runner/);
  });
});
