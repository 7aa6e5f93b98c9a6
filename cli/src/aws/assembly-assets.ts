import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fields } from './assembly-templates.ts';

/**
 * The files of a cloud assembly, those of its stages too, that a deploy uploads as they are: absolute paths by the names
 * of the objects that they become. Folders, which are zipped on the way, are left out.
 */
export async function uploadedFiles(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const manifests = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.assets.json'));
  const own = await Promise.all(manifests.map(({ name }) => filesOf(folder, name)));
  const stages = entries.filter((entry) => entry.isDirectory() && entry.name.startsWith('assembly-'));
  const below = await Promise.all(stages.map(({ name }) => uploadedFiles(join(folder, name))));
  return new Map([...own.flat(), ...below.flatMap((files) => [...files])]);
}

async function filesOf(folder: string, name: string): Promise<readonly (readonly [string, string])[]> {
  const text = await readFile(join(folder, name), 'utf8');
  const assets = Object.values(fields(fields(JSON.parse(text)).files)).map(fields);
  return assets.flatMap(({ source, destinations }) => {
    const { path, packaging } = fields(source);
    if (typeof path !== 'string' || packaging !== 'file') return [];
    const keys = Object.values(fields(destinations)).map((destination) => fields(destination).objectKey);
    return keys.flatMap((key) => (typeof key === 'string' ? [[key, resolve(folder, path)] as const] : []));
  });
}
