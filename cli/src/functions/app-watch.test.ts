import { cp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FixtureApp, fixtureApp } from '../fixtures/fixture-app.ts';
import { type AppWatch, watchApp } from './app-watch.ts';
import { type LiveApp, liveApp } from './live-functions.ts';
import { readManifests } from './manifest-file.ts';

const orders = { id: 'Orders', source: '' };
const quotes = { id: 'Quotes', source: '' };

let app: FixtureApp;
let watch: AppWatch;
/** Ids of the functions of each state that was told, and the reasons for which others were not. */
let told: string[][];
let reasons: string[];
let loads: number;

const load = async () => liveApp(await readManifests(app.assembly));
const idsOf = ({ functions }: LiveApp) => functions.map(({ spec }) => spec.id);
const eventually = (look: () => unknown) => expect.poll(look, { timeout: 20_000 });

beforeEach(async () => {
  app = await fixtureApp([orders]);
  told = [];
  reasons = [];
  loads = 0;
  watch = watchApp({
    assemblyFolder: app.assembly,
    load: () =>
      load().finally(() => {
        loads += 1;
      }),
    current: await load(),
    onChanged: (live) => told.push(idsOf(live)),
    onBroken: ({ message }) => reasons.push(message),
  });
});

afterEach(async () => {
  watch.close();
  await app.remove();
});

describe('an app that is watched', () => {
  it('is read again when it is synthesized, once for all files of a synth', async () => {
    await app.synthesize([orders, quotes]);
    await eventually(() => told).toEqual([['Shop/Orders', 'Shop/Quotes']]);
    await app.synthesize([quotes]);
    await eventually(() => told).toEqual([['Shop/Orders', 'Shop/Quotes'], ['Shop/Quotes']]);
  });

  it('is read again when its folder is made anew, or put into the place of the one before', async () => {
    await rm(app.assembly, { recursive: true });
    await eventually(() => reasons.join()).toContain('There is no folder');
    await app.synthesize([quotes]);
    await eventually(() => told).toEqual([['Shop/Quotes']]);
    const other = join(app.folder, 'other');
    await cp(app.assembly, other, { recursive: true });
    await rename(app.assembly, join(app.folder, 'before'));
    await app.synthesize([orders]);
    await eventually(() => told.at(-1)).toEqual(['Shop/Orders']);
    await rm(app.assembly, { recursive: true });
    await rename(other, app.assembly);
    await eventually(() => told.at(-1)).toEqual(['Shop/Quotes']);
  });

  it('has the assemblies of stages read, those that come later too', async () => {
    const stage = join(app.folder, 'stage');
    await cp(app.assembly, stage, { recursive: true });
    await rename(stage, join(app.assembly, 'assembly-Prod'));
    await eventually(() => told.at(-1)).toEqual(['Shop/Orders', 'Shop/Orders']);
    await rm(join(app.assembly, 'assembly-Prod', 'live-lambda.json'));
    await eventually(() => told.at(-1)).toEqual(['Shop/Orders']);
  });

  it('stays what it was while its manifest is broken, and the reason is told once', async () => {
    const manifest = join(app.assembly, 'live-lambda.json');
    await writeFile(manifest, '{"version":1,');
    await eventually(() => reasons).toEqual([expect.stringContaining('live-lambda.json is not JSON')]);
    const before = loads;
    await writeFile(join(app.assembly, 'tree.json'), '{}');
    await eventually(() => loads).toBeGreaterThan(before);
    expect(reasons).toHaveLength(1);
    await writeFile(manifest, '{"version":2}');
    await eventually(() => reasons.at(-1)).toContain('has version 2');
    expect(told).toEqual([]);
    await app.synthesize([quotes]);
    await eventually(() => told).toEqual([['Shop/Quotes']]);
  });
});
