import type { Section } from '../conformance-case.ts';
import { esm, handler } from './package-files.ts';

const JSON_FORMAT = { AWS_LAMBDA_LOG_FORMAT: 'JSON' };

const record = (level: string, rest: string): string =>
  `{"timestamp":"<time>","level":"${level}","requestId":"<request id>",${rest}}`;

export const LOGS: Section = {
  title: 'Logs',
  cases: [
    {
      title: 'console.log formats its arguments',
      ...handler(`async () => { console.log('a', 1, { b: 2 }); console.log('%s is %d', 'x', 5); console.log(); }`),
      expected: 'OK null',
      output: [
        '<time>\t<request id>\tINFO\ta 1 { b: 2 }',
        '<time>\t<request id>\tINFO\tx is 5',
        '<time>\t<request id>\tINFO\tundefined',
      ],
    },
    {
      title: 'the levels',
      ...handler(
        `async () => { for (const level of ['trace', 'debug', 'log', 'info', 'warn', 'error', 'fatal']) console[level](level); }`,
      ),
      expected: 'OK null',
      output: [
        '<time>\t<request id>\tTRACE\ttrace',
        '<time>\t<request id>\tDEBUG\tdebug',
        '<time>\t<request id>\tINFO\tlog',
        '<time>\t<request id>\tINFO\tinfo',
        '<time>\t<request id>\tWARN\twarn',
        '<time>\t<request id>\tERROR\terror',
        '<time>\t<request id>\tFATAL\tfatal',
      ],
    },
    {
      title: 'an Error is one record with its stack',
      ...handler(`async () => { console.error(new Error('e')); }`),
      expected: 'OK null',
      output: {
        callback: ['<time>\t<request id>\tERROR\tError: e\n    at Runtime.handler (file:///var/task/index.mjs:1:52)'],
        promise: [
          '<time>\t<request id>\tERROR\tError: e\n    at BufferedInvokeProcessor.handler (file:///var/task/index.mjs:1:52)',
        ],
      },
    },
    {
      title: 'newlines within a record',
      ...handler(`async () => { console.log('one\\ntwo'); }`),
      expected: 'OK null',
      output: ['<time>\t<request id>\tINFO\tone\ntwo'],
    },
    {
      title: 'console.dir, console.table, console.group and a write of its own',
      ...handler(`async () => {
  console.dir({ a: 1 }); console.table([{ a: 1 }]); console.group('g'); console.log('within'); console.groupEnd();
  console.assert(false, 'assertion'); console.count(); process.stdout.write('raw\\n');
}`),
      expected: 'OK null',
    },
    {
      title: 'a line before the first invocation',
      ...esm(`console.log('at init'); export const handler = async () => {};`),
      expected: 'OK null',
      output: { callback: ['<time>\tundefined\tINFO\tat init'], promise: ['<time>\t-\tINFO\tat init'] },
    },
    {
      title: 'AWS_LAMBDA_LOG_LEVEL in text format',
      ...handler(
        `async () => { for (const level of ['trace', 'debug', 'log', 'info', 'warn', 'error', 'fatal']) console[level](level); }`,
      ),
      env: { AWS_LAMBDA_LOG_LEVEL: 'warn' },
      expected: 'OK null',
      output: [
        '<time>\t<request id>\tWARN\twarn',
        '<time>\t<request id>\tERROR\terror',
        '<time>\t<request id>\tFATAL\tfatal',
      ],
    },
    {
      title: 'AWS_LAMBDA_LOG_LEVEL that is none',
      ...handler(`async () => { console.trace('trace'); }`),
      env: { AWS_LAMBDA_LOG_LEVEL: 'LOUD' },
      expected: 'OK null',
      output: ['<time>\t<request id>\tTRACE\ttrace'],
    },
    {
      title: 'JSON: a text, an object, several arguments',
      ...handler(
        `async () => { console.log('text'); console.log({ a: [1] }); console.warn('a', { b: 2 }, 3); console.log(); }`,
      ),
      env: JSON_FORMAT,
      expected: 'OK null',
      output: [
        record('INFO', '"message":"text"'),
        record('INFO', '"message":{"a":[1]}'),
        record('WARN', '"message":"a { b: 2 } 3"'),
        '{"timestamp":"<time>","level":"INFO","requestId":"<request id>"}',
      ],
    },
    {
      title: 'JSON: an Error alone',
      ...esm(`class MyErr extends Error { code = 'E1'; }
export const handler = async () => { console.error(new MyErr('e')); };`),
      env: JSON_FORMAT,
      expected: 'OK null',
      output: {
        callback: [
          record(
            'ERROR',
            '"message":{"errorType":"MyErr","errorMessage":"e","stackTrace":["Error: e","    at Runtime.handler (file:///var/task/index.mjs:2:52)"],"code":"E1"}',
          ),
        ],
        promise: [
          record(
            'ERROR',
            '"message":{"errorType":"MyErr","errorMessage":"e","stackTrace":["Error: e","    at BufferedInvokeProcessor.handler (file:///var/task/index.mjs:2:52)"],"code":"E1"}',
          ),
        ],
      },
    },
    {
      title: 'JSON: an Error among other arguments',
      ...handler(`async () => { console.error('failed:', new TypeError('e')); }`),
      env: JSON_FORMAT,
      expected: 'OK null',
    },
    {
      title: 'JSON: an Error within an object',
      ...handler(`async () => { console.error({ cause: new TypeError('e') }); }`),
      env: JSON_FORMAT,
      expected: 'OK null',
    },
    {
      title: 'JSON: what is no JSON',
      ...handler(
        'async () => { const a = {}; a.a = a; console.log(a); console.log(10n); console.log({ n: 10n }); console.log(undefined); console.log(() => 1); }',
      ),
      env: JSON_FORMAT,
      expected: 'OK null',
    },
    {
      title: 'JSON: newlines',
      ...handler(`async () => { console.log('one\\ntwo'); console.log({ text: 'one\\ntwo' }); }`),
      env: JSON_FORMAT,
      expected: 'OK null',
      output: [record('INFO', '"message":"one\\ntwo"'), record('INFO', '"message":{"text":"one\\ntwo"}')],
    },
    {
      title: 'JSON: the tenant id',
      ...handler(`async () => { console.log('text'); }`),
      env: JSON_FORMAT,
      invocations: [{ headers: { 'lambda-runtime-aws-tenant-id': 'tenant-1' } }],
      expected: 'OK null',
      output: {
        callback: [record('INFO', '"tenantId":"tenant-1","message":"text"')],
        promise: [record('INFO', '"message":"text"')],
      },
    },
    {
      title: 'JSON: a line before the first invocation',
      ...esm(`console.log('at init'); export const handler = async () => {};`),
      env: JSON_FORMAT,
      expected: 'OK null',
      output: {
        callback: ['{"timestamp":"<time>","level":"INFO","message":"at init"}'],
        promise: ['{"timestamp":"<time>","level":"INFO","requestId":"-","message":"at init"}'],
      },
    },
    {
      title: 'JSON: AWS_LAMBDA_LOG_LEVEL=WARN',
      ...handler(`async () => { console.log('info'); console.warn('warn'); console.fatal('fatal'); }`),
      env: { ...JSON_FORMAT, AWS_LAMBDA_LOG_LEVEL: 'WARN' },
      expected: 'OK null',
      output: [record('WARN', '"message":"warn"'), record('FATAL', '"message":"fatal"')],
    },
    {
      title: 'JSON: the error of an invocation',
      ...handler(`async () => { throw new TypeError('boom'); }`),
      env: { AWS_LAMBDA_LOG_FORMAT: 'json' },
      expected: 'ERR TypeError: boom',
    },
    {
      title: 'the error of an invocation that is no Error',
      ...handler(`async () => { throw 'str'; }`),
      expected: 'ERR string: str',
    },
    {
      title: 'JSON: the error of an invocation that is no Error',
      ...handler(`async () => { throw { a: 1 }; }`),
      env: JSON_FORMAT,
      expected: 'ERR object: [object Object]',
    },
    {
      title: 'an error that cannot be written as JSON',
      ...handler(`async () => { const error = new Error('loop'); error.self = error; throw error; }`),
      expected: 'ERR Error: loop',
    },
    {
      title: 'what the user put onto the console before is kept for the levels that are not patched',
      ...handler(
        `async () => { const log = console.log; console.log = (...values) => log('patched:', ...values); console.log('x'); console.info('y'); }`,
      ),
      expected: 'OK null',
      output: ['<time>\t<request id>\tINFO\tpatched: x', '<time>\t<request id>\tINFO\ty'],
    },
  ],
};
