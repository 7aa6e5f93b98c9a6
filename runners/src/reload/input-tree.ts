import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { InputFolder } from '../runner.ts';
import { countsInTree, isIgnoredIn } from './watched-paths.ts';

/** A folder with more folders below it is watched only so far: the system's watches are limited. */
export const MAX_TREE_FOLDERS = 5_000;

export interface TreeListing {
  /** The folder itself and those below it that count. */
  readonly folders: readonly string[];
  readonly files: readonly string[];
  /** Whether there is more than was listed. */
  readonly isCut: boolean;
}

/** Lists what counts below a folder; nothing if it does not exist. Links are not followed. */
export async function listTree(tree: InputFolder): Promise<TreeListing> {
  const folders = [tree.path];
  const files: string[] = [];
  let isCut = false;
  // Grows while it is gone through.
  for (const folder of folders) {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      if (!entry.isDirectory()) {
        if (countsInTree(tree, entry.name)) files.push(join(folder, entry.name));
      } else if (!isIgnoredIn(tree, entry.name)) {
        if (folders.length < MAX_TREE_FOLDERS) folders.push(join(folder, entry.name));
        else isCut = true;
      }
    }
  }
  return { folders, files, isCut };
}
