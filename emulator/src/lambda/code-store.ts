import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { unpackZip } from './zip-archive.ts';

/** Where the code of a function or layer comes from. */
export type CodeSource =
  /** `key` changes when the content does: the hash of an asset. */
  | { readonly type: 'zip-file' | 'folder'; readonly key: string; readonly file: string }
  | { readonly type: 'inline'; readonly fileName: string; readonly text: string };

export interface StoredCode {
  /** Absolute; must not be written to, since functions with the same code share it. */
  readonly folder: string;
  readonly bytes: number;
  /** Base64, as Lambda shows it. */
  readonly sha256: string;
}

/** Unpacked code, each once. */
export interface CodeStore {
  /** @throws Error saying what is wrong with the source. */
  functionCode(source: CodeSource): Promise<StoredCode>;
  /** One folder with the content of several layers, later ones over earlier ones. */
  layerFolder(layers: readonly CodeSource[]): Promise<string>;
}

const digest = (content: string | Uint8Array, encoding: 'base64' | 'hex' = 'base64'): string =>
  createHash('sha256').update(content).digest(encoding);

const keyOf = (source: CodeSource): string =>
  source.type === 'inline' ? digest(source.fileName + source.text, 'hex') : digest(source.key, 'hex');

const unpack = async (source: CodeSource, folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  if (source.type === 'inline') await writeFile(path.join(folder, source.fileName), source.text);
  else if (source.type === 'zip-file') await unpackZip(source.file, folder);
  // Links are followed, as they are when the CDK packs a folder.
  else await cp(source.file, folder, { recursive: true, dereference: true, force: true });
};

const describe = async (source: CodeSource): Promise<Omit<StoredCode, 'folder'>> => {
  if (source.type === 'inline') return { bytes: Buffer.byteLength(source.text), sha256: digest(source.text) };
  // A folder has no size and no hash as a zip file before it is packed: its key stands for its content.
  if (source.type === 'folder') return { bytes: (await stat(source.file)).size, sha256: digest(source.key) };
  const content = await readFile(source.file);
  return { bytes: content.byteLength, sha256: digest(content) };
};

export const createCodeStore = (root: string): CodeStore => {
  const functions = new Map<string, Promise<StoredCode>>();
  const layers = new Map<string, Promise<string>>();

  /** What failed is forgotten, so that a repaired source is read again. */
  const once = <T>(made: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> => {
    const existing = made.get(key);
    if (existing !== undefined) return existing;
    const making = make();
    made.set(key, making);
    making.catch(() => made.delete(key));
    return making;
  };

  return {
    functionCode: (source) =>
      once(functions, keyOf(source), async () => {
        const folder = path.join(root, 'task', keyOf(source).slice(0, 32));
        await unpack(source, folder);
        return { folder, ...(await describe(source)) };
      }),
    layerFolder: (sources) => {
      const key = digest(sources.map(keyOf).join(), 'hex');
      return once(layers, key, async () => {
        const folder = path.join(root, 'opt', key.slice(0, 32));
        await mkdir(folder, { recursive: true });
        for (const source of sources) await unpack(source, folder);
        return folder;
      });
    },
  };
};
