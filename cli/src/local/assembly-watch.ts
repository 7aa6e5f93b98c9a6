import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFolderWatches } from '@live-lambda/runner';

export interface AssemblyWatch {
  /** Looks at once, whatever the watches say; for tests and for a start. */
  close(): void;
}

/** How long nothing must have been written: a synth writes many files at once. */
const quietMs = 300;

/**
 * Calls whenever the templates of an app are other ones than before, one call after the other.
 * @param onChanged never rejects
 */
export async function watchAssembly(folder: string, onChanged: () => Promise<void>): Promise<AssemblyWatch> {
  let known = await digestOf(folder);
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let working = Promise.resolve();
  const watches = createFolderWatches({ onFault: () => undefined });
  const look = async (): Promise<void> => {
    const digest = await digestOf(folder);
    if (closed || digest === undefined || digest === known) return;
    known = digest;
    await onChanged();
  };
  const lookSoon = (): void => {
    clearTimeout(timer);
    if (closed) return;
    timer = setTimeout(() => {
      working = working.then(look);
    }, quietMs);
  };
  await watches.set(lookSoon, new Set([folder]));
  // What was written since the first digest and before the watch.
  lookSoon();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      watches.close();
    },
  };
}

/** Of all that a deployment reads besides the assets, whose names in templates say what they hold; undefined for no app. */
async function digestOf(folder: string): Promise<string | undefined> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
    if (!names.includes('manifest.json')) return undefined;
    const hash = createHash('sha256');
    for (const name of names) hash.update(name).update(await readFile(join(folder, name)));
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}
