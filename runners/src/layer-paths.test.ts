import { describe, expect, it } from 'vitest';
import { layerPaths } from './layer-paths.ts';
import type { FunctionSpec } from './runner.ts';

const FUNCTION: FunctionSpec = {
  id: 'Shop/CreateOrder',
  runtime: 'nodejs22.x',
  entry: '/app/orders.js',
  handler: 'handler',
  root: '/app',
  layers: ['/layers/first', '/layers/second'],
  memoryMb: 512,
  timeoutMs: 3000,
};

const pathsOf = (given: Partial<FunctionSpec>, platform: NodeJS.Platform = 'linux') =>
  layerPaths({ fn: { ...FUNCTION, ...given }, platform });

describe('the code of layers', () => {
  it('is found by Node in the order of Lambda: for this version, for any, then the task root; the last layer first', () => {
    expect(pathsOf({})).toEqual({
      variables: {
        NODE_PATH: [
          '/layers/second/nodejs/node22/node_modules',
          '/layers/first/nodejs/node22/node_modules',
          '/layers/second/nodejs/node_modules',
          '/layers/first/nodejs/node_modules',
          '/app',
        ].join(':'),
      },
      programs: ['/layers/second/bin', '/layers/first/bin'],
    });
  });

  it('is all that a bundle sees besides itself', () => {
    const bundling = { format: 'cjs', hasCommandHooks: false } as const;
    expect(pathsOf({ bundling, layers: [] }).variables).toEqual({});
    expect(pathsOf({ bundling, layers: ['/l'] }).variables.NODE_PATH).toBe(
      '/l/nodejs/node22/node_modules:/l/nodejs/node_modules',
    );
  });

  it('is found by other languages', () => {
    expect(pathsOf({ runtime: 'python3.13', layers: ['/a', '/b'] }).variables).toEqual({
      PYTHONPATH: '/b/python/lib/python3.13/site-packages:/a/python/lib/python3.13/site-packages:/b/python:/a/python',
    });
    expect(pathsOf({ runtime: 'ruby3.4', layers: ['/a'] }).variables).toEqual({
      RUBYLIB: '/a/ruby/lib',
      GEM_PATH: '/a/ruby/gems/3.4.0',
    });
    expect(pathsOf({ runtime: 'provided.al2023' }).variables).toEqual({});
  });

  it('is found on Windows', () => {
    const { variables } = pathsOf({ root: 'C:\\app', layers: ['C:\\l'] }, 'win32');
    expect(variables.NODE_PATH).toBe('C:\\l\\nodejs\\node22\\node_modules;C:\\l\\nodejs\\node_modules;C:\\app');
  });
});
