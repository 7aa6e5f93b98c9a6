import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The nearest folder that holds one of these files, from a file's or folder's own folder upwards. */
export function nearestFolderWith(names: readonly string[], start: string): string | undefined {
  const folder = folderOf(start);
  if (names.some((name) => existsSync(join(folder, name)))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : nearestFolderWith(names, parent);
}

/** A folder itself, or the folder of a file. */
export function folderOf(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : dirname(path);
}
