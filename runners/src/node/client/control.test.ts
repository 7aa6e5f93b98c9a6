import { existsSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ClientProcess, type Report, startClient } from '../../fixtures/client-process.ts';

const GENERATIONS = ['nodejs22.x', 'nodejs24.x'];

const told = (type: string) => (reports: readonly Report[]) => reports.some((report) => report.type === type);
const loadedBy = (client: ClientProcess): string[] =>
  client.reports
    .flatMap(({ files }) => files ?? [])
    .map((file: string) => file.replace(`${client.root}/`, ''))
    .toSorted();

describe.each(GENERATIONS)('on %s, a process that is held', (runtime) => {
  const SOURCE = `
    const atLoad = [process.env.COLOUR, process.env.GONE, process.env.KEPT];
    console.log('loaded');
    export const handler = async () => [...atLoad, Object.keys(process.env).filter((name) => name.startsWith('LIVE_LAMBDA'))];
  `;
  const hold = () =>
    startClient({
      files: { 'index.mjs': SOURCE },
      runtime,
      control: 'hold',
      env: { GONE: 'x', KEPT: 'kept', AWS_LAMBDA_LOG_FORMAT: 'TEXT' },
    });

  it('has loaded nothing of the handler, and goes on with other variables when it is told to', async () => {
    const client = await hold();
    await client.until(told('held'));
    expect(client.output()).toBe('');
    client.send({ type: 'unheard-of' });
    client.send({ type: 'load', env: { COLOUR: 'red', GONE: null, AWS_LAMBDA_LOG_FORMAT: 'JSON' } });
    expect(JSON.parse((await client.invoke()).body)).toEqual(['red', null, 'kept', []]);
    expect(client.reports[0]).toEqual({ type: 'held' });
    expect(JSON.parse(client.output())).toMatchObject({ message: 'loaded' });
  });

  it('ends when nobody is there any more to tell it', async () => {
    const client = await hold();
    await client.until(told('held'));
    client.closeControl();
    expect(await client.exit).toBe(0);
  });

  it('finds an order that came before it could wait for one', async () => {
    const client = await hold();
    client.send({ type: 'load', env: { COLOUR: 'early' } });
    expect(JSON.parse((await client.invoke()).body)[0]).toBe('early');
  });
});

describe.each(GENERATIONS)('on %s, variables that change between two events', (runtime) => {
  const SOURCE = `export const handler = async ({ own }) => {
    process.env.TOKEN = own ?? process.env.TOKEN;
    return [process.env.TOKEN, process.env.OLD ?? null];
  };`;
  const start = () =>
    startClient({ files: { 'index.mjs': SOURCE }, runtime, control: 'free', env: { TOKEN: '0', OLD: 'x' } });
  const version = (count: number) => ({ 'Live-Lambda-Env-Version': String(count) });

  it('are changed when the handler is called with the event that names them', async () => {
    const client = await start();
    expect(JSON.parse((await client.invoke()).body)).toEqual(['0', 'x']);
    client.send({ type: 'env', version: 1, env: { TOKEN: '1' } });
    client.send({ type: 'env', version: 2, env: { TOKEN: '2', OLD: null } });
    expect(JSON.parse((await client.invoke({}, version(2))).body)).toEqual(['2', null]);
  });

  it("are changed once, and then are the handler's", async () => {
    const client = await start();
    client.send({ type: 'env', version: 1, env: { TOKEN: '1' } });
    await client.invoke({ own: 'own' }, version(1));
    expect(JSON.parse((await client.invoke({}, version(1))).body)).toEqual(['own', 'x']);
  });

  it('are waited for where the event is sooner', async () => {
    const client = await start();
    await client.asked();
    const answer = client.invoke({}, version(1));
    client.send({ type: 'env', version: 1, env: { TOKEN: '1' } });
    expect(JSON.parse((await answer).body)).toEqual(['1', 'x']);
  });

  it('do not come before their event', async () => {
    const client = await start();
    client.send({ type: 'env', version: 1, env: { TOKEN: '1' } });
    expect(JSON.parse((await client.invoke()).body)).toEqual(['0', 'x']);
    expect(JSON.parse((await client.invoke({}, version(1))).body)).toEqual(['1', 'x']);
  });

  it('are given up where nobody is there to send them', async () => {
    const client = await start();
    await client.asked();
    client.closeControl();
    expect(JSON.parse((await client.invoke({}, version(1))).body)).toEqual(['0', 'x']);
  });
});

describe('the control channel', () => {
  it('does not keep the event loop of a callback handler alive', async () => {
    const client = await startClient({
      files: { 'index.mjs': 'export const handler = (event, context, callback) => callback(null, 1);' },
      control: 'free',
    });
    expect((await client.invoke()).body).toBe('1');
    expect((await client.invoke()).body).toBe('1');
  });

  it('does not keep the event loop alive while the handler is loaded', async () => {
    const client = await startClient({ files: { 'index.mjs': 'await new Promise(() => {});' }, control: 'free' });
    expect(await client.exit).toBe(13);
  });

  it.runIf(existsSync('/proc/self/fd'))('is not inherited by what the handler starts', async () => {
    const source = `import { spawnSync } from 'node:child_process';
      export const handler = async () => spawnSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' }).stdout;`;
    const client = await startClient({ files: { 'index.mjs': source }, control: 'hold' });
    client.send({ type: 'load' });
    const pipe = readlinkSync(`/proc/${client.pid}/fd/3`);
    expect(pipe).toMatch(/^socket:/);
    const inherited = (await client.invoke()).body;
    expect(inherited).toMatch(/ 1 -> /);
    expect(inherited).not.toContain(pipe);
  });

  it('does nothing without a variable that names it', async () => {
    const source =
      'export const handler = async () => [typeof process.send, process.env.WATCH_REPORT_DEPENDENCIES ?? null];';
    const client = await startClient({ files: { 'index.mjs': source } });
    expect((await client.invoke()).body).toBe('["undefined",null]');
  });
});

describe.each([
  ['by themselves', false],
  ['with tsx', true],
])('the files that are loaded %s', (_how, tsx) => {
  const FILES = {
    'index.mjs': `import { esm } from './esm.mjs'; import cjs from './cjs.cjs'; import dependency from 'dependency';
      import 'linked'; import data from 'data:text/javascript,export default 1'; import fs from 'node:fs';
      export const handler = async (event) => (await import('./later.mjs')).later + esm + cjs + dependency + data;`,
    'esm.mjs': 'export const esm = 1;',
    'cjs.cjs': "module.exports = require('./required.cjs') + require('./data.json').one; require('path');",
    'required.cjs': 'module.exports = 1; require("./cjs.cjs"); try { require("./nothing.cjs") } catch {}',
    'data.json': '{ "one": 1 }',
    'later.mjs': "import './later-still.mjs'; export const later = 1;",
    'later-still.mjs': '',
    'node_modules/dependency/index.js': 'module.exports = 1;',
    'packages/linked/index.js': '',
    'unused.mjs': '',
  };
  const BEFORE = ['cjs.cjs', 'data.json', 'esm.mjs', 'index.mjs', 'packages/linked/index.js', 'required.cjs'];

  it('are told, those of dynamic imports when they are, but no dependencies', async () => {
    const client = await startClient({ files: FILES, control: 'hold', tsx });
    symlinkSync('../packages/linked', join(client.root, 'node_modules/linked'));
    await client.until(told('held'));
    client.send({ type: 'load' });
    await client.asked();
    expect(loadedBy(client)).toEqual(BEFORE);
    expect((await client.invoke()).body).toBe('6');
    await client.until((reports) => JSON.stringify(reports).includes('later-still'));
    expect(loadedBy(client)).toEqual([...BEFORE, 'later-still.mjs', 'later.mjs'].toSorted());
  });

  it.each([
    ['CommonJS', { 'index.js': "require('./broken.cjs');", 'broken.cjs': 'const = 1;' }],
    ['an ES module', { 'index.mjs': "import './broken.mjs';", 'broken.mjs': 'const = 1;' }],
    ['what throws', { 'index.js': "require('./broken.cjs');", 'broken.cjs': 'throw new Error();' }],
    ['what ends the process', { 'index.js': "require('./broken.cjs');", 'broken.cjs': 'process.exit(3);' }],
  ])('are told before the failure of %s', async (_what, files) => {
    const client = await startClient({ files: files as Record<string, string>, control: 'free', tsx });
    await client.exit;
    expect(loadedBy(client)).toEqual(Object.keys(files).toSorted());
  });

  it('leave no trace that the handler could see', async () => {
    const source = `export const handler = async () => [
      Object.keys(process).includes('send'), Object.keys(process.env).filter((name) => /WATCH|CONTROL/.test(name)),
      (await import('node:child_process')).spawnSync(process.execPath, ['-p', 'Object.keys(process.env)'], { encoding: 'utf8' }).stdout.includes('WATCH'),
    ];`;
    const client = await startClient({ files: { 'index.mjs': source }, control: 'free', tsx });
    expect(JSON.parse((await client.invoke()).body)).toEqual([false, [], false]);
  });
});

it('the files that are loaded are told by their real paths', async () => {
  const client = await startClient({
    files: { 'index.js': "require('linked'); exports.handler = async () => 1;", 'packages/linked/index.js': '' },
    control: 'hold',
    flags: ['--preserve-symlinks'],
  });
  mkdirSync(join(client.root, 'node_modules'));
  symlinkSync('../packages/linked', join(client.root, 'node_modules/linked'));
  client.send({ type: 'load' });
  await client.asked();
  expect(loadedBy(client)).toEqual(['index.js', 'packages/linked/index.js']);
});

describe('TypeScript files that tsx loads', () => {
  it('are told by their names, also one that cannot be translated', async () => {
    const files = {
      'index.mjs': "await import('./ok.ts'); await import('./broken.ts');",
      'ok.ts': "import './other.ts'; import common from './common.cts'; export const n: number = common;",
      'other.ts': 'export type A = 1;',
      'common.cts': "const one: number = require('./deep.cts'); export = one;",
      'deep.cts': 'const one: number = 1; export = one;',
      'broken.ts': 'const : = 1;',
    };
    const client = await startClient({ files, control: 'hold', tsx: true });
    client.send({ type: 'load' });
    await client.exit;
    expect(loadedBy(client)).toEqual(Object.keys(files).toSorted());
    const { errorType, errorMessage } = JSON.parse((await client.post()).body);
    expect(errorType).toBe('Runtime.UserCodeSyntaxError');
    expect(errorMessage).toContain('broken.ts:1:6');
  });
});
