import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { Metafile } from 'esbuild';

/** A package that a bundle imports while it runs. */
export interface ExternalPackage {
  readonly name: string;
  /** The folders of the sources that import it. */
  readonly importers: readonly string[];
}

/** The packages that were left out of a bundle, without Node's own modules and files. */
export function externalPackages(metafile: Metafile, workingDirectory: string): readonly ExternalPackage[] {
  const importers = new Map<string, Set<string>>();
  for (const [source, { imports }] of Object.entries(metafile.inputs)) {
    for (const { path, external } of imports) {
      if (!external || isBuiltin(path) || !/^[@a-z0-9]/i.test(path)) continue;
      const name = packageName(path);
      const folders = importers.get(name) ?? new Set();
      importers.set(name, folders.add(dirname(resolve(workingDirectory, source))));
    }
  }
  return [...importers].map(([name, folders]) => ({ name, importers: [...folders] }));
}

/** The folder of an installed package as Node would find it from a folder. */
export function installedPackage(name: string, from: string): string | undefined {
  const candidate = join(from, 'node_modules', name);
  if (existsSync(candidate)) return candidate;
  const parent = dirname(from);
  return parent === from ? undefined : installedPackage(name, parent);
}

function packageName(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');
}
