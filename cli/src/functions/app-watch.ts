import { createFolderWatches } from '@live-lambda/runner';
import { UserError } from '../user-error.ts';
import type { LiveApp } from './live-functions.ts';
import { assemblyFolders } from './manifest-file.ts';

export interface AppWatchOptions {
  /** The output of a synth; it may be removed and made anew. */
  readonly assemblyFolder: string;
  /** What the manifests say now. */
  readonly load: () => Promise<LiveApp>;
  /** What is known already. */
  readonly current: LiveApp;
  /** The manifests say something else than before. */
  readonly onChanged: (live: LiveApp) => void;
  /** They cannot be used; told once for each reason. */
  readonly onBroken: (error: UserError) => void;
}

export interface AppWatch {
  close(): void;
}

/** How long nothing must have been written before the manifests are read: a synth writes many files at once. */
const quietMs = 200;

/** Reads the manifests of an app again whenever it is synthesized, until it is closed. */
export function watchApp(options: AppWatchOptions): AppWatch {
  const { assemblyFolder, onChanged, onBroken } = options;
  let known = JSON.stringify(options.current);
  let toldReason: string | undefined;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let reading = Promise.resolve();

  const watches = createFolderWatches({
    onFault: (folder, error) =>
      onBroken(
        new UserError(
          `${folder} is not watched, so that a new synth is not seen: ${error.message}.`,
          'Start the tunnel again after each synth.',
        ),
      ),
  });
  const lookSoon = (): void => {
    clearTimeout(timer);
    if (closed) return;
    timer = setTimeout(() => {
      reading = reading.then(look);
    }, quietMs);
  };

  async function look(): Promise<void> {
    try {
      await watches.set(lookSoon, new Set(await assemblyFolders(assemblyFolder).catch(() => [assemblyFolder])));
      const live = await options.load();
      if (closed) return;
      toldReason = undefined;
      const text = JSON.stringify(live);
      if (text === known) return;
      known = text;
      onChanged(live);
    } catch (error) {
      const told = error instanceof UserError ? error : defect(error);
      if (closed || told.message === toldReason) return;
      toldReason = told.message;
      onBroken(told);
    }
  }

  // What was written since the app was read is seen by this, and what is written later by the watches.
  reading = look();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      watches.close();
    },
  };
}

function defect(cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UserError(`Reading the app again failed: ${reason}.`, 'Start the tunnel again.', { cause });
}
