import { describe, expect, it } from 'vitest';
import { answerOf, prepareBroken, prepareReady, runWith, type SpecOptions, specOf } from '../fixtures/run-prepared.ts';
import { createCjsRunner, createEsmRunner } from './native-modules.ts';
import { runningNode } from './runtime-node.ts';

const esm = createEsmRunner({ nodeFor: runningNode });
const cjs = createCjsRunner({ nodeFor: runningNode });

const MODULE = { 'package.json': '{"type":"module"}' };

describe('JavaScript as it is', () => {
  it('runs as an ES module', async () => {
    const files = {
      'src/orders.mjs': 'export const handler = async (event) => [event, typeof require, import.meta.url];',
    };
    const fn = specOf({ entry: 'src/orders.mjs', files, moduleHandler: 'src/orders.handler' });
    expect((await runWith(esm, fn, 1)).json).toEqual([1, 'undefined', `file://${fn.entry}`]);
  });

  it('runs as CommonJS, in the root of the deployment package', async () => {
    const files = { 'lib/orders.js': 'exports.api = { create: async () => [process.cwd(), __filename] };' };
    const fn = specOf({ entry: 'lib/orders.js', files, handler: 'api.create' });
    expect((await runWith(cjs, fn)).json).toEqual([fn.root, fn.entry]);
  });

  it('is looked up by the handler string as in Lambda, where another file comes first', async () => {
    const files = {
      'index.mjs': 'export const handler = async () => "mjs";',
      'index.js': 'exports.handler = async () => "js";',
    };
    const fn = specOf({ entry: 'index.mjs', files, moduleHandler: 'index.handler' });
    expect((await runWith(esm, fn)).json).toBe('js');
  });

  it.each(['index.handler', 'dist/orders.handler'])(
    'is its entry where the app bundles or compiles it to %s',
    async (moduleHandler) => {
      const fn = specOf({
        entry: 'src/my.orders.mjs',
        files: { 'src/my.orders.mjs': 'export const handler = async () => "entry";' },
        moduleHandler,
      });
      expect((await runWith(esm, fn)).json).toBe('entry');
    },
  );

  it('fails for what Lambda does not load, though tsx would', async () => {
    const files = {
      ...MODULE,
      'index.js': 'import { tax } from "./lib"; export const handler = async () => tax;',
      'lib.js': 'export const tax = 1;',
    };
    const { json } = await runWith(esm, specOf({ entry: 'index.js', files }));
    expect(json.errorMessage).toMatch(/Cannot find module .*lib' imported from/);
  });

  it('takes the Node that fits the runtime, with its flags, and passes on what differs', async () => {
    const nodeFor = (runtime: string) => ({
      path: `/opt/${runtime}/node`,
      accepts: () => false,
      notes: ['It is another.'],
    });
    const { launch, notes } = await prepareReady(
      createCjsRunner({ nodeFor }),
      specOf({ entry: 'a.cjs', files: { 'a.cjs': '' } }),
    );
    expect(launch.command).toBe('/opt/nodejs22.x/node');
    expect(launch.args.filter((arg) => arg.includes('experimental'))).toEqual([]);
    expect([launch.control, notes]).toEqual([true, ['It is another.']]);
  });

  it('is reported with file and line where its syntax is wrong', async () => {
    const fn = specOf({
      entry: 'index.cjs',
      files: { 'index.cjs': 'const a = 1;\nexports.handler = async () => {;\n' },
    });
    const { json, lines } = await answerOf(await prepareReady(cjs, fn), fn);
    expect(json.errorType).toBe('Runtime.UserCodeSyntaxError');
    expect(lines.join('\n')).toContain(`${fn.entry}:`);
  });
});

describe('an ES module that Node cannot read', () => {
  it('is broken with file, line and column, which the error of its loader does not tell', async () => {
    const fn = specOf({ entry: 'index.mjs', files: { 'index.mjs': 'const a = 1;\nexport const handler = ;\n' } });
    const { reason, inputs } = await prepareBroken(esm, fn);
    expect(reason).toContain(
      `Function Shop/CreateOrder: Node cannot read ${fn.entry}.\n${fn.entry}:2:24: Unexpected ";"`,
    );
    expect(inputs.files).toEqual([fn.entry]);
  });

  it('is decided by Node where only esbuild does not know the syntax', async () => {
    const nodeFor = () => ({ path: '/bin/true', accepts: () => true });
    const fn = specOf({ entry: 'index.mjs', files: { 'index.mjs': 'syntax of the future' } });
    expect((await prepareReady(createEsmRunner({ nodeFor }), fn)).launch.command).toBe('/bin/true');
  });
});

describe('which runner takes what', () => {
  it.each<[string, Readonly<Record<string, string>>, boolean, boolean]>([
    ['a.mjs', {}, true, false],
    ['a.cjs', {}, false, true],
    ['a.js', {}, false, true],
    ['a.js', MODULE, true, false],
    ['a.cjs', MODULE, false, true],
    ['a.ts', MODULE, false, false],
  ])('%s with %o', (entry, files, byEsm, byCjs) => {
    const fn = specOf({ entry, files });
    expect([esm.claims(fn), cjs.claims(fn)]).toEqual([byEsm, byCjs]);
    expect(esm.claims({ ...fn, runtime: 'python3.13' })).toBe(false);
  });

  it.each<[string, SpecOptions, RegExp]>([
    [
      'CommonJS as an ES module',
      { entry: 'a.cjs', files: { 'a.cjs': '' } },
      /Shop\/CreateOrder: the esm runner cannot run .*a\.cjs.*the runner cjs/,
    ],
    [
      '.js without a type as an ES module',
      { entry: 'a.js', files: { 'a.js': '' } },
      /"type": "module".*the runner cjs/,
    ],
    ['TypeScript', { entry: 'a.ts', files: { 'a.ts': '' } }, /a\.ts.*the runner tsx/],
    [
      'what is no JavaScript',
      { entry: 'a.py', files: { 'a.py': '' }, runtime: 'python3.13' },
      /a\.py \(python3\.13\).*Choose another runner/,
    ],
    ['a missing file', { entry: 'a.mjs', files: {} }, /a\.mjs does not exist/],
  ])('esm refuses %s', async (_what, given, reason) => {
    const { reason: told, inputs } = await prepareBroken(esm, specOf(given));
    expect(told).toMatch(reason);
    expect(inputs.files).toHaveLength(1);
  });

  it('cjs refuses an ES module', async () => {
    const { reason } = await prepareBroken(cjs, specOf({ entry: 'a.js', files: { ...MODULE, 'a.js': '' } }));
    expect(reason).toMatch(/the cjs runner cannot run .*a\.js.*the runner esm/);
  });
});
