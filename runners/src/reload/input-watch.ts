import { realpath, stat } from 'node:fs/promises';
import type { InputFolder } from '../runner.ts';
import { createFingerprints } from './fingerprints.ts';
import type { FolderWatches } from './folder-watches.ts';
import { listTree } from './input-tree.ts';
import { type Concern, type FolderChange, type WatchedPaths, watchedPaths } from './watched-paths.ts';

export interface InputWatchOptions {
  readonly watches: FolderWatches;
  /** Folders above the inputs are watched up to here. */
  readonly base: string;
  /** Something that counts has another content, has appeared or has vanished. */
  readonly onChange: (path: string) => void;
  /** Something beside the inputs has changed, which may mend what is broken. */
  readonly onRemedy: (path: string) => void;
  /** All that was heard was looked at. */
  readonly onLooked: () => void;
  /** There are more folders below the inputs' than are watched. */
  readonly onCut: () => void;
  /** The inputs are not watched. */
  readonly onFault: (error: unknown) => void;
}

export interface WatchedInputs {
  readonly files: readonly string[];
  readonly folders: readonly InputFolder[];
  /** Whether any change beside them may mend the function. */
  readonly broken: boolean;
}

/** Tells of changes of a function's inputs that are changes of their content. */
export interface InputWatch {
  /** Watches these instead of those before. What was written since they were read, and before this, is a change. */
  watch(inputs: WatchedInputs, readSinceEpochMs: number): void;
  /** Whether something was heard that is still being looked at. */
  readonly isLooking: boolean;
  /** Resolves when all is watched that was asked for. */
  settled(): Promise<void>;
  close(): void;
}

export function createInputWatch(options: InputWatchOptions): InputWatch {
  const { watches, base, onChange, onRemedy, onLooked, onCut, onFault } = options;
  const fingerprints = createFingerprints();
  let watched: WatchedPaths | undefined;
  let realBase: string | undefined;
  let settling: Promise<void> = Promise.resolve();
  let looking = 0;
  let closed = false;

  const settle = async ({ files, folders, broken }: WatchedInputs, readSinceEpochMs: number): Promise<void> => {
    if (closed) return;
    realBase ??= await realpath(base).catch(() => base);
    watched = watchedPaths({ inputs: { files, folders }, broken, base: realBase });
    const trees = await Promise.all(folders.map(listTree));
    if (trees.some(({ isCut }) => isCut)) onCut();
    if (closed) return;
    await watches.set(heard, new Set([...watched.folders, ...trees.flatMap((tree) => tree.folders)]));
    const all = new Set([...files, ...trees.flatMap((tree) => tree.files)]);
    fingerprints.keep(all);
    for (const late of await fingerprints.learn(all, readSinceEpochMs)) {
      if (await fingerprints.hasChanged(late)) tell(late);
    }
  };
  const heard = (change: FolderChange): void => {
    const concern = watched?.concernOf(change);
    if (concern === undefined || concern.type === 'none') return;
    if (concern.type === 'remedy') {
      if (!closed) onRemedy(concern.path);
      return;
    }
    looking += 1;
    void changedPaths(concern).then((paths) => {
      looking -= 1;
      for (const path of paths) tell(path);
      if (looking === 0) onLooked();
    });
  };
  const changedPaths = async (concern: Exclude<Concern, { readonly type: 'remedy' }>): Promise<readonly string[]> => {
    switch (concern.type) {
      case 'none':
        return [];
      case 'files': {
        const changed = await Promise.all(concern.files.map((file) => fingerprints.hasChanged(file)));
        return concern.files.filter((_, index) => changed[index]);
      }
      case 'rival':
        return (await kindOf(concern.path)) === 'none' ? [] : [concern.path];
      case 'folder':
        return (await kindOf(concern.path)) === 'file' ? [] : [concern.path];
    }
  };
  const tell = (path: string): void => {
    if (!closed) onChange(path);
  };

  return {
    watch(inputs, readSinceEpochMs) {
      settling = settling.then(() => settle(inputs, readSinceEpochMs)).catch(onFault);
    },
    get isLooking() {
      return looking > 0;
    },
    settled: () => settling,
    close() {
      closed = true;
      void watches.set(heard, new Set());
    },
  };
}

async function kindOf(path: string): Promise<'none' | 'folder' | 'file'> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) return 'none';
  return info.isDirectory() ? 'folder' : 'file';
}
