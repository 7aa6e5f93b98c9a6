import { mkdtemp, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Zippable, zipSync } from 'fflate';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { unpackZip } from './zip-archive.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'zip-archive-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const unix = (mode: number) => ({ os: 3, attrs: mode << 16 });

const unpack = async (entries: Zippable): Promise<(name: string) => string> => {
  const file = path.join(folder, 'a.zip');
  await writeFile(file, zipSync(entries, { comment: 'a comment at the end' }));
  await unpackZip(file, path.join(folder, 'out'));
  return (name) => path.join(folder, 'out', name);
};

it('keeps the run bit of a file and gives none to others', async () => {
  const at = await unpack({
    'bin/start': [Buffer.from('#!/bin/sh'), unix(0o100755)],
    'a.txt': [Buffer.from('a'), unix(0o100644)],
  });
  expect((await stat(at('bin/start'))).mode & 0o111).toBe(0o111);
  expect((await stat(at('a.txt'))).mode & 0o111).toBe(0);
  expect(await readFile(at('bin/start'), 'utf8')).toBe('#!/bin/sh');
});

it('makes symbolic links that stay within the folder', async () => {
  const at = await unpack({
    'lib/real.js': Buffer.from('1'),
    'bin/link.js': [Buffer.from('../lib/real.js'), unix(0o120777)],
  });
  expect(await readlink(at('bin/link.js'))).toBe('../lib/real.js');
  expect(await readFile(at('bin/link.js'), 'utf8')).toBe('1');
});

it.each([
  ['an entry', { '../outside.txt': Buffer.from('x') }],
  ['a link', { link: [Buffer.from('../../outside'), unix(0o120777)] as const }],
])('refuses %s that leaves the folder', async (_case, entries) => {
  await expect(unpack(entries as Zippable)).rejects.toThrow('leaves the folder');
  await expect(stat(path.join(folder, 'outside.txt'))).rejects.toThrow('ENOENT');
});

it('says of another file that it is no zip file', async () => {
  const file = path.join(folder, 'a.zip');
  await writeFile(file, 'this is a text of some length');
  await expect(unpackZip(file, folder)).rejects.toThrow('not a zip file');
});
