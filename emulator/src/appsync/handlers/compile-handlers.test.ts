import { describe, expect, it } from 'vitest';
import { type ChannelHandlers, compileHandlers, maxCodeCharacters } from './compile-handlers.ts';
import { type HandlerCall, runHandler } from './run-handler.ts';

const compiled = (code: string): ChannelHandlers => {
  const result = compileHandlers(code);
  if (result.type === 'invalid') throw new Error(result.problem);
  return result.handlers;
};
const run = (code: string, call: Partial<HandlerCall> = {}) =>
  runHandler(compiled(code), { name: 'onSubscribe', context: {}, timeLimitMs: 20_000, ...call });

const importUtil = "import { util } from '@aws-appsync/utils';\n";

describe('the code of a channel namespace', () => {
  it.each<readonly [string, string]>([
    ['a function', 'export function onSubscribe(ctx) { return ctx.n + 1; }'],
    ['a constant', 'export const onSubscribe = (ctx) => ctx.n + 1;'],
    ['a list of names', 'const check = (ctx) => ctx.n + 1;\nexport { check as onSubscribe };'],
    ['one of several constants', 'const one = 1; export const two = 2, onSubscribe = ({ n }) => n + one;'],
    [
      'functions beside it',
      'export function onSubscribe(ctx) { return next(ctx.n); }\nfunction next(n) { return n + 1; }',
    ],
  ])('gives its handler as %s', (_case, code) => {
    expect(compiled(code).names).toEqual(new Set(['onSubscribe']));
    expect(run(code, { context: { n: 1 } }).end).toEqual({ type: 'returned', value: 2 });
  });

  it('has the handlers that it exports by their names', () => {
    expect(compiled('export const onPublish = (ctx) => ctx.events; export const helper = 1;').names).toEqual(
      new Set(['onPublish']),
    );
    expect(compiled('').names).toEqual(new Set());
  });

  it.each<readonly [string, string, string]>([
    ['text that is no JavaScript', 'export function', 'Unexpected token'],
    ['a default export', 'export default () => 1;', 'by their names, onPublish and onSubscribe'],
    ['another module', "import fs from 'node:fs';", 'it imports node:fs, and only @aws-appsync/utils'],
    ['an import that is not emulated', "import { extensions } from '@aws-appsync/utils';", 'imports extensions'],
    ['an import of everything', "import * as all from '@aws-appsync/utils';", 'it imports all'],
    ['an export from elsewhere', "export { onPublish } from './other.js';", 'it exports what it imports'],
    ['try', 'export const onPublish = () => {\n try { } catch { } };', 'APPSYNC_JS does not have try (line 2)'],
    ['throw', 'export const onPublish = () => { throw 1; };', 'does not have throw'],
    ['an endless loop', 'export const onPublish = () => { while (true) {} };', 'does not have while'],
    ['a counting loop', 'for (let i = 0; i < 9; i += 1) {}', 'does not have for (;;)'],
    ['async', 'export const onPublish = async () => 1;', 'does not have async'],
    ['a class', 'class A {}', 'does not have class'],
    ['new', 'export const onPublish = () => new Date();', 'does not have new'],
    ['a regular expression', 'export const onPublish = () => /a/;', 'does not have a regular expression'],
    ['counting', 'let n = 0; export const onPublish = () => n++;', 'does not have ++ or --'],
    ['a generator', 'function* numbers() {}', 'does not have function*'],
    ['too much', `//${'x'.repeat(maxCodeCharacters)}`, `${maxCodeCharacters} are the most`],
  ])('is not taken with %s', (_case, code, problem) => {
    expect(compileHandlers(code)).toEqual({ type: 'invalid', problem: expect.stringContaining(problem) });
  });
});

describe('a handler', () => {
  it('ends early by util.unauthorized and util.error, and goes no further', () => {
    const refusing = (call: string) =>
      run(`${importUtil}export function onSubscribe() { ${call}; console.log('further'); return 1; }`);
    expect(refusing('util.unauthorized()')).toEqual({ end: { type: 'unauthorized' }, output: [] });
    expect(refusing("util.error('no such order', 'NotFound')").end).toEqual({
      type: 'error',
      message: 'no such order',
      errorType: 'NotFound',
    });
    expect(refusing("util.error('no')").end).toEqual({ type: 'error', message: 'no' });
  });

  it('can import util under another name, on several lines', () => {
    const code =
      "import {\n  util as u,\n} from '@aws-appsync/utils';\nexport const onSubscribe = () => u.unauthorized();";
    expect(run(code).end).toEqual({ type: 'unauthorized' });
  });

  it('writes to the console, texts as they are and other values as JSON', () => {
    const { output } = run(
      "export function onSubscribe(ctx) { console.log('got', ctx); console.error(1, undefined); }",
      {
        context: { n: [1] },
      },
    );
    expect(output).toEqual(['got {"n":[1]}', '1 undefined']);
  });

  it('that has a mistake fails with what is wrong, as one that does not end', () => {
    expect(run('export const onSubscribe = (ctx) => ctx.missing.name;').end).toEqual({
      type: 'failed',
      reason: expect.stringContaining("Cannot read properties of undefined (reading 'name')"),
    });
    expect(run('export const onSubscribe = 1;').end).toEqual({ type: 'failed', reason: 'onSubscribe is no function' });
    const endless =
      'const turn = (n) => [1, 2, 3, 4, 5, 6, 7, 8].forEach(() => n > 0 && turn(n - 1));\nexport const onSubscribe = () => turn(40);';
    expect(run(endless, { timeLimitMs: 30 }).end).toEqual({ type: 'failed', reason: 'it took longer than 30 ms' });
  });

  it('sees nothing of this process, and leaves nothing to the next', () => {
    const names = ['process', 'require', 'fetch', 'setTimeout', 'Buffer', 'factory', 'driver', 'left'];
    const kinds = `[${names.map((name) => `typeof ${name}`).join(', ')}]`;
    const code = `export function onSubscribe() { globalThis.left = 1; return ${kinds}; }`;
    run(code);
    expect(run(code.replace('globalThis.left = 1;', '')).end).toEqual({
      type: 'returned',
      value: names.map(() => 'undefined'),
    });
    expect(run("export const onSubscribe = (ctx) => ctx.constructor.constructor('return 1')();").end).toEqual({
      type: 'failed',
      reason: expect.stringContaining('Code generation from strings disallowed'),
    });
  });
});
