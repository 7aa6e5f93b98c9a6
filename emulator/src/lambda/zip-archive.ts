import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { unzipSync } from 'fflate';

/** Record signatures and field offsets of the ZIP format (APPNOTE.TXT of PKWARE, sections 4.3.12 and 4.3.16). */
const endOfDirectorySignature = 0x06054b50;
const endOfDirectoryBytes = 22;
const directoryEntrySignature = 0x02014b50;
const directoryEntryBytes = 46;
const maxCommentBytes = 0xffff;

const fileTypeMask = 0o170000;
const symbolicLinkType = 0o120000;
const permissionMask = 0o777;

const endOfDirectory = (archive: Buffer): number => {
  const lowest = Math.max(0, archive.length - endOfDirectoryBytes - maxCommentBytes);
  for (let at = archive.length - endOfDirectoryBytes; at >= lowest; at -= 1) {
    if (archive.readUInt32LE(at) === endOfDirectorySignature) return at;
  }
  throw new Error('it is not a zip file, or it is cut off');
};

/** The Unix modes in the central directory, by name: the upper half of the external attributes. */
const unixModes = (archive: Buffer): ReadonlyMap<string, number> => {
  const modes = new Map<string, number>();
  const end = endOfDirectory(archive);
  let at = archive.readUInt32LE(end + 16);
  while (at + directoryEntryBytes <= end && archive.readUInt32LE(at) === directoryEntrySignature) {
    const nameBytes = archive.readUInt16LE(at + 28);
    const extraBytes = archive.readUInt16LE(at + 30);
    const commentBytes = archive.readUInt16LE(at + 32);
    const nameStart = at + directoryEntryBytes;
    modes.set(archive.toString('utf8', nameStart, nameStart + nameBytes), archive.readUInt32LE(at + 38) >>> 16);
    at = nameStart + nameBytes + extraBytes + commentBytes;
  }
  return modes;
};

/** Where an entry goes; nothing may leave the folder. */
const targetOf = (folder: string, name: string): string => {
  const target = path.resolve(folder, name);
  if (target !== folder && !target.startsWith(folder + path.sep))
    throw new Error(`its entry ${name} leaves the folder`);
  return target;
};

const writeEntry = async (options: {
  readonly folder: string;
  readonly name: string;
  readonly content: Uint8Array;
  readonly mode: number;
}): Promise<void> => {
  const { folder, name, content, mode } = options;
  const target = targetOf(folder, name);
  if (name.endsWith('/')) {
    await mkdir(target, { recursive: true });
    return;
  }
  await mkdir(path.dirname(target), { recursive: true });
  if ((mode & fileTypeMask) === symbolicLinkType) {
    const link = Buffer.from(content).toString('utf8');
    targetOf(folder, path.relative(folder, path.resolve(path.dirname(target), link)));
    await symlink(link, target);
    return;
  }
  await writeFile(target, content);
  const permissions = mode & permissionMask;
  if (permissions !== 0) await chmod(target, permissions);
};

/**
 * Unpacks a zip file into a folder, with the run bits and symbolic links that it has.
 * @throws Error saying what is wrong with the file; the caller knows its name.
 */
export const unpackZip = async (file: string, folder: string): Promise<void> => {
  const archive = await readFile(file);
  const modes = unixModes(archive);
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(unzipSync(archive))) {
    await writeEntry({ folder, name, content, mode: modes.get(name) ?? 0 });
  }
};
