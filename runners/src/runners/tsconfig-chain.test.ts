import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { taskFolder } from '../fixtures/task-folder.ts';
import { nearestTsconfig, readTsconfigChain } from './tsconfig-chain.ts';

async function chainOf(files: Readonly<Record<string, string>>) {
  const root = taskFolder(files);
  const chain = await readTsconfigChain(join(root, 'tsconfig.json'));
  return { ...chain, files: chain.files.map((file) => file.slice(root.length + 1)).sort() };
}

const METADATA = '"compilerOptions":{"emitDecoratorMetadata":true}';

describe('a tsconfig', () => {
  it('is read with what it extends, by path or by package, with comments and trailing commas', async () => {
    const { files } = await chainOf({
      'tsconfig.json':
        '// "extends": "./not"\n{ "extends": ["./a", "./b.json", "@shop/base", "@shop/base/strict.json",], /* , */ }',
      'a.json': '{ "extends": "./nested/a.json" }',
      'nested/a.json': '{ "extends": "../tsconfig.json" }',
      'b.json': '{ "compilerOptions": { "paths": { "@/*": ["./src//*"] } } }',
      'node_modules/@shop/base/tsconfig.json': '{}',
      'node_modules/@shop/base/strict.json': '{ "extends": "./gone.json" }',
    });
    expect(files).toEqual(['a.json', 'b.json', 'nested/a.json', 'tsconfig.json']);
  });

  it.each<[string, Readonly<Record<string, string>>, boolean]>([
    ['itself', { 'tsconfig.json': `{${METADATA}}` }, true],
    ['what it extends', { 'tsconfig.json': '{"extends":"./a.json"}', 'a.json': `{${METADATA}}` }, true],
    ['a package', { 'tsconfig.json': '{"extends":"base"}', 'node_modules/base/tsconfig.json': `{${METADATA}}` }, true],
    ['nobody', { 'tsconfig.json': '{}' }, false],
    [
      'not what it overrides',
      {
        'tsconfig.json': '{"extends":"./a.json","compilerOptions":{"emitDecoratorMetadata":false}}',
        'a.json': `{${METADATA}}`,
      },
      false,
    ],
    [
      'the last one extended',
      {
        'tsconfig.json': '{"extends":["./a.json","./b.json"]}',
        'a.json': `{${METADATA}}`,
        'b.json': '{"compilerOptions":{"emitDecoratorMetadata":false}}',
      },
      false,
    ],
  ])('says whether decorators have metadata: %s', async (_who, files, expected) => {
    expect((await chainOf(files)).emitsDecoratorMetadata).toBe(expected);
  });

  it('that is nonsense extends nothing, and one that is gone is nothing', async () => {
    expect(await chainOf({ 'tsconfig.json': '{ "extends": ' })).toEqual({
      files: ['tsconfig.json'],
      emitsDecoratorMetadata: false,
    });
    expect(await chainOf({})).toEqual({ files: [], emitsDecoratorMetadata: false });
  });

  it('is looked for upwards', () => {
    const root = taskFolder({ 'tsconfig.json': '{}', 'a/b/c.ts': '' });
    expect(nearestTsconfig(join(root, 'a/b'))).toBe(join(root, 'tsconfig.json'));
  });
});
