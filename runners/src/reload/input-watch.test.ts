import { join } from 'node:path';
import { expect, it } from 'vitest';
import { taskFolder } from '../fixtures/task-folder.ts';
import type { FolderWatches } from './folder-watches.ts';
import { createInputWatch } from './input-watch.ts';

it('inputs that are given up while their folders are looked for are not watched', async () => {
  const folder = taskFolder({ 'index.mjs': '' });
  const sizes: number[] = [];
  const watches: FolderWatches = {
    set: async (_listener, folders) => void sizes.push(folders.size),
    close: () => undefined,
  };
  const quiet = (): void => undefined;
  const inputs = createInputWatch({
    watches,
    base: folder,
    onChange: quiet,
    onRemedy: quiet,
    onLooked: quiet,
    onCut: quiet,
    onFault: (error) => expect.fail(String(error)),
  });
  inputs.watch({ files: [join(folder, 'index.mjs')], folders: [], broken: false }, Date.now());
  await Promise.resolve();
  inputs.close();
  await inputs.settled();
  expect(sizes).toEqual([0]);
});
