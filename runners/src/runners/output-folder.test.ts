import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { specOf } from '../fixtures/run-prepared.ts';
import { taskFolder } from '../fixtures/task-folder.ts';
import { functionOutputFolder, keepNewest, safeName, writeAtomically, writeIfDifferent } from './output-folder.ts';

describe('the folder that a function is built into', () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['beside the nearest package.json', { 'package.json': '', 'a/package.json': '', 'a/b/c.ts': '' }, 'a'],
    ['in the project of another language', { 'package.json': '', 'a/go.mod': '', 'a/b/c.ts': '' }, 'a'],
    ['in the root where there is no project', { 'a/b/c.ts': '' }, '.'],
  ])('is %s', async (_where, files, home) => {
    const fn = specOf({ files, entry: 'a/b/c.ts' });
    expect(await functionOutputFolder(fn)).toBe(join(fn.root, home, '.live-lambda', safeName(fn.id)));
  });

  it('has a name of its own for each id, which is a name for every file system', () => {
    const names = ['Shop/Orders', 'Shop-Orders', 'shop/orders', 'Shop/Örders', '../..', 'x'.repeat(500)].map(safeName);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9-]{1,100}$/);
  });
});

describe('a file', () => {
  it('is replaced whole, and leaves nothing beside it', async () => {
    const folder = taskFolder({ 'index.js': 'old' });
    await writeAtomically(join(folder, 'index.js'), Buffer.from('new'));
    expect(readFileSync(join(folder, 'index.js'), 'utf8')).toBe('new');
    await expect(writeAtomically(join(folder, 'gone/index.js'), Buffer.from('x'))).rejects.toThrow('ENOENT');
    expect(readdirSync(folder)).toEqual(['index.js']);
  });

  it('is left alone where it says the same', async () => {
    const file = join(taskFolder({ 'a.txt': 'same' }), 'a.txt');
    utimesSync(file, 1, 1);
    await writeIfDifferent(file, Buffer.from('same'));
    expect(statSync(file).mtimeMs).toBe(1000);
    await writeIfDifferent(file, Buffer.from('other'));
    expect(readFileSync(file, 'utf8')).toBe('other');
  });
});

it('keeps the newest files of a kind', async () => {
  const folder = taskFolder({ 'keep.js': '' });
  for (const [name, time] of [
    ['c.map', 30],
    ['a.map', 10],
    ['b.map', 20],
  ] as const) {
    writeFileSync(join(folder, name), '');
    utimesSync(join(folder, name), time, time);
  }
  await keepNewest(folder, { extension: '.map', count: 2 });
  expect(readdirSync(folder).sort()).toEqual(['b.map', 'c.map', 'keep.js']);
});
