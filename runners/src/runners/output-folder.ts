import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { FunctionSpec } from '../runner.ts';
import { nearestFolderWith } from './nearest-folder.ts';

/** Holds what is built, beside the package.json whose packages the result needs. */
const FOLDER_NAME = '.live-lambda';

/** They tell where a project is, in the languages that are built. */
const PROJECT_FILES = ['package.json', 'go.mod', 'Cargo.toml', 'pom.xml', 'pyproject.toml'];

/** Room for a readable part of an id in a file name, well below the 255 bytes of file systems. */
const MAX_READABLE_CHARACTERS = 80;

const HASH_CHARACTERS = 8;

/**
 * The folder of its own that a function is built into. It lies in the project and not below `node_modules`: imports that
 * are left out of a build are found from it, and editors set breakpoints in it.
 */
export async function functionOutputFolder(fn: FunctionSpec): Promise<string> {
  const start = existsSync(fn.entry) ? await realpath(fn.entry) : fn.entry;
  const home = nearestFolderWith(PROJECT_FILES, start) ?? fn.projectRoot ?? fn.root;
  return join(home, FOLDER_NAME, safeName(fn.id));
}

/** Makes an output folder, which git does not see. */
export async function makeOutputFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const ignore = join(dirname(folder), '.gitignore');
  if (!existsSync(ignore)) await writeAtomically(ignore, Buffer.from('*\n'));
}

/** Whoever reads the file meanwhile sees the old or the new content, whole. */
export async function writeAtomically(path: string, content: Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** {@link writeAtomically}, unless the file has this content already: then nothing has changed for those who watch it. */
export async function writeIfDifferent(path: string, content: Uint8Array): Promise<void> {
  const current = await readFile(path).catch(() => undefined);
  if (!current?.equals(content)) await writeAtomically(path, content);
}

/** Removes all but the newest files with an extension. */
export async function keepNewest(folder: string, options: { extension: string; count: number }): Promise<void> {
  const names = (await readdir(folder)).filter((name) => extname(name) === options.extension && !name.startsWith('.'));
  if (names.length <= options.count) return;
  const aged = await Promise.all(
    names.map(async (name) => ({
      name,
      time: await stat(join(folder, name)).then(
        (info) => info.mtimeMs,
        () => 0,
      ),
    })),
  );
  const old = aged.sort((one, other) => other.time - one.time).slice(options.count);
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { force: true })));
}

/** A name for files that tells the id, and is another for each id, also where letter case does not count. */
export function safeName(id: string): string {
  const readable = id.replace(/[^A-Za-z0-9-]+/g, '-').slice(0, MAX_READABLE_CHARACTERS);
  const hash = createHash('sha256').update(id).digest('hex').slice(0, HASH_CHARACTERS);
  return `${readable}-${hash}`;
}
