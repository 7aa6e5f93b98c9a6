import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { WatchLimits } from './machine-checks.ts';

/** Where Linux tells them (inotify(7)). */
const limitsFolder = '/proc/sys/fs/inotify';

/** The limits of this system, and whether a folder can be watched now. */
export async function watchLimits(folder: string): Promise<WatchLimits> {
  const limit = async (name: string): Promise<number | undefined> => {
    const text = await readFile(`${limitsFolder}/${name}`, 'utf8').catch(() => undefined);
    return text === undefined ? undefined : Number(text);
  };
  const [maxWatches, maxInstances] = await Promise.all([limit('max_user_watches'), limit('max_user_instances')]);
  return { maxWatches, maxInstances, failure: watchFailure(folder) };
}

function watchFailure(folder: string): string | undefined {
  try {
    watch(folder, { persistent: false }).close();
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
