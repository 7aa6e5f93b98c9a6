import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readlink, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { OutputFile } from 'esbuild';
import { keepNewest, makeOutputFolder, writeAtomically, writeIfDifferent } from '../output-folder.ts';
import type { BundlePlan } from './bundle-options.ts';

/** Source maps of bundles that running processes may have loaded: a process reads its map when it first needs it. */
const KEPT_MAPS = 20;

/** In Lambda nothing above the bundle decides what `.js` is; here the project's package.json would. */
const PACKAGE_JSON = Buffer.from('{ "private": true }\n');

const HASH_CHARACTERS = 16;

export interface BundleOutput {
  readonly folder: string;
  readonly plan: BundlePlan;
  readonly files: readonly OutputFile[];
}

/**
 * Writes a bundle so that a process sees either all of the old or all of the new one: source maps have a name of their
 * own, and the bundle that leads to one takes its predecessor's place last, in one step.
 */
export async function writeBundle({ folder, plan, files }: BundleOutput): Promise<void> {
  await makeOutputFolder(folder);
  const bundle = join(folder, plan.fileName);
  const main = files.find(({ path }) => basename(path) === plan.fileName);
  const map = files.find(({ path }) => basename(path) === `${plan.fileName}.map`);
  const others = files.filter((file) => file !== main && file !== map);
  await Promise.all([
    writeIfDifferent(join(folder, 'package.json'), PACKAGE_JSON),
    // Lambda's file resolution takes index.js first, also one that is of an earlier format.
    rm(join(folder, plan.fileName === 'index.js' ? 'index.mjs' : 'index.js'), { force: true }),
    ...others.map(async ({ path, contents }) => {
      await mkdir(dirname(path), { recursive: true });
      await writeIfDifferent(path, contents);
    }),
  ]);
  if (main === undefined) return;
  if (map === undefined || !plan.needsMapComment) return writeIfDifferent(bundle, main.contents);
  const mapName = `${plan.fileName}.${hashOf(map.contents)}.map`;
  if (!existsSync(join(folder, mapName))) await writeAtomically(join(folder, mapName), map.contents);
  await writeIfDifferent(bundle, Buffer.concat([main.contents, Buffer.from(`//# sourceMappingURL=${mapName}\n`)]));
  await keepNewest(folder, { extension: '.map', count: KEPT_MAPS });
}

/** Lets a bundle find a package that is installed only where one of its sources can see it. */
export async function linkPackage(folder: string, name: string, installed: string): Promise<void> {
  const link = join(folder, 'node_modules', name);
  const current = await readlink(link).catch(() => undefined);
  if (current === installed) return;
  await rm(link, { recursive: true, force: true });
  await mkdir(dirname(link), { recursive: true });
  await symlink(installed, link, 'junction');
}

function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, HASH_CHARACTERS);
}
