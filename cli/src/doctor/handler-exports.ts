import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, relative } from 'node:path';
import type { LocalFunction } from '../functions/live-functions.ts';
import type { SeenHandler } from './app-checks.ts';

const scripts = ['.js', '.mjs', '.cjs', '.jsx', '.ts', '.mts', '.cts', '.tsx'];

/** Looks for the handler of a function in its file. Nothing is run, so that what is built at run time is not seen. */
export async function seeHandler({ spec }: LocalFunction, currentFolder: string): Promise<SeenHandler> {
  // `orders.create` is the member `create` of the export `orders`.
  const [exportName = spec.handler] = spec.handler.split('.');
  const about = { id: spec.id, file: relative(currentFolder, spec.entry), exportName };
  if (!existsSync(spec.entry)) return { ...about, seen: 'no-file' };
  const extension = extname(spec.entry);
  if (statSync(spec.entry).isDirectory() || !(scripts.includes(extension) || extension === '.py')) {
    return { ...about, seen: 'unclear' };
  }
  const source = await readFile(spec.entry, 'utf8');
  return { ...about, seen: exportsName(source, { exportName, extension }) ? 'yes' : 'no-export' };
}

/** Whether a source may export a name; where it takes over all that another file has, it may. */
export function exportsName(
  source: string,
  { exportName, extension }: { readonly exportName: string; readonly extension: string },
): boolean {
  const name = exportName.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  if (extension === '.py')
    return new RegExp(`^(?:(?:async )?def ${name}\\b|${name}\\s*=|from .* import .*\\b${name}\\b)`, 'm').test(source);
  const word = `(?<![\\p{L}\\p{N}_$])${name}(?![\\p{L}\\p{N}_$])`;
  return [
    // export const handler, export async function* handler, export class handler
    `export\\s+(?:declare\\s+)?(?:const|let|var|(?:async\\s+)?function\\s*\\*?|class)\\s+${word}`,
    // export { handler }, export { main as handler }
    `export\\s*\\{[^}]*${word}[^}]*\\}`,
    'export\\s*\\*\\s*from',
    ...(exportName === 'default' ? ['export\\s+default'] : []),
    // exports.handler =, module.exports.handler =, exports["handler"] =
    `exports\\s*(?:\\.\\s*${word}|\\[\\s*['"]${name}['"]\\s*\\])`,
    `defineProperty\\s*\\(\\s*(?:module\\.)?exports\\s*,\\s*['"]${name}['"]`,
    'module\\s*\\.\\s*exports\\s*=',
    // TypeScript's export =
    'export\\s*=',
  ].some((pattern) => new RegExp(pattern, 'u').test(source));
}
