import type { Section } from '../conformance-case.ts';
import { cjs, esm, handler } from './package-files.ts';

/** Lambda's text for an error that cannot be read. */
const UNREADABLE =
  'ERR handled: callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack';

export const ERRORS: Section = {
  title: 'Errors',
  cases: [
    {
      title: 'async throws an Error',
      ...handler(`async () => { throw new Error('boom'); }`),
      expected: 'ERR Error: boom',
      trace: {
        callback: ['Error: boom', '    at Runtime.handler (file:///var/task/index.mjs:1:44)'],
        promise: ['Error: boom', '    at BufferedInvokeProcessor.handler (file:///var/task/index.mjs:1:44)'],
      },
    },
    {
      title: 'a plain function throws an Error',
      ...cjs(`exports.handler = () => { throw new Error('boom'); };`),
      expected: 'ERR Error: boom',
      trace: ['Error: boom', '    at exports.handler (/var/task/index.js:1:33)'],
    },
    {
      title: 'an error from a function deeper in the package names both places',
      files: {
        'index.mjs': `import { fail } from './lib/fail.mjs';\nexport const handler = async () => fail();`,
        'lib/fail.mjs': `export function fail() {\n  throw new RangeError('deep');\n}`,
      },
      expected: 'ERR RangeError: deep',
      trace: {
        callback: [
          'RangeError: deep',
          '    at fail (file:///var/task/lib/fail.mjs:2:9)',
          '    at Runtime.handler (file:///var/task/index.mjs:2:36)',
        ],
        promise: [
          'RangeError: deep',
          '    at fail (file:///var/task/lib/fail.mjs:2:9)',
          '    at BufferedInvokeProcessor.handler (file:///var/task/index.mjs:2:36)',
        ],
      },
    },
    {
      title: 'a custom error: its name counts, further properties are for the log alone',
      ...esm(`class MyErr extends Error { name = 'MyErr'; code = 'E1'; extra = { a: 1 }; }
export const handler = async () => { throw new MyErr('bad'); };`),
      expected: 'ERR MyErr: bad',
      output: {
        callback: [
          '<time>\t<request id>\tERROR\tInvoke Error \t{"errorType":"MyErr","errorMessage":"bad","code":"E1","name":"MyErr","extra":{"a":1},"stack":["MyErr: bad","    at Runtime.handler (file:///var/task/index.mjs:2:44)"]}',
        ],
        promise: [
          '<time>\t<request id>\tERROR\tInvoke Error \t{"errorType":"MyErr","errorMessage":"bad","code":"E1","name":"MyErr","extra":{"a":1},"stack":["MyErr: bad","    at BufferedInvokeProcessor.handler (file:///var/task/index.mjs:2:44)"]}',
        ],
      },
    },
    {
      title: 'a subclass that sets no name is an Error',
      ...esm(`class MyErr extends Error {}
export const handler = async () => { throw new MyErr('bad'); };`),
      expected: 'ERR Error: bad',
    },
    {
      title: 'the cause of an error is for the log alone',
      ...handler(`async () => { throw new Error('outer', { cause: new Error('inner') }); }`),
      expected: 'ERR Error: outer',
    },
    {
      title: 'an anonymous function goes by the name that the runtime calls it by',
      ...esm(`const wrap = (fn) => fn;
export const handler = wrap(async () => { throw new Error('boom'); });`),
      expected: 'ERR Error: boom',
      trace: {
        callback: ['Error: boom', '    at Runtime.handler (file:///var/task/index.mjs:2:49)'],
        promise: ['Error: boom', '    at BufferedInvokeProcessor.handler (file:///var/task/index.mjs:2:49)'],
      },
    },
    { title: 'throws a string', ...handler(`async () => { throw 'str'; }`), expected: 'ERR string: str', trace: [] },
    { title: 'throws a number', ...handler('async () => { throw 42; }'), expected: 'ERR number: 42', trace: [] },
    {
      title: 'throws a boolean',
      ...handler('async () => { throw false; }'),
      expected: 'ERR boolean: false',
      trace: [],
    },
    {
      title: 'throws an empty object',
      ...handler('async () => { throw {}; }'),
      expected: 'ERR object: [object Object]',
      trace: [],
    },
    {
      title: 'throws undefined',
      ...handler('async () => { throw undefined; }'),
      expected: { callback: 'ERR string: handled', promise: 'ERR undefined: undefined' },
      trace: [],
    },
    {
      title: 'throws null',
      ...handler('async () => { throw null; }'),
      expected: { callback: 'ERR string: handled', promise: 'ERR object: null' },
      trace: [],
    },
    {
      title: 'throws a plain object that looks like an error',
      ...handler(`async () => { throw { name: 'N', message: 'm', stack: 's1\\ns2' }; }`),
      expected: { callback: 'ERR N: m', promise: 'ERR object: [object Object]' },
      trace: { callback: ['s1', 's2'], promise: [] },
    },
    {
      title: 'throws an object without a prototype',
      ...handler('async () => { throw Object.create(null); }'),
      expected: {
        callback: 'ERR TypeError: Cannot convert object to primitive value',
        promise: 'ERR Runtime.ExitError: RequestId: <request id> Error: Runtime exited with error: exit status 1',
      },
    },
    {
      title: 'throws an Error of another realm',
      ...esm(`import { runInNewContext } from 'node:vm';
export const handler = async () => { throw runInNewContext("new TypeError('realm')"); };`),
      expected: { callback: 'ERR TypeError: realm', promise: 'ERR object: TypeError: realm' },
    },
    {
      title: 'throws an Error without a stack',
      ...handler(`async () => { const error = new Error('x'); error.stack = undefined; throw error; }`),
      expected: { callback: UNREADABLE, promise: 'ERR Error: x' },
    },
    {
      title: 'throws an Error whose message is no text',
      ...handler(`async () => { const error = new Error('x'); error.message = 5; throw error; }`),
      expected: UNREADABLE,
    },
    {
      title: 'throws an Error without a name',
      ...handler(`async () => { const error = new Error('x'); error.name = undefined; throw error; }`),
      expected: 'ERR (no type): x',
    },
    {
      title: 'throws an Error with an empty message',
      ...handler('async () => { throw new Error(); }'),
      expected: 'ERR Error: ',
    },
    {
      title: 'the control character DEL in a message',
      ...handler(`async () => { throw new Error('a\\x7fb'); }`),
      expected: 'ERR Error: a%7Fb',
      trace: {
        callback: ['Error: a%7Fb', '    at Runtime.handler (file:///var/task/index.mjs:1:44)'],
        promise: ['Error: a%7Fb', '    at BufferedInvokeProcessor.handler (file:///var/task/index.mjs:1:44)'],
      },
    },
    {
      title: 'the control character DEL in a name',
      ...handler(`async () => { const error = new Error('x'); error.name = 'a\\x7fb'; throw error; }`),
      expected: 'ERR a%7Fb: x',
    },
    {
      title: 'a name that no HTTP header can carry as it is',
      ...handler(`async () => { const error = new Error('x'); error.name = 'Größe'; throw error; }`),
      expected: 'ERR Größe: x',
    },
    {
      title: 'throws an AggregateError',
      ...handler(`async () => { throw new AggregateError([new Error('a')], 'agg'); }`),
      expected: 'ERR AggregateError: agg',
    },
    {
      title: 'a message of several lines',
      ...handler(`async () => { throw new Error('one\\ntwo'); }`),
      expected: 'ERR Error: one\\ntwo',
    },
    {
      title: 'an error, then a success in the same process',
      ...esm(`let count = 0;
export const handler = async ({ fail }) => { count += 1; if (fail) throw new Error('boom'); return count; };`),
      invocations: [{ event: '{"fail":true}' }, {}],
      expected: ['ERR Error: boom', 'OK 2'],
    },
    {
      title: 'a JSON syntax error of the handler itself',
      ...handler(`async () => JSON.parse('nope')`),
      expected: `ERR SyntaxError: Unexpected token 'o', "nope" is not valid JSON`,
    },
    {
      title: 'the error in a header, for X-Ray',
      ...cjs(`exports.handler = async () => { throw new TypeError('boom'); };`),
      expected: 'ERR TypeError: boom',
      headers: {
        callback: {
          'content-type': 'application/json',
          'lambda-runtime-function-xray-error-cause':
            '{"working_directory":"/var/task","exceptions":[{"type":"TypeError","message":"boom","stack":[{"path":"/var/task/index.js","line":1,"label":"exports.handler"}]}],"paths":["/var/task/index.js"]}',
        },
        promise: {
          'content-type': 'application/json',
          'lambda-runtime-function-xray-error-cause':
            '{"working_directory":"/var/task","exceptions":[{"type":"TypeError","message":"boom","stack":[{"path":"/var/task/index.js","line":1,"label":"exports.handler"}]}],"paths":["/var/task/index.js"]}',
        },
      },
    },
  ],
};
