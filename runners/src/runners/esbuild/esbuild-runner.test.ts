import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { stop } from 'esbuild';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  answerOf,
  prepareBroken,
  prepareReady,
  type SpecOptions,
  specOf,
  UNDISTURBED,
} from '../../fixtures/run-prepared.ts';
import type { BundlingOptions, FunctionSpec, Runner } from '../../runner.ts';
import { runningNode } from '../runtime-node.ts';
import { createEsbuildRunner } from './esbuild-runner.ts';

const PACKAGE = { 'package.json': '{"name":"shop"}' };

interface Case extends Omit<SpecOptions, 'bundling' | 'entry'> {
  readonly entry?: string;
  readonly bundling?: Partial<BundlingOptions>;
}

interface Subject {
  readonly runner: Runner;
  readonly fn: FunctionSpec;
  write(name: string, content: string): void;
  /** The path of a file of the project. */
  at(name: string): string;
}

function subject({ files, entry = 'src/orders.ts', bundling, ...given }: Case): Subject {
  const runner = createEsbuildRunner({ nodeFor: runningNode });
  const fn = specOf({
    files: { ...PACKAGE, ...files },
    entry,
    moduleHandler: 'index.handler',
    bundling: { format: 'cjs', hasCommandHooks: false, ...bundling },
    ...given,
  });
  onTestFinished(async () => runner.release?.(fn));
  const at = (name: string): string => join(fn.root, name);
  return {
    runner,
    fn: { projectRoot: fn.root, ...fn },
    at,
    write: (name, content) => writeFileSync(at(name), content),
  };
}

/** One start of a process answers many questions. */
const ASKING = `
  import { greeting } from './greeting';
  declare const INJECTED: string;
  export const api = { create: async (event: unknown) => ({
    event, greeting, INJECTED, file: __filename, cwd: process.cwd(), taskRoot: process.env.LAMBDA_TASK_ROOT,
    trace: new Error('here').stack,
  }) };
`;

describe('a bundled function', () => {
  it('runs as one file in a folder that is the task root, and its traces name the line of the source', async () => {
    const { runner, fn, at } = subject({
      files: {
        'package.json': '{"name":"shop","type":"module"}',
        'src/orders.ts': ASKING,
        'src/greeting.ts': 'export const greeting: string = "hello";',
      },
      bundling: { define: { INJECTED: '"at build"' }, minify: true },
      moduleHandler: 'index.api.create',
    });
    const ready = await prepareReady(runner, fn);
    const folder = ready.launch.cwd;
    expect(folder).toMatch(/\/\.live-lambda\/Shop-CreateOrder-[0-9a-f]{8}$/);
    const { json } = await answerOf(ready, fn, { a: 1 });
    expect(json).toMatchObject({
      event: { a: 1 },
      greeting: 'hello',
      INJECTED: 'at build',
      file: join(folder, 'index.js'),
      cwd: folder,
      taskRoot: folder,
    });
    expect(json.trace).toContain(`${at('src/orders.ts')}:6:`);
    expect(ready.launch.control).toBe(true);
    expect(ready.notes).toBeUndefined();
  });

  it('runs as an ES module, with top-level await and the packages of the project', async () => {
    const { runner, fn } = subject({
      files: {
        'src/orders.ts': `
          import { price } from 'prices';
          const fixed = await Promise.resolve(price);
          export const handler = async () => [fixed, import.meta.filename ?? import.meta.url];
        `,
        'node_modules/prices/package.json': '{"type":"module","exports":{"import":"./index.js"}}',
        'node_modules/prices/index.js': 'export const price = 12;',
      },
      bundling: { format: 'esm', externalModules: ['prices'] },
    });
    const ready = await prepareReady(runner, fn);
    const { json } = await answerOf(ready, fn);
    expect(json).toEqual([12, expect.stringContaining(join(ready.launch.cwd, 'index.mjs'))]);
  });

  it('does not dirty the repository', async () => {
    const { runner, fn, at } = subject({ files: { 'src/orders.ts': 'export const handler = 1;' } });
    execFileSync('git', ['init', '-q'], { cwd: fn.root });
    await prepareReady(runner, fn);
    const changed = execFileSync('git', ['status', '--porcelain', '--untracked-files=all'], {
      cwd: fn.root,
      encoding: 'utf8',
    });
    expect(changed.trim().split('\n')).toEqual(['?? package.json', '?? src/orders.ts']);
    expect(readdirSync(at('.live-lambda'))).toContain('.gitignore');
  });

  it('keeps the source maps of earlier bundles for processes that still run', async () => {
    const { runner, fn, write } = subject({ files: { 'src/orders.ts': 'export const handler = () => 1;' } });
    const { launch } = await prepareReady(runner, fn);
    const mapOf = (): string =>
      /sourceMappingURL=(.*)\n/.exec(readFileSync(join(launch.cwd, 'index.js'), 'utf8'))?.[1] ?? '';
    const first = mapOf();
    write('src/orders.ts', '\n\nexport const handler = () => 22;');
    await prepareReady(runner, fn);
    expect(mapOf()).not.toBe(first);
    expect(readdirSync(launch.cwd)).toEqual(expect.arrayContaining([first, mapOf()]));
    const { sources } = JSON.parse(readFileSync(join(launch.cwd, mapOf()), 'utf8')) as { sources: string[] };
    expect(sources.map((source) => join(launch.cwd, source))).toEqual([fn.entry]);
  });

  it('is left as it is by a build that changes nothing', async () => {
    const { runner, fn } = subject({ files: { 'src/orders.ts': 'export const handler = () => 1;' } });
    const { launch } = await prepareReady(runner, fn);
    const { ino, mtimeMs } = statSync(join(launch.cwd, 'index.js'));
    await prepareReady(runner, fn);
    expect(statSync(join(launch.cwd, 'index.js'))).toMatchObject({ ino, mtimeMs });
  });

  it('is found by its own handler where the deployed one leads through a wrapper', async () => {
    const { runner, fn } = subject({
      files: { 'src/orders.ts': 'export const create = async () => "created";' },
      handler: 'create',
      moduleHandler: '/opt/nodejs/node_modules/wrapper/handler.handler',
    });
    expect((await prepareReady(runner, fn)).launch.env._HANDLER).toBe('index.create');
  });
});

it('is the only one in its folder when the app changes the format', async () => {
  const { runner, fn } = subject({ files: { 'src/orders.ts': 'export const handler = async () => typeof module;' } });
  expect((await answerOf(await prepareReady(runner, fn), fn)).json).toBe('object');
  const asModule = { ...fn, bundling: { format: 'esm', hasCommandHooks: false } } as const;
  expect((await answerOf(await prepareReady(runner, asModule), asModule)).json).toBe('undefined');
});

describe('the esbuild that bundles', () => {
  const fake = (version: string) => ({
    'src/orders.ts': 'export const handler = 1;',
    'node_modules/esbuild/package.json': JSON.stringify({ version, main: 'main.js' }),
    'node_modules/esbuild/main.js': 'exports.context = async () => { throw new Error("the project\'s own"); };',
  });

  it("is the project's own, as in its deploy", async () => {
    const { runner, fn } = subject({ files: fake('0.25.0') });
    expect((await prepareBroken(runner, fn)).reason).toContain("the project's own");
  });

  it('is ours where that one cannot build incrementally', async () => {
    const { runner, fn } = subject({ files: fake('0.16.17') });
    await prepareReady(runner, fn);
  });
});

it('is built anew, in the other way, when the app bundles it in another way', async () => {
  const files = { 'src/orders.ts': 'declare const STAGE: string; export const handler = async () => STAGE;' };
  const { runner, fn } = subject({ files });
  const bundling = (stage: string) =>
    ({ format: 'cjs', hasCommandHooks: false, define: { STAGE: `"${stage}"` } }) as const;
  await prepareReady(runner, { ...fn, bundling: bundling('test') });
  const changed = { ...fn, bundling: bundling('live') };
  expect((await answerOf(await prepareReady(runner, changed), changed)).json).toBe('live');
});

describe('what a bundle depends on', () => {
  it('is each source by its real path, tsconfigs with what they extend, and what decides the packages', async () => {
    const { runner, fn, at } = subject({
      files: {
        'src/orders.ts': `
          import { tax } from '@shop/tax'; import { big } from 'big'; import rates from './rates.json';
          export const handler = () => [tax, big, rates];
        `,
        'src/rates.json': '[1]',
        'src/unused.ts': '',
        'packages/tax/package.json': '{"name":"@shop/tax","main":"tax.ts"}',
        'packages/tax/tax.ts': 'export const tax = 1;',
        'packages/tax/tsconfig.json': '{}',
        'node_modules/big/index.js': 'exports.big = 1;',
        'tsconfig.json': '{ /* ours */ "extends": "./base", }',
        'base.json': '{}',
        'package-lock.json': '{}',
      },
      tsconfig: 'tsconfig.json',
    });
    mkdirSync(at('node_modules/@shop'));
    symlinkSync(at('packages/tax'), at('node_modules/@shop/tax'));
    const { inputs } = await prepareReady(runner, fn);
    expect(inputs.folders).toEqual([]);
    expect([...inputs.files].sort()).toEqual(
      [
        'base.json',
        'package-lock.json',
        'package.json',
        'packages/tax/tax.ts',
        'packages/tax/tsconfig.json',
        'src/orders.ts',
        'src/rates.json',
        'tsconfig.json',
      ].map(at),
    );
  });

  it('is the same through a link to the project', async () => {
    const { runner, fn, at } = subject({ files: { 'src/orders.ts': 'export const handler = 1;' } });
    symlinkSync(fn.root, `${fn.root}-link`);
    onTestFinished(() => rmSync(`${fn.root}-link`));
    const linked = { ...fn, entry: join(`${fn.root}-link`, 'src/orders.ts'), projectRoot: `${fn.root}-link` };
    const { inputs } = await prepareReady(runner, linked);
    expect(inputs.files).toEqual([at('src/orders.ts'), at('package.json')]);
  });
});

describe('a bundle that cannot be built', () => {
  it('names function, file, line and column, keeps what it depended on, and mends', async () => {
    const { runner, fn, at, write } = subject({
      files: {
        'src/orders.ts': 'import { greeting } from "./greeting"; export const handler = async () => greeting;',
        'src/greeting.ts': 'export const greeting = "hello";',
      },
    });
    const good = await prepareReady(runner, fn);
    write('src/greeting.ts', 'export const greeting = "hi";\nexport const = 2;\n');
    const { reason, inputs } = await prepareBroken(runner, fn);
    expect(reason).toBe(
      `Function Shop/CreateOrder: esbuild cannot bundle ${fn.entry}.\n` +
        `${at('src/greeting.ts')}:2:14: Expected identifier but found "="\n` +
        'Correct the file and save it: the function is built again by itself.',
    );
    expect(inputs.files).toEqual(expect.arrayContaining([...good.inputs.files]));
    write('src/greeting.ts', 'export const greeting = "mended";');
    const { json } = await answerOf(await prepareReady(runner, fn), fn);
    expect(json).toBe('mended');
  });

  it('waits for a file that is missing, also from the start', async () => {
    const { runner, fn, at, write } = subject({
      files: { 'src/orders.ts': 'export { handler } from "./missing.js";' },
    });
    const { reason, inputs } = await prepareBroken(runner, fn);
    expect(reason).toContain(`${fn.entry}:1:25: Could not resolve "./missing.js"`);
    expect(inputs.files).toEqual(expect.arrayContaining([fn.entry, at('src/missing.ts'), at('src/missing.js')]));
    write('src/missing.ts', 'export const handler = 1;');
    expect((await prepareReady(runner, fn)).inputs.files).toContain(at('src/missing.ts'));
  });

  it.each<[string, Case, RegExp]>([
    [
      'a package that is not installed',
      { files: { 'src/orders.ts': 'import "left-pad";' } },
      /Install left-pad, or name it in/,
    ],
    [
      'an option that esbuild does not take',
      { files: { 'src/orders.ts': '' }, bundling: { loader: { '.x': 'magic' } } },
      /magic.*Correct the function's bundling options/s,
    ],
    ['a handler file that is gone', { files: {} }, /CreateOrder.*orders\.ts does not exist/],
    [
      'a language that it does not bundle',
      { files: { 'a.py': '' }, entry: 'a.py' },
      /cannot bundle .*a\.py.*another runner/,
    ],
  ])('says what to do about %s', async (_what, given, reason) => {
    const { runner, fn } = subject(given);
    expect((await prepareBroken(runner, fn)).reason).toMatch(reason);
  });

  it('names the folder that it cannot be written to, and mends', async () => {
    const { runner, fn, at, write } = subject({ files: { 'src/orders.ts': '' } });
    write('.live-lambda', 'a file of this name');
    const { reason } = await prepareBroken(runner, fn);
    expect(reason).toMatch(/Make it possible to write \S*\.live-lambda.*: the bundle is kept there\.$/);
    rmSync(at('.live-lambda'));
    await prepareReady(runner, fn);
  });

  it('mends after the process of esbuild was lost', async () => {
    const { runner, fn } = subject({ files: { 'src/orders.ts': '' } });
    await prepareReady(runner, fn);
    await stop();
    expect((await runner.prepare(fn, UNDISTURBED)).state).toBe('broken');
    await prepareReady(runner, fn);
  });

  it('ends at once when its result is of no use any more, and the next one is whole', async () => {
    const { runner, fn } = subject({ files: { 'src/orders.ts': 'export const handler = 1;' } });
    const useless = new AbortController();
    const building = runner.prepare(fn, useless);
    useless.abort();
    expect(await building).toMatchObject({ state: 'broken', reason: expect.stringContaining('of no use any more') });
    expect((await runner.prepare(fn, useless)).state).toBe('broken');
    expect((await runner.prepare(fn, UNDISTURBED)).state).toBe('ready');
  });
});

describe('a bundle that is being built', () => {
  it('is cancelled when its result is of no use any more', async () => {
    const endless = `exports.context = async () => {
      let fail;
      return {
        rebuild: () => new Promise((_, reject) => { fail = reject; process.emit('rebuilding'); }),
        cancel: async () => fail({ errors: [] }),
        dispose: async () => {},
      };
    };`;
    const { runner, fn } = subject({
      files: {
        'src/orders.ts': '',
        'node_modules/esbuild/package.json': '{"version":"0.28.2","main":"main.js"}',
        'node_modules/esbuild/main.js': endless,
      },
    });
    const rebuilding = once(process, 'rebuilding');
    const useless = new AbortController();
    const building = runner.prepare(fn, useless);
    await rebuilding;
    useless.abort();
    expect(await building).toMatchObject({ state: 'broken', reason: expect.stringContaining('was stopped') });
  });
});

describe('what differs from the deploy', () => {
  it('is told for commands of the app, for tsc, and for arguments that have no option', async () => {
    const { runner, fn } = subject({
      files: { 'src/orders.ts': '', 'tsconfig.json': '{"compilerOptions":{"emitDecoratorMetadata":true}}' },
      tsconfig: 'tsconfig.json',
      bundling: { hasCommandHooks: true, preCompilation: true, esbuildArgs: { '--sorcery': true } },
    });
    expect((await prepareReady(runner, fn)).notes).toEqual([
      expect.stringMatching(/^Function Shop\/CreateOrder: .*commandHooks/),
      expect.stringMatching(/preCompilation.*without the decorator metadata/),
      expect.stringMatching(/sorcery/),
    ]);
  });

  it('is told for a package that Lambda brings and the project does not have', async () => {
    const { runner, fn } = subject({ files: { 'src/orders.ts': 'export * from "@aws-sdk/client-s3/commands";' } });
    expect((await prepareReady(runner, fn)).notes).toEqual([
      expect.stringMatching(/@aws-sdk\/client-s3 is not installed in this project \(Lambda's runtime brings it\)/),
    ]);
  });

  it('is not that a package left out comes from a layer', async () => {
    const { runner, fn } = subject({
      files: {
        'src/orders.ts': 'export const handler = require("shared");',
        'layer/nodejs/node_modules/shared/index.js': '',
      },
      layers: ['layer'],
      bundling: { externalModules: ['shared'] },
    });
    expect((await prepareReady(runner, fn)).notes).toBeUndefined();
  });

  it('is not that a package left out is installed only where a source of another workspace sees it', async () => {
    const { runner, fn, at } = subject({
      files: {
        'src/orders.ts': 'export { handler } from "../packages/store/store.js";',
        'packages/store/store.ts': 'import { s3 } from "@aws-sdk/client-s3"; export const handler = async () => s3;',
        'packages/store/node_modules/@aws-sdk/client-s3/index.js': 'exports.s3 = "the client";',
      },
    });
    const ready = await prepareReady(runner, fn);
    expect(ready.notes).toBeUndefined();
    const link = join(ready.launch.cwd, 'node_modules/@aws-sdk/client-s3');
    const { ino, ctimeMs } = lstatSync(link);
    await prepareReady(runner, fn);
    expect(lstatSync(link)).toMatchObject({ ino, ctimeMs });
    expect((await answerOf(ready, fn)).json).toBe('the client');
    expect(realpathSync(link)).toBe(at('packages/store/node_modules/@aws-sdk/client-s3'));
  });
});

it('bundles by request what the app does not bundle', async () => {
  const { runner, fn } = subject({ files: { 'src/orders.ts': 'export const handler = async () => 7;' } });
  const { bundling: _bundling, ...unbundled } = fn;
  expect((await answerOf(await prepareReady(runner, unbundled), fn)).json).toBe(7);
});

it('claims what the app bundles for Node', () => {
  const { runner, fn } = subject({ files: {} });
  const { bundling: _bundling, ...unbundled } = fn;
  expect(runner.claims(fn)).toBe(true);
  expect(runner.claims(unbundled)).toBe(false);
  expect(runner.claims({ ...fn, runtime: 'python3.13' })).toBe(false);
});
