import { utimes } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { scratchProject } from '../fixtures/scratch-project.ts';
import { freshVerdict, handlersVerdict, releaseVerdict, vpcVerdict } from './app-checks.ts';
import { exportsName } from './handler-exports.ts';
import { newestSource } from './newest-source.ts';

describe('a handler in its file', () => {
  it.each([
    ['export const handler = async () => 1;', true],
    ['export async function handler() {}', true],
    ['export async function* handler() {}', true],
    ['const a = 1;\nexport { a as handler, b };', true],
    ["export { handler } from './x.ts';", true],
    ["export * from './x.ts';", true],
    ['exports.handler = () => 1;', true],
    ['module.exports.handler = () => 1;', true],
    ["exports['handler'] = () => 1;", true],
    ['module.exports = { main };', true],
    ['Object.defineProperty(exports, "handler", { get })', true],
    ['export = api;', true],
    ['const handler = async () => 1;', false],
    ['export const handlers = [];', false],
    ['export const myhandler = 1;', false],
    ['export default async () => 1;', false],
    ['', false],
  ])('%s: %s', (source, seen) => {
    expect(exportsName(source, { exportName: 'handler', extension: '.ts' })).toBe(seen);
  });

  it('is a name of any letters, which mean themselves alone', () => {
    expect(exportsName('export const $größe = 1;', { exportName: '$größe', extension: '.ts' })).toBe(true);
    expect(exportsName('export const xbc = 1;', { exportName: '.bc', extension: '.ts' })).toBe(false);
    expect(exportsName('export default 1;', { exportName: 'default', extension: '.ts' })).toBe(true);
  });

  it.each([
    ['def handler(event, context):\n  return 1', true],
    ['async def handler(event, context): ...', true],
    ['handler = Mangum(app)', true],
    ['from app import handler', true],
    ['  def handler(self): ...', false],
    ['def handlers(): ...', false],
  ])('in Python, %s: %s', (source, seen) => {
    expect(exportsName(source, { exportName: 'handler', extension: '.py' })).toBe(seen);
  });

  it('is a failure without its file and a warning without its export', () => {
    const seen = { id: 'Shop/Orders', file: 'src/orders.ts', exportName: 'handler' } as const;
    expect(
      handlersVerdict([
        { ...seen, seen: 'yes' },
        { ...seen, seen: 'unclear' },
      ]),
    ).toMatchObject({ status: 'ok', reason: '2 files are there' });
    expect(handlersVerdict([{ ...seen, seen: 'no-export' }])).toMatchObject({ status: 'warning' });
    expect(
      handlersVerdict([
        { ...seen, seen: 'no-export' },
        { ...seen, seen: 'no-file' },
        { ...seen, seen: 'no-file' },
      ]),
    ).toMatchObject({
      status: 'failed',
      reason: 'src/orders.ts of Shop/Orders does not exist, and 1 more.',
    });
  });
});

describe('a synth', () => {
  it('is stale when a source of the app was changed after it, and not when a handler was', async () => {
    await using project = await scratchProject({
      'cdk.json': { app: 'npx tsx bin/app.ts' },
      'bin/app.ts': '',
      'lib/stack.ts': '',
      'lib/handlers/orders.ts': '',
      'lib/handlers/shared.ts': '',
      'lib/node_modules/x/index.js': '',
      'other/file.ts': '',
    });
    const setTime = (file: string, seconds: number) => utimes(project.at(file), seconds, seconds);
    const files = [
      'cdk.json',
      'bin/app.ts',
      'lib/stack.ts',
      'lib/handlers/orders.ts',
      'lib/handlers/shared.ts',
      'lib/node_modules/x/index.js',
      'other/file.ts',
    ];
    for (const [index, file] of files.entries()) await setTime(file, 1000 + index);
    const newest = await newestSource(project.folder, [project.at('lib/handlers/orders.ts')]);
    expect(newest).toEqual({ file: 'lib/stack.ts', changedMs: 1_002_000 });
    expect(freshVerdict(newest, 1_002_000).status).toBe('ok');
    expect(freshVerdict(newest, 1_001_999)).toMatchObject({
      status: 'warning',
      reason: expect.stringContaining('lib/stack.ts'),
    });
  });

  it('of an app beside its cdk.json is looked at by its program and lib alone', async () => {
    await using project = await scratchProject({ 'cdk.json': { app: 'node app.js' }, 'app.js': '', 'later.js': '' });
    for (const [file, seconds] of [
      ['cdk.json', 1],
      ['app.js', 2],
      ['later.js', 3],
    ] as const)
      await utimes(project.at(file), seconds, seconds);
    expect(await newestSource(project.folder, [])).toEqual({ file: 'app.js', changedMs: 2000 });
  });

  it('is not judged where there is no cdk.json', async () => {
    await using project = await scratchProject();
    expect(await newestSource(project.folder, [])).toBeUndefined();
    expect(freshVerdict(undefined, 0).status).toBe('skipped');
  });
});

describe('what an app is made with', () => {
  it('is of one version', () => {
    expect(releaseVerdict('0.1.0', '0.1.0').status).toBe('ok');
    expect(releaseVerdict('0.1.0', '0.2.0')).toMatchObject({
      status: 'warning',
      reason: expect.stringContaining('0.1.0'),
    });
    expect(releaseVerdict(undefined, '0.2.0').status).toBe('skipped');
  });

  it('needs a way out of a VPC', () => {
    expect(vpcVerdict([], false).status).toBe('ok');
    expect(vpcVerdict(['Shop/Orders'], true).status).toBe('ok');
    expect(vpcVerdict(['Shop/Orders'], false)).toMatchObject({
      status: 'warning',
      reason: expect.stringContaining('Shop/Orders'),
    });
  });
});
