import { extname, relative, sep } from 'node:path';
import type { InputFolder, Inputs } from '../runner.ts';

/** Whether a change of a file is one of these inputs. */
export function covers({ files, folders }: Inputs, file: string): boolean {
  return files.includes(file) || folders.some((folder) => coversBelow(folder, file));
}

function coversBelow({ path, extensions, ignored }: InputFolder, file: string): boolean {
  const names = relative(path, file).split(sep);
  if (names.some((name) => name === 'node_modules' || name.startsWith('.') || ignored.includes(name))) return false;
  return extensions.length === 0 || extensions.includes(extname(file));
}
