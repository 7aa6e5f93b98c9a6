import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a running process tells others of the same user, in a file of its own. */
export interface ProcessRecord {
  readonly pid: number;
}

export interface PublishedRecord<Value extends ProcessRecord> {
  update(value: Value): void;
  remove(): void;
}

/** Others on this machine may neither read nor list it. */
const folderMode = 0o700;
const fileMode = 0o600;

const extension = '.json';

/**
 * Writes a record into a folder of records, whole or not at all.
 * @throws Error when the folder cannot be written to
 */
export function publishRecord<Value extends ProcessRecord>(folder: string, value: Value): PublishedRecord<Value> {
  mkdirSync(folder, { recursive: true, mode: folderMode });
  // It may have been there with another mode; Windows has none, and the folder is in the user's own.
  if (process.platform !== 'win32') chmodSync(folder, folderMode);
  const name = randomUUID();
  const file = join(folder, `${name}${extension}`);
  const update = (next: Value) => {
    const draft = join(folder, `.${name}`);
    writeFileSync(draft, JSON.stringify(next), { mode: fileMode });
    renameSync(draft, file);
  };
  update(value);
  return { update, remove: () => rmSync(file, { force: true }) };
}

/**
 * The records of processes that still run; those of others are removed. None where there is no folder.
 * @param read gives undefined for what another release has written
 */
export function readRecords<Value extends ProcessRecord>(
  folder: string,
  read: (value: unknown) => Value | undefined,
): readonly Value[] {
  return recordFiles(folder).flatMap((file) => {
    const value = read(parsed(file));
    if (value === undefined) return [];
    if (isRunning(value.pid)) return [value];
    rmSync(file, { force: true });
    return [];
  });
}

function recordFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(extension) && !name.startsWith('.'))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** A record may be removed or replaced while it is read. */
function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Whether there is such a process, of whichever user. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
