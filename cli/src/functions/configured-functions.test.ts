import { describe, expect, it } from 'vitest';
import { liveFunction } from '../fixtures/live-function.ts';
import { scratchProject } from '../fixtures/scratch-project.ts';
import { UserError } from '../user-error.ts';
import { checkEntries, configureFunctions, constructPaths } from './configured-functions.ts';
import { liveApp } from './live-functions.ts';

const app = liveApp([
  {
    file: '/shop/infra/cdk.out/live-lambda.json',
    root: '/shop/infra',
    manifest: {
      version: 1,
      app: 'shop',
      session: 'default',
      root: '..',
      cdkLib: '2.0.0',
      stage: '',
      functions: [liveFunction('Orders'), liveFunction('Prices')],
    },
  },
]);

const source = {
  file: '/shop/live-lambda.config.ts',
  text: "export default {\n  functions: {\n    'Shop/Order': {},\n    'Shop/Orders': {\n      entry: 'src/gone.ts',",
};

const configure = (functions: Parameters<typeof configureFunctions>[1]['functions'], others?: ReadonlySet<string>) =>
  configureFunctions(app, { functions, source }, others).functions;

describe('what a config says of functions', () => {
  it('is stronger than the manifest, with paths from the folder of the config', () => {
    const [orders, prices] = configure({
      'Shop/Orders': { entry: 'services/orders.py', handler: 'main', runner: 'python', env: { TABLE: 'local' } },
    });
    expect(orders).toMatchObject({
      spec: { entry: '/shop/services/orders.py', handler: 'main', root: '/shop/infra' },
      runner: 'python',
      env: { TABLE: 'local' },
    });
    expect(prices).toEqual(app.functions[1]);
  });

  it('takes the deployed name of the handler away with the code that it led to', () => {
    expect(app.functions[0]?.spec.moduleHandler).toBe('orders.handler');
    expect(configure({ 'Shop/Orders': { entry: 'other.mjs' } })[0]?.spec).not.toHaveProperty('moduleHandler');
    expect(configure({ 'Shop/Orders': { env: {} } })[0]?.spec.moduleHandler).toBe('orders.handler');
  });

  it('is an error for a function that is not in the app, with those that may be meant', () => {
    try {
      configure({ 'Shop/Order': {} });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      const { message, hint } = error as UserError;
      expect(message).toContain('/shop/live-lambda.config.ts:3: ');
      expect(message).toContain('"Shop/Order"');
      expect(message).toContain('Did you mean "Shop/Orders"?');
      expect(hint).toContain('Shop/Prices');
    }
  });

  it('is an error for an entry that leads nowhere, told by its line and whole path', () => {
    const check = (entry: string) => () => checkEntries({ functions: { 'Shop/Orders': { entry } }, source });
    expect(check('src/gone.ts')).toThrow(
      '/shop/live-lambda.config.ts:5: the entry of function Shop/Orders, /shop/src/gone.ts, does not exist.',
    );
    expect(check(import.meta.filename)).not.toThrow();
  });

  it('may be about a function that is in the app and was not selected', async () => {
    await using assembly = await scratchProject({
      'tree.json': {
        tree: { path: '', children: { Shop: { path: 'Shop', children: { Late: { path: 'Shop/Late' } } } } },
      },
    });
    const paths = await constructPaths(assembly.folder);
    expect(configure({ 'Shop/Late': {} }, paths)).toEqual(app.functions);
    expect(await constructPaths(assembly.at('nowhere'))).toEqual(new Set());
  });
});
