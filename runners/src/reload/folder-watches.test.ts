import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { taskFolder } from '../fixtures/task-folder.ts';
import { createFolderWatches, type FolderWatches } from './folder-watches.ts';
import type { FolderChange } from './watched-paths.ts';

function watchesOf(): FolderWatches {
  const watches = createFolderWatches({ onFault: (_folder, error) => expect.fail(error.message) });
  onTestFinished(() => watches.close());
  return watches;
}

it('a folder that is removed and made again is watched on, also where it gets the number of the one before', async () => {
  const folder = taskFolder({ 'lib/price.mjs': '1' });
  const lib = join(folder, 'lib');
  const watches = watchesOf();
  const changes: FolderChange[] = [];
  const listener = (change: FolderChange): void => void changes.push(change);
  await watches.set(listener, new Set([folder, lib]));
  rmSync(lib, { recursive: true });
  mkdirSync(lib);
  await expect.poll(() => changes.some(({ name }) => name === undefined), { interval: 5 }).toBe(true);
  await watches.set(listener, new Set([folder, lib]));
  writeFileSync(join(lib, 'tax.mjs'), '');
  await expect.poll(() => changes.some(({ name }) => name === 'tax.mjs'), { interval: 5 }).toBe(true);
});

it('a folder that appears while its absence is looked at is told', async () => {
  const folder = taskFolder({});
  const turns = Array.from({ length: 40 }, (_, turn) => turn);
  const told = new Set<string>();
  for (const turn of turns) {
    // A new parent each time, which nobody watches yet.
    const absent = join(folder, String(turn), 'lib');
    mkdirSync(join(folder, String(turn)));
    const watches = watchesOf();
    const watching = watches.set((change) => told.add(change.folder), new Set([absent]));
    for (let each = 0; each < turn; each += 1) await new Promise((resolve) => setImmediate(resolve));
    mkdirSync(absent);
    await watching;
    writeFileSync(join(absent, 'price.mjs'), '');
  }
  await expect.poll(() => turns.filter((turn) => !told.has(join(folder, String(turn), 'lib')))).toEqual([]);
});
