import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { type PublishedRecord, publishRecord, readRecords } from '../status/process-records.ts';

const recordSchema = v.object({
  version: v.literal(1),
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Absolute, without symbolic links. */
  assembly: v.string(),
  endpoint: v.string(),
  region: v.string(),
  accessKeyId: v.string(),
  secretAccessKey: v.string(),
});

/** A running `live-lambda local`. Its keys open this one emulator, on loopback, for as long as it runs. */
export type LocalRecord = v.InferOutput<typeof recordSchema>;

const folderName = 'local';

/** Lets other commands of this user find the emulator of an app. */
export function publishLocal(cacheFolder: string, record: LocalRecord): PublishedRecord<LocalRecord> {
  return publishRecord(join(cacheFolder, folderName), { ...record, assembly: realPath(record.assembly) });
}

/** The emulators that run for this user. */
export function runningLocals(cacheFolder: string): readonly LocalRecord[] {
  return readRecords(join(cacheFolder, folderName), (value) => {
    const checked = v.safeParse(recordSchema, value);
    return checked.success ? checked.output : undefined;
  });
}

/** Whether a record is of the app whose output is in this folder. */
export function isOfApp({ assembly }: LocalRecord, folder: string): boolean {
  return assembly === realPath(folder);
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
