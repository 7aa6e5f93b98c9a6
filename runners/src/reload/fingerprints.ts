import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';

/** A larger file is told by its size and time of change: reading it with every save would take longer than building. */
const MAX_HASHED_BYTES = 4 * 1_048_576;

/** How many files are read at a time. */
const READS_AT_A_TIME = 16;

/**
 * How far the time of a file may lie from the moment at which it was written: Linux takes it from the last tick of its
 * clock, which comes 100 to 1,000 times a second; or it is exact, where `Date.now` leaves out what is less than 1 ms.
 */
const FILE_TIME_SLACK_MS = 20;

/** Tells whether a file that was written has another content than before. */
export interface Fingerprints {
  /**
   * Remembers files as they are now; one that is known is kept as it is known. Those that were written between
   * `sinceEpochMs` and now are left out and given back: what was read of them before may have been something else.
   */
  learn(files: Iterable<string>, sinceEpochMs: number): Promise<readonly string[]>;
  /** Whether a file has another content than it was last known by, which is its content now. A file that nobody knew has. */
  hasChanged(file: string): Promise<boolean>;
  /** Forgets all files but these. */
  keep(files: ReadonlySet<string>): void;
}

const MISSING = 'missing';

export function createFingerprints(): Fingerprints {
  const known = new Map<string, string>();

  /** @returns whether it was written too late to be known. */
  const learnOne = async (file: string, sinceEpochMs: number): Promise<boolean> => {
    const fingerprint = await fingerprintOf(file);
    // Looked at after it was read: one that was written in between would else be known by what it is only now.
    const info = await stat(file).catch(() => undefined);
    // A time in the future says nothing: clocks of network drives differ.
    if (info !== undefined && isWithin(info.mtimeMs, sinceEpochMs, Date.now())) return true;
    // What came through `hasChanged` meanwhile is newer.
    if (!known.has(file)) known.set(file, fingerprint);
    return false;
  };
  return {
    async learn(files, sinceEpochMs) {
      const waiting = [...files].filter((file) => !known.has(file));
      const late: string[] = [];
      const work = async (): Promise<void> => {
        for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
          if (await learnOne(file, sinceEpochMs)) late.push(file);
        }
      };
      await Promise.all(Array.from({ length: READS_AT_A_TIME }, work));
      return late;
    },
    async hasChanged(file) {
      const fingerprint = await fingerprintOf(file);
      const changed = known.get(file) !== fingerprint;
      known.set(file, fingerprint);
      return changed;
    },
    keep(files) {
      for (const file of known.keys()) if (!files.has(file)) known.delete(file);
    },
  };
}

function isWithin(fileTimeMs: number, fromMs: number, toMs: number): boolean {
  return fileTimeMs >= fromMs - FILE_TIME_SLACK_MS && fileTimeMs <= toMs + FILE_TIME_SLACK_MS;
}

async function fingerprintOf(file: string): Promise<string> {
  try {
    const info = await stat(file);
    if (!info.isFile()) return MISSING;
    if (info.size > MAX_HASHED_BYTES) return `${info.size}/${info.mtimeMs}`;
    return createHash('sha1')
      .update(await readFile(file))
      .digest('base64');
  } catch {
    return MISSING;
  }
}
