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
  /** Tells a folder from another one that came into its place; {@link GONE} once its end was told. */
  readonly identity: string;
}

/** Of no folder that is there. */
const GONE = 'gone';

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
      if (isMissing(error)) {
        if (isWished(folder)) absent.add(folder);
        return;
      }
      if (!faulty.has(folder) && error instanceof Error) onFault(folder, error);
      faulty.add(folder);
    }
  };
  /** A folder that is made anew may have the number of the one before: ext4 gives it out again at once. */
  const distrust = (folder: string): void => {
    const before = watched.get(folder);
    if (before !== undefined) watched.set(folder, { ...before, identity: GONE });
  };
  const happened = (folder: string, kind: string, name: string | null): void => {
    tell({ folder, name: name ?? undefined, isEntry: kind === 'rename' });
    if (kind !== 'rename') return;
    // A folder tells its own end under its own name.
    const touched = name === null ? [] : [join(folder, name)];
    const affected = [...watched.keys(), ...absent].filter((path) => touched.some((at) => isAtOrBelow(at, path)));
    const itself = name === null || name === basename(folder) ? [folder] : [];
    for (const path of itself) distrust(path);
    if (affected.length + itself.length > 0) void settle([...affected, ...itself]);
  };

  /** Brings the watches of some folders to what is there now. One at a time: each looks at the disk. */
  const settle = (folders: readonly string[]): Promise<void> => {
    settling = settling.then(async () => {
      let unsettled = folders;
      do {
        for (const folder of new Set(unsettled)) if (!closed) await settleOne(folder);
        if (!closed) await standIn();
        unsettled = await appeared();
      } while (unsettled.length > 0 && !closed);
    });
    return settling;
  };
  /** Absent ones that came before what is above them was watched, or before it was known that they are absent. */
  const appeared = async (): Promise<string[]> => {
    const missed = [...absent];
    const found = await Promise.all(missed.map((folder) => stat(folder).catch(() => undefined)));
    return missed.filter((_, index) => found[index]?.isDirectory());
  };
  const settleOne = async (folder: string): Promise<void> => {
    const stats = await stat(folder).catch(() => undefined);
    const before = watched.get(folder);
    if (closed) return;
    if (stats?.isDirectory() && before?.identity === identityOf(stats)) return;
    drop(folder);
    const hasCome = absent.delete(folder) && stats?.isDirectory() === true;
    if (stats?.isDirectory()) open(folder, stats);
    else if (isWished(folder)) absent.add(folder);
    // Whatever was in it is not there any more, and whatever is there now is news.
    if (before !== undefined || hasCome) tell({ folder, name: undefined, isEntry: true });
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
      if (stats?.isDirectory()) open(at, stats);
      if (watched.has(at) || faulty.has(at)) return at;
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

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function identityOf({ dev, ino }: Stats): string {
  return `${dev}/${ino}`;
}

function isAtOrBelow(path: string, other: string): boolean {
  return other === path || other.startsWith(path.endsWith(sep) ? path : path + sep);
}
