import type { FunctionSpec, Runner } from '@live-lambda/runner';
import { describe, expect, it } from 'vitest';
import { scratchProject } from '../fixtures/scratch-project.ts';
import { claimant, createRegistry, type RegistrySources } from './registry.ts';

const fn: FunctionSpec = {
  id: 'Shop/Orders',
  runtime: 'nodejs22.x',
  entry: '/shop/orders.ts',
  handler: 'handler',
  root: '/shop',
  memoryMb: 128,
  timeoutMs: 3000,
};

const runner = (name: string, over: Partial<Runner> = {}): Runner => ({
  name,
  claims: () => true,
  prepare: async () => ({ state: 'broken', reason: `not by ${name}`, inputs: { files: [], folders: [] } }),
  ...over,
});

const code = (name: string, claims = 'true') =>
  `export default { name: '${name}', claims: () => ${claims}, prepare: async () => ({}) };`;

const registryOf = (over: Partial<RegistrySources>) =>
  createRegistry({ builtIn: [runner('tsx')], specs: [], folder: '/', plugins: [], pluginFailures: [], ...over });

const namesOf = async (over: Partial<RegistrySources>) =>
  (await registryOf(over)).runners.map((each) => `${each.runner.name}: ${each.source.kind}`);

const prepare = async (over: Partial<RegistrySources>) => {
  const first = (await registryOf(over)).runners[0];
  return first?.runner.prepare(fn, { signal: new AbortController().signal });
};

describe('the runners of a project', () => {
  it('are those of the config, then those of plugins, then the built-in ones', async () => {
    await using project = await scratchProject({
      'runner.ts': code('mine').replace('{ name', '{ name').replace("'mine'", "'mine' as string"),
    });
    const plugins = [{ plugin: 'deno-plugin', runners: [runner('deno')] }];
    const given = { specs: ['./runner.ts'], folder: project.folder, plugins };
    expect(await namesOf(given)).toEqual(['mine: config', 'deno: plugin', 'tsx: built-in']);
    expect(claimant(await registryOf(given), fn)?.runner.name).toBe('mine');
  });

  it('of the config win where names are the same', async () => {
    await using project = await scratchProject({ 'runner.mjs': code('tsx') });
    const plugins = [{ plugin: 'p', runners: [runner('tsx')] }];
    expect(await namesOf({ specs: ['./runner.mjs'], folder: project.folder, plugins })).toEqual(['tsx: config']);
  });

  it('that are built in are asked early where the config names them', async () => {
    const builtIn = [runner('esbuild'), runner('python')];
    expect(await namesOf({ builtIn, specs: ['python'] })).toEqual(['python: built-in', 'esbuild: built-in']);
  });

  it.each([
    ['an ES module', { 'r.mjs': code('mine') }, './r.mjs'],
    ['CommonJS', { 'r.cjs': code('mine').replace('export default', 'module.exports =') }, './r.cjs'],
    ['CommonJS that was compiled', { 'r.cjs': code('mine').replace('export default', 'exports.default =') }, './r.cjs'],
    [
      'a folder with exports',
      { 'r/package.json': { type: 'module', exports: { '.': { import: './main.js' } } }, 'r/main.js': code('mine') },
      './r',
    ],
    ['a folder with main', { 'r/package.json': { main: 'main.mjs' }, 'r/main.mjs': code('mine') }, './r'],
    [
      'a package that can be imported only',
      {
        'node_modules/r/package.json': { name: 'r', type: 'module', exports: { import: './main.js' } },
        'node_modules/r/main.js': code('mine'),
      },
      'r',
    ],
  ])('are imported from %s', async (_what, files, spec) => {
    await using project = await scratchProject(files);
    expect(await namesOf({ specs: [spec], folder: project.folder })).toEqual(['mine: config', 'tsx: built-in']);
  });

  it.each([
    ['./missing.ts', 'does not exist'],
    ['no-such-package', 'could not be imported'],
    ['./throws.mjs', 'no such stage'],
    ['./folder', 'could not be imported'],
    ['./empty.mjs', 'it has no default export'],
    ['./number.mjs', 'it is 5, and must be an object'],
    ['./wrong.mjs', 'name must begin with a letter'],
    ['./wrong.mjs', 'claims must be a function, and is missing'],
    ['./wrong.mjs', 'prepare must be a function, and is "yes"'],
    ['./wrong.mjs', 'release must be a function where there is one, and is true'],
  ])('that are none are told with the reason: %s, %s', async (spec, reason) => {
    await using project = await scratchProject({
      'folder/package.json': '{',
      'throws.mjs': 'throw new Error("no such stage");',
      'empty.mjs': 'export const runner = 1;',
      'number.mjs': 'export default 5;',
      'wrong.mjs': 'export default { name: "1 2", prepare: "yes", release: true };',
    });
    const { runners, failures } = await registryOf({ specs: [spec], folder: project.folder });
    expect(runners).toHaveLength(1);
    expect(failures).toEqual([{ source: { kind: 'config', spec }, reason: expect.stringContaining(reason) }]);
  });

  it('tell of a second one of the same name in the config, and of plugins that failed', async () => {
    await using project = await scratchProject({ 'a.mjs': code('mine'), 'b.mjs': code('mine') });
    const { failures } = await registryOf({
      specs: ['./a.mjs', './b.mjs'],
      folder: project.folder,
      plugins: [{ plugin: 'odd', runners: 'none' }],
      pluginFailures: [{ plugin: 'slow', reason: 'Timed out' }],
    });
    expect(failures.map(({ reason }) => reason)).toEqual([
      'Timed out',
      'its hook live-lambda:runners must give an array of runners',
      'its name "mine" is taken already by ./a.mjs (config)',
    ]);
  });

  it.each<readonly [string, Partial<Runner>, string]>([
    ['throws', { prepare: () => Promise.reject(new Error('no disk')) }, 'it failed: no disk'],
    ['gives nothing', { prepare: async () => undefined as never }, 'prepare gave missing'],
    ['gives another state', { prepare: async () => ({ state: 'good' }) as never }, 'state "good"'],
    [
      'gives no command',
      { prepare: async () => ({ state: 'ready', inputs: { files: [], folders: [] }, launch: {} }) as never },
      'launch.command must be a string',
    ],
    ['gives no inputs', { prepare: async () => ({ state: 'broken', reason: 'x' }) as never }, 'prepare gave no inputs'],
  ])('of others that prepare as one that %s make the function broken, and are named', async (_what, over, reason) => {
    const plugins = [{ plugin: 'p', runners: [runner('odd', over)] }];
    expect(await prepare({ builtIn: [], plugins })).toEqual({
      state: 'broken',
      reason: expect.stringMatching(/Shop\/Orders.*"odd" \(plugin p\).*\/shop\/orders\.ts/),
      inputs: { files: ['/shop/orders.ts'], folders: [] },
    });
    expect(await prepare({ builtIn: [], plugins })).toMatchObject({ reason: expect.stringContaining(reason) });
  });

  it('of others that throw when asked claim nothing', async () => {
    const claims = () => {
      throw new Error('oops');
    };
    const plugins = [{ plugin: 'p', runners: [runner('odd', { claims })] }];
    expect(claimant(await registryOf({ plugins }), fn)?.runner.name).toBe('tsx');
  });
});
