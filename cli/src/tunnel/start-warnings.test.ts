import type { ManifestLayer } from '@live-lambda/protocol/manifest';
import { describe, expect, it } from 'vitest';
import { liveFunction } from '../fixtures/live-function.ts';
import { type LiveApp, liveApp } from '../functions/live-functions.ts';
import { startWarnings } from './start-warnings.ts';

function app(layers: Readonly<Record<string, readonly ManifestLayer[]>>, warnings: readonly string[] = []): LiveApp {
  const functions = Object.entries(layers).map(([id, own]) => ({ ...liveFunction(id), layers: own, warnings }));
  const manifest = {
    version: 1,
    app: 'shop',
    session: 'default',
    root: '.',
    cdkLib: '2',
    stage: '',
    functions,
  } as const;
  return liveApp([{ file: '/shop/cdk.out/live-lambda.json', root: '/shop', manifest }]);
}

describe('what is warned of at the start', () => {
  it('is, of all layers that are not on this machine, one sentence that names them and who has them', () => {
    const arn = 'arn:aws:lambda:eu-central-1:580247275435:layer:LambdaInsightsExtension:53';
    const warnings = startWarnings(
      app({
        Orders: [
          { name: arn, folder: null },
          { name: 'Shop/Own', folder: 'layers/own' },
        ],
        Prices: [
          { name: arn, folder: null },
          { name: null, folder: null },
        ],
      }),
    );
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`${arn} (Shop/Orders, Shop/Prices)`);
    expect(warnings[0]).toContain('known only at deploy (Shop/Prices)');
    expect(warnings[0]).not.toContain('Shop/Own');
  });

  it('is nothing where everything is here', () => {
    expect(startWarnings(app({ Orders: [{ name: 'Shop/Own', folder: 'layers/own' }] }))).toEqual([]);
  });

  it('is what the construct found, each runner that could not be loaded, and each Node that is not here', () => {
    const runnerFailures = [{ source: { kind: 'config', spec: './deno.ts' }, reason: 'it does not exist' }] as const;
    const nodes = { byRuntime: new Map(), warnings: ['There is no Node 22 on this machine.'] };
    expect(
      startWarnings(app({ Orders: [] }, ['its timeout is known only at deploy.']), { runnerFailures, nodes }),
    ).toEqual([
      'No runner by ./deno.ts (config): it does not exist.',
      'Shop/Orders: its timeout is known only at deploy.',
      'There is no Node 22 on this machine.',
    ]);
  });
});

describe('a function of the manifest', () => {
  it('has the layers of the app, its bundling and its folders with absolute paths', () => {
    const manifest = {
      version: 1,
      app: 'shop',
      session: 'default',
      root: '..',
      cdkLib: '2',
      stage: '',
      functions: [
        {
          ...liveFunction('Orders'),
          layers: [
            { name: 'Shop/Own', folder: 'layers/own' },
            { name: null, folder: null },
          ],
          projectRoot: 'services',
          bundling: { format: 'esm', inject: ['package.json', 'react-shim'], hasCommandHooks: false },
        },
      ],
    } as const;
    const root = new URL('../..', import.meta.url).pathname;
    const [fn] = liveApp([{ file: 'x', root, manifest }]).functions;
    expect(fn?.spec).toMatchObject({
      layers: [`${root}layers/own`],
      projectRoot: `${root}services`,
      moduleHandler: 'orders.handler',
      bundling: { format: 'esm', inject: [`${root}package.json`, 'react-shim'] },
    });
  });
});
