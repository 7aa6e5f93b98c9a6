import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const namePrefix = 'live-lambda-emulator-';

const namePattern = /^live-lambda-emulator-(\d+)-/;

/** Whether a process runs; one of another user counts as running. */
const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

/** Removes the folders that emulators have left behind which were killed before they could do it. */
const sweep = async (parent: string): Promise<void> => {
  const names = await readdir(parent);
  const left = names.filter((name) => {
    const pid = namePattern.exec(name)?.[1];
    return pid !== undefined && !isRunning(Number(pid));
  });
  // Another emulator may sweep at the same time, and what is not ours to remove stays.
  await Promise.all(left.map((name) => rm(path.join(parent, name), { recursive: true, force: true }).catch(() => {})));
};

export interface ScratchFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** A folder for unpacked code, named after this process. */
export const createScratchFolder = async (parent: string = os.tmpdir()): Promise<ScratchFolder> => {
  await sweep(parent);
  const folder = await mkdtemp(path.join(parent, `${namePrefix}${process.pid}-`));
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }) };
};
