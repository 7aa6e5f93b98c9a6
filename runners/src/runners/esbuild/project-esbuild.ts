import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BuildContext, BuildOptions } from 'esbuild';

/** The first 0.x version with `context`. Source: esbuild's changelog, 0.17.0. */
const FIRST_MINOR_WITH_CONTEXT = 17;

/** As much of esbuild as is used. */
export interface Esbuild {
  readonly version: string;
  context(options: BuildOptions): Promise<BuildContext>;
}

/** The esbuild that the project installs, which its deploy uses too; ours if it has none that can build incrementally. */
export async function esbuildOf(projectRoot: string): Promise<Esbuild> {
  return (await installedEsbuild(projectRoot)) ?? (await import('esbuild'));
}

async function installedEsbuild(projectRoot: string): Promise<Esbuild | undefined> {
  const { resolve } = createRequire(join(projectRoot, 'package.json'));
  try {
    const { version } = JSON.parse(await readFile(resolve('esbuild/package.json'), 'utf8')) as { version: string };
    const [major, minor] = version.split('.').map(Number);
    if (major === 0 && (minor ?? 0) < FIRST_MINOR_WITH_CONTEXT) return undefined;
    const loaded = (await import(pathToFileURL(resolve('esbuild')).href)) as Esbuild & { readonly default?: Esbuild };
    return loaded.default ?? loaded;
  } catch {
    // Not installed, or an installation that does not work: ours does.
    return undefined;
  }
}
