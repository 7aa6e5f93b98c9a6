import type { Section } from '../conformance-case.ts';
import { cjs, esm } from './package-files.ts';

const initError = (line: string) => ({
  callback: `ERR ${line}; then exit status 129`,
  promise: `ERR ${line}; then exit status 1`,
});

const EXITED = 'ERR Runtime.ExitError: RequestId: <request id> Error: Runtime exited';

export const INITIALISATION: Section = {
  title: 'Initialisation',
  cases: [
    {
      title: 'a CommonJS dependency is missing',
      ...cjs(`require('./lib/missing'); exports.handler = async () => 1;`),
      expected: {
        callback: `ERR Runtime.ImportModuleError: Error: Cannot find module './lib/missing'\\nRequire stack:\\n- /var/task/index.js\\n- /var/runtime/index.mjs; then exit status 129`,
        promise: `ERR Runtime.ImportModuleError: Error: Cannot find module './lib/missing'\\nRequire stack:\\n- /var/task/index.js; then exit status 1`,
      },
    },
    {
      title: 'an ESM dependency is missing',
      ...esm(`import 'x'; export const handler = async () => 1;`),
      expected: initError(`Error: Cannot find package 'x' imported from /var/task/index.mjs`),
    },
    {
      title: 'an ESM file is missing',
      ...esm(`import './lib.mjs'; export const handler = async () => 1;`),
      expected: initError(`Error: Cannot find module '/var/task/lib.mjs' imported from /var/task/index.mjs`),
    },
    {
      title: 'a relative import without an extension in an ES module',
      files: {
        'index.js': `import { a } from './lib'; export const handler = async () => a;`,
        'lib.js': 'export const a = 1;',
        'package.json': '{"type":"module"}',
      },
      expected: initError(
        `Error: Cannot find module '/var/task/lib' imported from /var/task/index.js\\nDid you mean to import "./lib.js"?`,
      ),
    },
    {
      title: 'an import of a name that is not exported',
      files: {
        'index.mjs': `import { nope } from './lib.mjs'; export const handler = async () => nope;`,
        'lib.mjs': 'export const a = 1;',
      },
      expected: initError(
        `Runtime.UserCodeSyntaxError: SyntaxError: The requested module './lib.mjs' does not provide an export named 'nope'`,
      ),
    },
    {
      title: 'a syntax error in an ES module',
      ...esm('export const handler = async () => {'),
      expected: initError('Runtime.UserCodeSyntaxError: SyntaxError: Unexpected end of input'),
    },
    {
      title: 'a syntax error in CommonJS',
      ...cjs('exports.handler = async () => { const = 1; };'),
      expected: initError(`Runtime.UserCodeSyntaxError: SyntaxError: Unexpected token '='`),
    },
    {
      title: 'a syntax error in a dependency',
      files: { 'index.js': `require('./lib'); exports.handler = async () => 1;`, 'lib.js': 'let 1;' },
      expected: initError('Runtime.UserCodeSyntaxError: SyntaxError: Unexpected number'),
    },
    {
      title: 'export in a .js file of a package without a type',
      ...cjs('export const handler = async () => 1;'),
      expected: {
        callback: `ERR Runtime.UserCodeSyntaxError: SyntaxError: Unexpected token 'export'; then exit status 129`,
        promise: 'OK 1',
      },
    },
    {
      title: 'require of an ES module',
      files: { 'index.js': `require('./lib.mjs'); exports.handler = async () => 1;`, 'lib.mjs': 'export const a = 1;' },
      expected: initError(
        'Error: require() of ES Module /var/task/lib.mjs from /var/task/index.js not supported.\\nInstead change the require of /var/task/lib.mjs to a dynamic import() which is available in all CommonJS modules.',
      ),
    },
    {
      title: 'a dynamic import in CommonJS',
      files: {
        'index.js': `exports.handler = async () => (await import('./lib.mjs')).a;`,
        'lib.mjs': 'export const a = 1;',
      },
      expected: 'OK 1',
    },
    {
      title: 'a throw at the top level; every invocation initialises anew',
      ...esm(`throw new RangeError('top');`),
      invocations: [{}, {}],
      expected: {
        callback: ['ERR RangeError: top; then exit status 129', 'ERR RangeError: top; then exit status 129'],
        promise: ['ERR RangeError: top; then exit status 1', 'ERR RangeError: top; then exit status 1'],
      },
      trace: ['RangeError: top', '    at file:///var/task/index.mjs:1:7'],
      headers: { 'lambda-runtime-function-error-type': 'RangeError' },
    },
    {
      title: 'a throw at the top level of CommonJS',
      ...cjs(`throw new RangeError('top');`),
      expected: initError('RangeError: top'),
      trace: ['RangeError: top', '    at Object.<anonymous> (/var/task/index.js:1:7)'],
    },
    {
      title: 'a string thrown at the top level',
      ...esm(`throw 'str';`),
      expected: initError('string: str'),
      trace: [],
    },
    {
      title: 'a top-level await that resolves',
      ...esm(`const word = await Promise.resolve('awaited'); export const handler = async () => word;`),
      expected: 'OK "awaited"',
    },
    {
      title: 'a top-level await that rejects',
      ...esm(`await Promise.reject(new RangeError('awaited'));`),
      expected: initError('RangeError: awaited'),
    },
    {
      title: 'a top-level await that never settles',
      ...esm('await new Promise(() => {}); export const handler = async () => 1;'),
      expected: {
        callback: `${EXITED} with error: exit status 13`,
        promise: `${EXITED} without providing a reason`,
      },
    },
    {
      title: 'a rejection nobody handles, at initialisation',
      ...esm(
        `void Promise.reject(new Error('float')); await new Promise((r) => setTimeout(r, 50)); export const handler = async () => 1;`,
      ),
      expected: {
        callback: 'ERR Runtime.UnhandledPromiseRejection: Error: float; then exit status 128',
        promise: `${EXITED} with error: exit status 1`,
      },
    },
    {
      title: 'process.exit(7) at initialisation',
      ...esm('process.exit(7);'),
      expected: `${EXITED} with error: exit status 7`,
    },
    {
      title: 'a failed initialisation in the log',
      ...esm(`throw new RangeError('top');`),
      expected: initError('RangeError: top'),
      output: {
        callback: [
          '<time>\tundefined\tERROR\tUncaught Exception \t{"errorType":"RangeError","errorMessage":"top","stack":["RangeError: top","    at file:///var/task/index.mjs:1:7"]}',
        ],
        promise: [
          '<time>\t-\tERROR\tInit Error \t{"errorType":"RangeError","errorMessage":"top","stack":["RangeError: top","    at file:///var/task/index.mjs:1:7"]}',
        ],
      },
    },
    {
      title: 'a mark for streaming that is none',
      ...esm(
        `export const handler = async () => 1; handler[Symbol.for('aws.lambda.runtime.handler.streaming')] = 'request';`,
      ),
      expected: {
        callback: 'ERR ReferenceError: MalformedStreamingHandler is not defined; then exit status 129',
        promise: 'ERR Runtime.MalformedStreamingHandler: Only response streaming is supported.; then exit status 1',
      },
    },
  ],
};
