import { extname, relative, sep } from 'node:path';
import type { FunctionSpec } from './runner.ts';

/** `Handler` as it is deployed; where the app does not tell it, what leads to the entry from the root. */
export function deployedHandler(fn: FunctionSpec): string {
  return fn.moduleHandler ?? `${entryModule(fn)}.${fn.handler}`;
}

/** The entry relative to the root with slashes and without an extension, as a handler string names it. */
export function entryModule(fn: FunctionSpec): string {
  const path = relative(fn.root, fn.entry);
  return path
    .slice(0, path.length - extname(path).length)
    .split(sep)
    .join('/');
}
