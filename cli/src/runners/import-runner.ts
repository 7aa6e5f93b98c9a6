import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Runner } from '@live-lambda/runner';
import { isFolder } from '../config/project-folders.ts';
import { isRunner, runnerFaults } from './runner-shape.ts';

/** Whether a spec is a path rather than the name of a package. */
export function isPath(spec: string): boolean {
  return /^\.{0,2}[\\/]/.test(spec) || spec === '.' || spec === '..' || /^[A-Za-z]:[\\/]/.test(spec);
}

/** A runner, or why it is none. */
export type ImportedRunner = { readonly runner: Runner } | { readonly fault: string };

/**
 * Imports a package or a path as the project sees it: TypeScript, ES modules and CommonJS alike. The default export is
 * the runner. Never rejects.
 * @param folder that paths are relative to, and from which packages are looked for
 */
export async function importRunner(spec: string, folder: string): Promise<ImportedRunner> {
  try {
    const target = isPath(spec) ? moduleOf(resolve(folder, spec)) : spec;
    if (isPath(spec) && !existsSync(target)) return { fault: `${target} does not exist` };
    if (/\.(tgz|tar\.gz)$/.test(target)) {
      return { fault: `${target} is a packed package: install it in the project, and add it by its name` };
    }
    const { createJiti } = await import('jiti');
    const jiti = createJiti(pathToFileURL(join(folder, 'package.json')).href, { interopDefault: false });
    return runnerOf(await jiti.import(target));
  } catch (error) {
    return { fault: `it could not be imported: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function runnerOf(loaded: unknown): ImportedRunner {
  const exported = defaultOf(loaded);
  // A CommonJS module that was compiled from an ES module has its default export within.
  const value = isRunner(exported) ? exported : (defaultOf(exported) ?? exported);
  if (value === undefined) return { fault: 'it has no default export, which must be the runner' };
  return isRunner(value) ? { runner: value } : { fault: runnerFaults(value).join('; ') };
}

function defaultOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'default' in value ? value.default : undefined;
}

/** The file that a folder with a package.json is imported by. */
function moduleOf(path: string): string {
  const description = join(path, 'package.json');
  if (!isFolder(path) || !existsSync(description)) return path;
  const { exports, main } = JSON.parse(readFileSync(description, 'utf8')) as {
    readonly exports?: unknown;
    readonly main?: unknown;
  };
  const entry = exportOf(exports) ?? (typeof main === 'string' ? main : 'index.js');
  return resolve(path, entry);
}

/** Conditions of `exports` under which a module is imported here. Source: Node.js documentation, "Conditional exports". */
const conditions = ['node', 'import', 'module-sync', 'require', 'default'];

/** What `exports` of a package.json gives for the package itself. */
function exportOf(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (typeof exports !== 'object' || exports === null) return undefined;
  if ('.' in exports) return exportOf(exports['.']);
  const chosen = Object.entries(exports).find(([condition]) => conditions.includes(condition));
  return chosen && exportOf(chosen[1]);
}
