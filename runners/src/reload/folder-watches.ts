import { type FSWatcher, type Stats, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import type { FolderChange } from './watched-paths.ts';

/**
 * Watches of folders, one of the system's for each folder however many ask for it. Folders and not files are watched, so
 * that files which editors replace by renaming, and such as do not exist yet, are seen; and not recursively, since Node
 * does that on Linux by a watch for each file.
 */
export interface FolderWatches {
  /** Watches exactly these folders for this listener. One that does not exist is watched from when it does. */
  set(listener: FolderListener, folders: ReadonlySet<string>): Promise<void>;
  close(): void;
}

export type FolderListener = (change: FolderChange) => void;

/** One folder that somebody asked for, or that stands in for one below it that does not exist. */
interface Watched {
  readonly watcher: FSWatcher;
  /** Tells a folder from another one that came into its place. */
  readonly identity: string;
}

export interface FolderWatchesOptions {
  /** A folder exists and cannot be watched: it is told once for each. */
  readonly onFault: (folder: string, error: Error) => void;
}

export function createFolderWatches({ onFault }: FolderWatchesOptions): FolderWatches {
  const wishes = new Map<FolderListener, ReadonlySet<string>>();
  const watched = new Map<string, Watched>();
  const faulty = new Set<string>();
  /** Wished for, and not there: the existing folder above each is watched in its place. */
  const absent = new Set<string>();
  let closed = false;
  let settling: Promise<void> = Promise.resolve();

  const tell = (change: FolderChange): void => {
    for (const [listener, folders] of wishes) if (folders.has(change.folder)) listener(change);
  };
  const drop = (folder: string): void => {
    watched.get(folder)?.watcher.close();
    watched.delete(folder);
  };
  const open = (folder: string, stats: Stats): void => {
    try {
      const watcher = watch(folder, { persistent: false }, (kind, name) => happened(folder, kind, name));
      watcher.on('error', () => {
        drop(folder);
        void settle([folder]);
      });
      watched.set(folder, { watcher, identity: identityOf(stats) });
    } catch (error) {
      if (!faulty.has(folder) && error instanceof Error) onFault(folder, error);
      faulty.add(folder);
    }
  };
  const happened = (folder: string, kind: string, name: string | null): void => {
    tell({ folder, name: name ?? undefined, isEntry: kind === 'rename' });
    if (kind !== 'rename') return;
    // A folder tells its own end under its own name.
    const touched = name === null ? [] : [join(folder, name)];
    const affected = [...watched.keys(), ...absent].filter((path) => touched.some((at) => isAtOrBelow(at, path)));
    const itself = name === null || name === basename(folder) ? [folder] : [];
    if (affected.length + itself.length > 0) void settle([...affected, ...itself]);
  };

  /** Brings the watches of some folders to what is there now. One at a time: each looks at the disk. */
  const settle = (folders: readonly string[]): Promise<void> => {
    settling = settling.then(async () => {
      for (const folder of new Set(folders)) if (!closed) await settleOne(folder);
      if (!closed) await standIn();
    });
    return settling;
  };
  const settleOne = async (folder: string): Promise<void> => {
    const stats = await stat(folder).catch(() => undefined);
    const before = watched.get(folder);
    if (closed) return;
    if (stats?.isDirectory() && before?.identity === identityOf(stats)) return;
    drop(folder);
    const appeared = absent.delete(folder) && stats?.isDirectory() === true;
    if (stats?.isDirectory()) open(folder, stats);
    else if (isWished(folder)) absent.add(folder);
    // Whatever was in it is not there any more, and whatever is there now is news.
    if (before !== undefined || appeared) tell({ folder, name: undefined, isEntry: true });
  };
  const isWished = (folder: string): boolean => [...wishes.values()].some((folders) => folders.has(folder));

  /** Watches what exists above the absent folders, and nothing that nobody needs. */
  const standIn = async (): Promise<void> => {
    const needed = new Set([...wishes.values()].flatMap((folders) => [...folders]));
    for (const folder of absent) {
      if (!needed.has(folder)) absent.delete(folder);
      else needed.add(await watchAbove(folder));
    }
    for (const folder of watched.keys()) if (!needed.has(folder)) drop(folder);
  };
  const watchAbove = async (folder: string): Promise<string> => {
    for (let at = dirname(folder); ; at = dirname(at)) {
      if (watched.has(at)) return at;
      const stats = await stat(at).catch(() => undefined);
      if (closed || at === dirname(at)) return at;
      if (!stats?.isDirectory()) continue;
      open(at, stats);
      return at;
    }
  };

  return {
    set(listener, folders) {
      if (closed) return settling;
      if (folders.size === 0) wishes.delete(listener);
      else wishes.set(listener, folders);
      return settle([...folders].filter((folder) => !watched.has(folder)));
    },
    close() {
      closed = true;
      wishes.clear();
      for (const folder of [...watched.keys()]) drop(folder);
    },
  };
}

function identityOf({ dev, ino }: Stats): string {
  return `${dev}/${ino}`;
}

function isAtOrBelow(path: string, other: string): boolean {
  return other === path || other.startsWith(path.endsWith(sep) ? path : path + sep);
}
