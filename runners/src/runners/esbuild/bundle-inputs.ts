import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { Message, Metafile } from 'esbuild';
import { nearestFolderWith } from '../nearest-folder.ts';
import { nearestTsconfig, readTsconfigChain } from '../tsconfig-chain.ts';

/** They decide which version of a package is bundled. */
const LOCK_FILES = ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb'];

/** What a missing import may turn out to be, in any order. Source: esbuild's "Resolve extensions", and `.js` for `.ts`. */
const RESOLVED_EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json', '.css'];

/** The sources of a bundle, absolute and real, without those below `node_modules`. */
export function sourcesOf(metafile: Metafile, workingDirectory: string): readonly string[] {
  return Object.keys(metafile.inputs)
    .filter((name) => !/^(<|\(?[a-z][a-z-]+\)?:)/.test(name) && !name.includes('node_modules'))
    .map((name) => resolve(workingDirectory, name));
}

export interface ConfigurationRequest {
  readonly sources: readonly string[];
  readonly entry: string;
  readonly projectRoot: string;
  /** The tsconfig that the app names, if it does. */
  readonly tsconfig: string | undefined;
}

/** The files besides the sources that a bundle depends on: tsconfigs, the nearest package.json, the lock file. */
export async function configurationFiles(request: ConfigurationRequest): Promise<readonly string[]> {
  const { sources, entry, projectRoot, tsconfig } = request;
  const folders = new Set(sources.map((file) => dirname(file)));
  const found = tsconfig === undefined ? [...folders].flatMap((folder) => nearestTsconfig(folder) ?? []) : [tsconfig];
  const chains = await Promise.all([...new Set(found)].map(readTsconfigChain));
  const packageFolder = nearestFolderWith(['package.json'], entry);
  return [
    ...chains.flatMap(({ files }) => files),
    ...(packageFolder === undefined ? [] : [join(packageFolder, 'package.json')]),
    ...lockFilesOf(projectRoot),
  ];
}

/** Files whose change or appearance may mend a build that failed with these errors. */
export function filesOfErrors(errors: readonly Message[], workingDirectory: string): readonly string[] {
  return errors.flatMap(({ location, text }) => {
    if (!location) return [];
    const file = resolve(workingDirectory, location.file);
    const missing = /^Could not resolve "(\.[^"]*)"/.exec(text)?.[1];
    return [file, ...(missing === undefined ? [] : candidates(resolve(dirname(file), missing)))];
  });
}

function candidates(path: string): readonly string[] {
  const bare = RESOLVED_EXTENSIONS.includes(extname(path)) ? [path.slice(0, -extname(path).length), path] : [path];
  return bare.flatMap((each) => [
    each,
    ...RESOLVED_EXTENSIONS.map((extension) => each + extension),
    ...RESOLVED_EXTENSIONS.map((extension) => join(each, `index${extension}`)),
  ]);
}

function lockFilesOf(projectRoot: string): readonly string[] {
  return existsSync(projectRoot)
    ? readdirSync(projectRoot)
        .filter((name) => LOCK_FILES.includes(basename(name)))
        .map((name) => join(projectRoot, name))
    : [];
}
