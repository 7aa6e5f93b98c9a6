import type { ConformanceCase, Section } from '../conformance-case.ts';
import { cjs, esm } from './package-files.ts';

const REFUSED =
  'ERR Runtime.CallbackHandlerDeprecated: ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.; then exit status 1';

interface CallbackCase extends Pick<ConformanceCase, 'title' | 'invocations'> {
  readonly source: string;
  /** Of the callback generation; the other one refuses the handler each time. */
  readonly lines: readonly string[];
}

function callbackCase({ title, source, lines, invocations }: CallbackCase): ConformanceCase {
  return {
    title,
    ...cjs(source),
    // The line about it at the start is a case of its own.
    env: { AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING: '1' },
    ...(invocations === undefined ? {} : { invocations }),
    expected: { callback: lines, promise: lines.map(() => REFUSED) },
  };
}

const CALLBACK_CASES: readonly CallbackCase[] = [
  {
    title: 'callback(null, value)',
    source: 'exports.handler = (e, c, cb) => cb(null, { a: 1 });',
    lines: ['OK {"a":1}'],
  },
  { title: 'callback()', source: 'exports.handler = (e, c, cb) => cb();', lines: ['OK null'] },
  { title: 'callback(error)', source: `exports.handler = (e, c, cb) => cb(new Error('x'));`, lines: ['ERR Error: x'] },
  { title: 'callback(string)', source: `exports.handler = (e, c, cb) => cb('bad');`, lines: ['ERR string: bad'] },
  { title: 'callback(false)', source: 'exports.handler = (e, c, cb) => cb(false);', lines: ['ERR boolean: false'] },
  {
    title: 'callback from a timer',
    source: `exports.handler = (e, c, cb) => { setTimeout(() => cb(null, 'late'), 5); };`,
    lines: ['OK "late"'],
  },
  {
    title: 'an answer waits for the empty event loop',
    source: `exports.handler = (e, c, cb) => { cb(null, 1); setTimeout(() => console.log('after the callback'), 30); };`,
    lines: ['OK 1'],
  },
  {
    title: 'callbackWaitsForEmptyEventLoop = false answers at once',
    source: `let ticks = 0;
exports.handler = (e, c, cb) => {
  c.callbackWaitsForEmptyEventLoop = false;
  setInterval(() => { ticks += 1; }, 600000);
  cb(null, ticks);
};`,
    lines: ['OK 0'],
  },
  {
    title: 'a callback that is never called, and an empty event loop',
    source: 'exports.handler = (e, c, cb) => {};',
    lines: ['OK null'],
  },
  {
    title: 'the first of two callbacks counts',
    source: 'exports.handler = (e, c, cb) => { cb(null, 1); cb(null, 2); };',
    lines: ['OK 1'],
  },
  {
    title: 'a callback with an error after one with a value is ignored',
    source: `exports.handler = (e, c, cb) => { cb(null, 1); cb(new Error('late')); };`,
    lines: ['OK 1'],
  },
  {
    title: 'a throw after the callback is ignored',
    source: `exports.handler = (e, c, cb) => { cb(null, 1); throw new Error('after'); };`,
    lines: ['OK 1'],
  },
  {
    title: 'a throw instead of a callback',
    source: `exports.handler = (e, c, cb) => { throw new Error('thrown'); };`,
    lines: ['ERR Error: thrown'],
  },
  {
    title: 'a value that no callback passes on as JSON',
    source: 'exports.handler = (e, c, cb) => { c.callbackWaitsForEmptyEventLoop = false; cb(null, 1n); };',
    lines: ['ERR Error: Unable to stringify response body'],
  },
  {
    title: 'a throw in a timer of a callback handler',
    source: `exports.handler = (e, c, cb) => { setTimeout(() => { throw new TypeError('timer'); }, 5); };`,
    lines: ['ERR TypeError: timer; then exit status 129'],
  },
  {
    title: 'async with three parameters that returns',
    source: `exports.handler = async (e, c, cb) => 'returned';`,
    lines: ['OK "returned"'],
  },
  {
    title: 'async with three parameters that calls back first',
    source: `exports.handler = async (e, c, cb) => { c.callbackWaitsForEmptyEventLoop = false; cb(null, 'called'); return 'returned'; };`,
    lines: ['OK "called"'],
  },
  {
    title: 'two invocations of a callback handler in one process',
    source: 'let count = 0; exports.handler = (e, c, cb) => cb(null, (count += 1));',
    invocations: [{}, {}],
    lines: ['OK 1', 'OK 2'],
  },
];

const CONTEXT_CASES: readonly ConformanceCase[] = [
  {
    title: 'context.succeed(value)',
    ...esm('export const handler = (e, c) => { c.succeed({ s: 1 }); };'),
    expected: { callback: 'OK {"s":1}', promise: 'ERR TypeError: c.succeed is not a function' },
  },
  {
    title: 'context.fail(error)',
    ...esm(`export const handler = (e, c) => { c.fail(new Error('f')); };`),
    expected: { callback: 'ERR Error: f', promise: 'ERR TypeError: c.fail is not a function' },
  },
  {
    title: 'context.fail()',
    ...esm('export const handler = (e, c) => { c.fail(); };'),
    expected: { callback: 'ERR string: handled', promise: 'ERR TypeError: c.fail is not a function' },
  },
  {
    title: 'context.done(null, value)',
    ...esm('export const handler = (e, c) => { c.done(null, 1); };'),
    expected: { callback: 'OK 1', promise: 'ERR TypeError: c.done is not a function' },
  },
  {
    title: 'context.done(error)',
    ...esm(`export const handler = (e, c) => { c.done('bad'); };`),
    expected: { callback: 'ERR string: bad', promise: 'ERR TypeError: c.done is not a function' },
  },
  {
    title: 'context.succeed answers at once, whatever is left in the event loop',
    ...esm('export const handler = (e, c) => { setInterval(() => {}, 600000); c.succeed(1); };'),
    expected: { callback: 'OK 1', promise: 'ERR TypeError: c.succeed is not a function' },
  },
  {
    title: 'context.succeed with what is no JSON',
    ...esm('export const handler = (e, c) => { c.succeed(1n); };'),
    expected: {
      callback: 'ERR Error: Unable to stringify response body',
      promise: 'ERR TypeError: c.succeed is not a function',
    },
  },
  {
    title: 'rest parameters see the callback',
    ...esm('export const handler = async (...all) => all.length;'),
    expected: { callback: 'OK 3', promise: 'OK 2' },
  },
  {
    title: 'a callback handler is told of its end by one line at the start',
    ...cjs('exports.handler = (e, c, cb) => cb(null, 1);'),
    expected: { callback: 'OK 1', promise: REFUSED },
    output: {
      callback: [
        '<time>\tundefined\tWARN\tAWS Lambda plans to remove support for callback-based function handlers starting with Node.js 24. You will need to update this function to use an async handler to use Node.js 24 or later. For more information and to provide feedback on this change, see https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/issues/137. To disable this warning, set the AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING environment variable.',
      ],
      promise: [
        `<time>\t-\tERROR\tInit Error \t{"errorType":"Runtime.CallbackHandlerDeprecated","errorMessage":${JSON.stringify(REFUSED.slice(39, -20))},"name":"Runtime.CallbackHandlerDeprecated","stack":[${JSON.stringify(REFUSED.slice(4, -20))}]}`,
      ],
    },
  },
  {
    title: 'AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING silences that line',
    ...cjs('exports.handler = (e, c, cb) => cb(null, 1);'),
    env: { AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING: '' },
    expected: { callback: 'OK 1', promise: REFUSED },
  },
];

export const CALLBACKS: Section = {
  title: 'Callbacks',
  cases: [...CALLBACK_CASES.map(callbackCase), ...CONTEXT_CASES],
};
