import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { taskFolder } from '../fixtures/task-folder.ts';
import { createFingerprints } from './fingerprints.ts';

const longAgo = new Date(Date.now() - 10_000);

/** Lets the event loop go round so many times. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

it('a file that is written while it is learned is either given back or found to be changed, whenever that is', async () => {
  const file = join(taskFolder({ 'price.mjs': '' }), 'price.mjs');
  const unnoticed: number[] = [];
  for (let turn = 0; turn < 200; turn += 1) {
    const fingerprints = createFingerprints();
    writeFileSync(file, 'before');
    utimesSync(file, longAgo, longAgo);
    const learning = fingerprints.learn([file], Date.now());
    await turns(turn % 20);
    writeFileSync(file, 'after');
    const late = await learning;
    if (!late.includes(file) && !(await fingerprints.hasChanged(file))) unnoticed.push(turn % 20);
  }
  expect(unnoticed).toEqual([]);
});

it('a file that is the same is not changed, and one with another content is, once', async () => {
  const file = join(taskFolder({ 'price.mjs': 'one' }), 'price.mjs');
  utimesSync(file, longAgo, longAgo);
  const fingerprints = createFingerprints();
  expect(await fingerprints.learn([file], Date.now())).toEqual([]);
  writeFileSync(file, 'one');
  expect(await fingerprints.hasChanged(file)).toBe(false);
  writeFileSync(file, 'two');
  expect(await fingerprints.hasChanged(file)).toBe(true);
  expect(await fingerprints.hasChanged(file)).toBe(false);
});
