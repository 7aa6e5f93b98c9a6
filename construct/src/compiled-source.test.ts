import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { traceToSource } from './compiled-source.ts';
import { temporaryDirectory } from './fixtures/synthesis.ts';
import { parseTolerantJson } from './tolerant-json.ts';

let top: string;
beforeEach(() => {
  top = temporaryDirectory();
});

function write(name: string, content: string | object): string {
  const file = join(top, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const COMPILED = '"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\n';
const mapped = (url: string) => `${COMPILED}exports.handler = 1;\n//# sourceMappingURL=${url}\n`;

describe('a compiled file is traced by its source map', () => {
  test.each<[string, object]>([
    ['beside it', { sources: ['../src/orders.ts'] }],
    ['with a root for its sources', { sourceRoot: '../src', sources: ['orders.ts'] }],
    [
      'that names the source among what a bundler has put before it',
      { sources: ['../node_modules/a/orders.ts', '../src/money.ts', '../src/orders.ts'] },
    ],
    ['that lists the source first', { sources: ['../src/orders.ts', '../src/money.ts'] }],
    [
      'with the names of webpack',
      {
        sources: [
          'webpack://shop/webpack/bootstrap',
          'webpack://shop/./src/money.ts',
          'webpack://shop/./src/orders.ts',
        ],
      },
    ],
  ])('%s', (_, map) => {
    const source = write('src/orders.ts', '');
    write('src/money.ts', '');
    write('node_modules/a/orders.ts', '');
    write('dist/orders.js.map', map);
    const file = write('dist/orders.js', mapped('orders.js.map'));
    expect(traceToSource(file)).toEqual({ state: 'found', source, by: 'sourcemap' });
  });

  test('that is part of it', () => {
    const source = write('src/orders.ts', '');
    const map = Buffer.from(JSON.stringify({ sources: ['../src/orders.ts'] })).toString('base64');
    const file = write('dist/orders.mjs', mapped(`data:application/json;charset=utf-8;base64,${map}`));
    expect(traceToSource(file)).toEqual({ state: 'found', source, by: 'sourcemap' });
  });

  test('that names its source by URL', () => {
    const source = write('src/orders.ts', '');
    write('dist/orders.js.map', { sources: [pathToFileURL(source).href] });
    expect(traceToSource(write('dist/orders.js', mapped('orders.js.map')))).toMatchObject({ source });
  });

  test('which is called otherwise: the last source that is not a package', () => {
    const source = write('src/main.ts', '');
    write('src/money.ts', '');
    write('dist/index.js.map', { sources: ['../src/money.ts', '../src/main.ts', '../node_modules/a/b.js'] });
    expect(traceToSource(write('dist/index.js', mapped('index.js.map')))).toMatchObject({ source });
  });
});

describe('a compiled file without a map is traced by the tsconfig', () => {
  test.each<[string, string, string | object, string]>([
    [
      'with both folders',
      'tsconfig.json',
      { compilerOptions: { outDir: 'dist', rootDir: 'src' } },
      'src/api/orders.ts',
    ],
    [
      'without rootDir, whose sources lie beside it',
      'tsconfig.json',
      { compilerOptions: { outDir: './dist' } },
      'api/orders.ts',
    ],
    [
      'without rootDir, whose sources lie in src',
      'tsconfig.json',
      { compilerOptions: { outDir: 'dist' } },
      'src/api/orders.tsx',
    ],
    [
      'of another name',
      'tsconfig.build.json',
      { compilerOptions: { outDir: 'dist', rootDir: 'src' } },
      'src/api/orders.ts',
    ],
    [
      'with comments and commas too many',
      'tsconfig.json',
      '{ // out\n "compilerOptions": { /* "outDir": "x", */ "outDir": "dist", "rootDir": "src", }, }',
      'src/api/orders.ts',
    ],
    [
      'that extends another',
      'tsconfig.json',
      { extends: './config/base', compilerOptions: { rootDir: 'src' } },
      'src/api/orders.ts',
    ],
    [
      'that extends several',
      'tsconfig.json',
      { extends: ['@tsconfig/node22', './config/base.json'], compilerOptions: { rootDir: 'src' } },
      'src/api/orders.ts',
    ],
  ])('%s', (_, name, config, sourceName) => {
    write('config/base.json', { compilerOptions: { outDir: '../dist', rootDir: '..' } });
    write(name, config);
    const source = write(sourceName, '');
    const file = write('dist/api/orders.js', COMPILED);
    expect(traceToSource(file)).toEqual({ state: 'found', source, by: 'tsconfig' });
  });

  test('of a module kind that its extension names', () => {
    write('tsconfig.json', { compilerOptions: { outDir: 'dist', rootDir: 'src' } });
    write('src/orders.ts', '');
    const source = write('src/orders.mts', '');
    expect(traceToSource(write('dist/orders.mjs', COMPILED))).toMatchObject({ source });
  });

  test('whose map is broken', () => {
    write('tsconfig.json', { compilerOptions: { outDir: 'dist', rootDir: 'src' } });
    write('dist/orders.js.map', 'no map');
    const source = write('src/orders.ts', '');
    expect(traceToSource(write('dist/orders.js', mapped('orders.js.map')))).toMatchObject({ source, by: 'tsconfig' });
  });
});

describe('a file whose source is not found', () => {
  test.each([
    ['by what compilers write', COMPILED],
    ['by what esbuild writes', 'var a = (b) => c(d({}, "__esModule", { value: true }), b);\n'],
    ['by what esbuild writes where it minifies', 'var a=b=>c(d({},"__esModule",{value:!0}),b);\n'],
    ['by what webpack writes', 'var a = {};\nfunction __webpack_require__(b) {}\n'],
    ['by a map that is not there', 'exports.handler = 1;\n//# sourceMappingURL=gone.js.map\n'],
  ])('is known to be compiled %s', (_, text) => {
    expect(traceToSource(write('dist/orders.js', text))).toEqual({ state: 'compiled' });
  });

  test('is known to be compiled although an outDir extends itself', () => {
    write('tsconfig.json', { extends: './tsconfig.json', compilerOptions: { outDir: 'out' } });
    expect(traceToSource(write('dist/orders.js', COMPILED))).toEqual({ state: 'compiled' });
  });

  test.each(['orders.js', 'orders.mjs', 'orders.ts', 'orders.py'])('is a source itself: %s', (name) => {
    expect(traceToSource(write(name, 'export const handler = 1;\n'))).toEqual({ state: 'authored' });
  });
});

test.each<[string, unknown]>([
  ['{ "a": "// no comment, /* nor this */", "b": [1, 2, ], }', { a: '// no comment, /* nor this */', b: [1, 2] }],
  ['\uFEFF{ "a": "say \\"hi, }\\"" } // end', { a: 'say "hi, }"' }],
  ['{ broken', undefined],
])('JSON with comments is read as a compiler does: %s', (text, value) =>
  expect(parseTolerantJson(text)).toEqual(value),
);
