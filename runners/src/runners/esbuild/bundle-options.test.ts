import { describe, expect, it } from 'vitest';
import type { BundlingOptions } from '../../runner.ts';
import { type BundleRequest, planBundle } from './bundle-options.ts';

interface Case {
  readonly bundling?: Partial<BundlingOptions>;
  readonly request?: Partial<BundleRequest>;
}

function planOf({ bundling = {}, request = {} }: Case) {
  return planBundle({
    bundling: { format: 'cjs', hasCommandHooks: false, ...bundling },
    runtime: 'nodejs22.x',
    entry: '/app/src/orders.ts',
    projectRoot: '/app',
    outputFolder: '/app/.live-lambda/orders',
    ...request,
  });
}

describe('what esbuild is told', () => {
  it('is, where the app says nothing, what NodejsFunction says', () => {
    expect(planOf({})).toEqual({
      options: {
        bundle: true,
        entryPoints: ['/app/src/orders.ts'],
        absWorkingDir: '/app',
        outfile: '/app/.live-lambda/orders/index.js',
        platform: 'node',
        format: 'cjs',
        target: ['node22'],
        external: ['@aws-sdk/*'],
        sourcemap: 'external',
        sourcesContent: false,
        metafile: true,
        write: false,
        logLevel: 'silent',
      },
      fileName: 'index.js',
      needsMapComment: true,
      ignoredArguments: [],
    });
  });

  it.each<[string, Case, object]>([
    ['an ES module', { bundling: { format: 'esm' } }, { format: 'esm', outfile: '/app/.live-lambda/orders/index.mjs' }],
    ['a target of its own', { bundling: { target: 'es2020,node18.2' } }, { target: ['es2020', 'node18.2'] }],
    ['the target of the runtime', { request: { runtime: 'nodejs24.x' } }, { target: ['node24'] }],
    ['the SDK of old runtimes left out', { request: { runtime: 'nodejs16.x' } }, { external: ['aws-sdk'] }],
    ['the SDK of new runtimes left out', { request: { runtime: 'nodejs18.x' } }, { external: ['@aws-sdk/*'] }],
    ['nothing left out with the SDK', { bundling: { bundleAwsSdk: true } }, { external: [] }],
    ['nothing left out by request', { bundling: { externalModules: [] } }, { external: [] }],
    [
      'what the app leaves out instead of the SDK, and what it installs beside the bundle',
      { bundling: { externalModules: ['sharp', '/opt/*'], bundleAwsSdk: true, nodeModules: ['pg'] } },
      { external: ['sharp', '/opt/*', 'pg'] },
    ],
    ['packages installed beside the bundle', { bundling: { nodeModules: ['pg'] } }, { external: ['@aws-sdk/*', 'pg'] }],
    ['small code', { bundling: { minify: true, keepNames: true } }, { minify: true, keepNames: true }],
    ['an order of main fields', { bundling: { mainFields: ['module', 'main'] } }, { mainFields: ['module', 'main'] }],
    ['injected files', { bundling: { inject: ['/app/shim.ts'] } }, { inject: ['/app/shim.ts'] }],
    [
      'constants',
      { bundling: { define: { 'process.env.STAGE': '"dev"' } } },
      { define: { 'process.env.STAGE': '"dev"' } },
    ],
    ['loaders', { bundling: { loader: { '.sql': 'text' } } }, { loader: { '.sql': 'text' } }],
    [
      'text around it',
      { bundling: { banner: '/*a*/', footer: '/*b*/' } },
      { banner: { js: '/*a*/' }, footer: { js: '/*b*/' } },
    ],
    ['a map without the sources', { bundling: { sourceMap: true, sourcesContent: false } }, { sourcesContent: false }],
    ['folders of packages', { bundling: { environment: { NODE_PATH: '/lib' } } }, { nodePaths: ['/lib'] }],
    ['a tsconfig', { request: { tsconfig: '/app/tsconfig.build.json' } }, { tsconfig: '/app/tsconfig.build.json' }],
  ])('is %s', (_what, given, options) => {
    expect(planOf(given).options).toMatchObject(options);
  });

  it.each<[string, Partial<BundlingOptions>, string, boolean]>([
    ['beside the bundle without being asked', {}, 'external', true],
    ['beside the bundle where none is deployed', { sourceMap: false }, 'external', true],
    ['beside the bundle where it is deployed so', { sourceMap: true }, 'external', true],
    ['beside the bundle where the deployed one is not linked', { sourceMapMode: 'external' }, 'external', true],
    ['in the bundle', { sourceMapMode: 'inline' }, 'inline', false],
    ['in the bundle where it is in both', { sourceMap: true, sourceMapMode: 'both' }, 'inline', false],
    ['in the bundle by an argument', { esbuildArgs: { '--sourcemap': 'inline' } }, 'inline', false],
  ])('puts the source map %s', (_where, bundling, sourcemap, needsMapComment) => {
    const plan = planOf({ bundling });
    expect([plan.options.sourcemap, plan.needsMapComment]).toEqual([sourcemap, needsMapComment]);
  });

  it('follows esbuildArgs most of all, but not to another place', () => {
    const plan = planOf({
      bundling: {
        minify: true,
        define: { A: '1' },
        esbuildArgs: {
          '--minify': 'false',
          '--define:B': '2',
          '--outfile': 'elsewhere.js',
          '--metafile': 'meta.json',
          '--not-of-esbuild': 'x',
        },
      },
    });
    expect(plan.options).toMatchObject({
      minify: false,
      define: { A: '1', B: '2' },
      outfile: '/app/.live-lambda/orders/index.js',
      metafile: true,
    });
    expect(plan.ignoredArguments).toEqual(['not-of-esbuild=x']);
  });
});
