import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ProcessRecord, publishRecord, readRecords } from './process-records.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'live-lambda-records-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (value: unknown): ProcessRecord | undefined =>
  typeof value === 'object' && value !== null && 'pid' in value && typeof value.pid === 'number'
    ? { ...value, pid: value.pid }
    : undefined;
const records = () => readRecords(folder, read);

describe('the records of processes', () => {
  it('are read until they are removed, as they were written last', () => {
    const record = publishRecord(folder, { pid: process.pid, state: 1 });
    record.update({ pid: process.pid, state: 2 });
    expect(records()).toEqual([{ pid: process.pid, state: 2 }]);
    record.remove();
    expect(records()).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('are for this user alone', () => {
    const below = join(folder, 'new');
    publishRecord(below, { pid: process.pid });
    expect(statSync(below).mode & 0o777).toBe(0o700);
    expect(readdirSync(below).map((name) => statSync(join(below, name)).mode & 0o777)).toEqual([0o600]);
  });

  it('of processes that have ended are removed', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => child.on('close', resolve));
    publishRecord(folder, { pid: child.pid ?? 0 });
    expect(records()).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that cannot be read, or are of another release, are left where they are', () => {
    writeFileSync(join(folder, 'broken.json'), '{');
    writeFileSync(join(folder, 'other.json'), '{"process":1}');
    expect(records()).toEqual([]);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('are none where there is no folder', () => {
    expect(readRecords(join(folder, 'nowhere'), read)).toEqual([]);
  });
});
