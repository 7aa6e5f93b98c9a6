import { join } from 'node:path';
import * as v from 'valibot';
import { readRecords } from './process-records.ts';

const count = v.pipe(v.number(), v.minValue(0));
const usageEntries = { invocations: count, failures: count, operations: count, bytes: count };

const recordSchema = v.object({
  version: v.literal(1),
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Epoch milliseconds. */
  startedAt: v.number(),
  /** When this was written, in epoch milliseconds. */
  updatedAt: v.number(),
  release: v.string(),
  /** ARN of whoever runs it. */
  identity: v.string(),
  /** Fingerprint of the developer's key. */
  key: v.string(),
  app: v.string(),
  session: v.string(),
  /** Absolute; the folder of the synthesized app. */
  assembly: v.string(),
  endpoint: v.nullable(v.string()),
  functions: v.array(v.object({ id: v.string(), region: v.string(), file: v.string(), runner: v.string() })),
  usage: v.object({ ...usageEntries, priceUsd: count, functions: v.record(v.string(), v.object(usageEntries)) }),
});

/** A running tunnel, as it tells others of the same user. Holds no event, answer, variable or credential. */
export type SessionRecord = v.InferOutput<typeof recordSchema>;

/** The folder of records, in oclif's cache folder. */
export function sessionsFolder(cacheFolder: string): string {
  return join(cacheFolder, 'sessions');
}

/** The tunnels that run for this user on this machine. */
export function runningSessions(cacheFolder: string): readonly SessionRecord[] {
  return readRecords(sessionsFolder(cacheFolder), (value) => {
    const checked = v.safeParse(recordSchema, value);
    return checked.success ? checked.output : undefined;
  });
}
