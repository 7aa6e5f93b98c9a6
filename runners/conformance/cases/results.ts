import type { Section } from '../conformance-case.ts';
import { handler } from './package-files.ts';

const WRONG_ARGUMENTS = 'ERR TypeError: Wrong arguments';
const UNSERIALIZABLE = {
  callback: 'ERR Error: Unable to stringify response body',
  promise: 'ERR Runtime.JSONStringifyError: Unable to stringify response body',
} as const;

const LARGEST_EVENT_BYTES = 6_291_456;
const LARGEST_RESPONSE_BYTES = 6_291_556;

export const RESULTS: Section = {
  title: 'Results',
  cases: [
    { title: 'async returns nothing', ...handler('async () => {}'), expected: 'OK null' },
    { title: 'async returns null', ...handler('async () => null'), expected: 'OK null' },
    { title: 'async returns a string', ...handler('async () => "hi"'), expected: 'OK "hi"' },
    { title: 'async returns an empty string', ...handler('async () => ""'), expected: 'OK ""' },
    { title: 'async returns false', ...handler('async () => false'), expected: 'OK false' },
    { title: 'async returns an object', ...handler('async () => ({ b: 1, a: [2] })'), expected: 'OK {"b":1,"a":[2]}' },
    { title: 'async returns NaN', ...handler('async () => NaN'), expected: 'OK null' },
    { title: 'async returns Infinity', ...handler('async () => -Infinity'), expected: 'OK null' },
    {
      title: 'a plain function returns a value',
      ...handler('() => ({ a: 1 })'),
      expected: { callback: 'OK null', promise: 'OK {"a":1}' },
    },
    {
      title: 'a plain function returns a promise',
      ...handler('() => Promise.resolve({ a: 1 })'),
      expected: 'OK {"a":1}',
    },
    {
      title: 'async returns a Buffer',
      ...handler(`async () => Buffer.from('hi')`),
      expected: 'OK {"type":"Buffer","data":[104,105]}',
    },
    {
      title: 'async returns a Uint8Array',
      ...handler('async () => new Uint8Array([1, 2])'),
      expected: 'OK {"0":1,"1":2}',
    },
    {
      title: 'async returns dates, maps, sets, undefined and NaN within an object',
      ...handler('async () => ({ d: new Date(0), m: new Map([[1, 2]]), s: new Set([1]), u: undefined, n: NaN })'),
      expected: 'OK {"d":"1970-01-01T00:00:00.000Z","m":{},"s":{},"n":null}',
    },
    { title: 'async returns a Date', ...handler('async () => new Date(0)'), expected: 'OK "1970-01-01T00:00:00.000Z"' },
    { title: 'async returns an Error', ...handler(`async () => new Error('x')`), expected: 'OK {}' },
    {
      title: 'async returns an object with toJSON',
      ...handler('async () => ({ toJSON: () => ({ from: "toJSON" }) })'),
      expected: 'OK {"from":"toJSON"}',
    },
    { title: 'async returns a BigInt', ...handler('async () => 1n'), expected: UNSERIALIZABLE },
    {
      title: 'async returns a circular object',
      ...handler('async () => { const a = {}; a.a = a; return a; }'),
      expected: UNSERIALIZABLE,
    },
    {
      title: 'async returns an object whose toJSON throws',
      ...handler(`async () => ({ toJSON() { throw new Error('no'); } })`),
      expected: UNSERIALIZABLE,
    },
    { title: 'async returns a function', ...handler('async () => () => 1'), expected: WRONG_ARGUMENTS },
    { title: 'async returns a symbol', ...handler(`async () => Symbol('s')`), expected: WRONG_ARGUMENTS },
    {
      title: 'a plain function returns a thenable that is no promise and settles at once',
      ...handler('() => ({ then(resolve) { resolve(7); } })'),
      expected: 'OK 7',
    },
    {
      title: 'a plain function returns a thenable that is no promise and settles later',
      ...handler('() => ({ then(resolve) { setTimeout(resolve, 5, 7); } })'),
      expected: { callback: `ERR TypeError: Cannot read properties of undefined (reading 'catch')`, promise: 'OK 7' },
    },
    {
      title: 'async returns a thenable',
      ...handler('async () => ({ then(resolve) { resolve(7); } })'),
      expected: 'OK 7',
    },
    {
      title: 'an echo keeps escapes, surrogates and the types of values',
      ...handler('async (event) => event'),
      invocations: [
        { event: '{"a":"hello-emoji-\\u0000-\\ud800"}' },
        { event: '"hi"' },
        { event: 'null' },
        { event: '[1]' },
        { event: '1' },
        { event: '{"emoji":"😀","line":"\\u2028"}' },
      ],
      expected: [
        'OK {"a":"hello-emoji-\\u0000-\\ud800"}',
        'OK "hi"',
        'OK null',
        'OK [1]',
        'OK 1',
        'OK {"emoji":"😀","line":"\u2028"}',
      ],
    },
    {
      title: 'an echo goes through JSON: numbers, duplicate keys and the order of integer keys',
      ...handler('async (event) => event'),
      invocations: [{ event: '{"b":1.0,"a":12345678901234567890,"2":1e21,"1":1,"a":-0}' }],
      expected: 'OK {"1":1,"2":1e+21,"b":1,"a":0}',
    },
    {
      title: 'a response of the largest size',
      ...handler(`async () => 'x'.repeat(${LARGEST_RESPONSE_BYTES - 2})`),
      expected: `OK "xxxxxxxxxxxxxxx...xxxxxxxxxxxxxxx" (${LARGEST_RESPONSE_BYTES} bytes)`,
    },
    {
      title: 'a response one byte above the largest size; the process lives on',
      ...handler(`async ({ size }) => 'x'.repeat(size)`),
      invocations: [{ event: `{"size":${LARGEST_RESPONSE_BYTES - 1}}` }, { event: '{"size":1}' }],
      expected: [
        `ERR Function.ResponseSizeTooLarge: Response payload size exceeded maximum allowed payload size (${LARGEST_RESPONSE_BYTES} bytes).`,
        'OK "x"',
      ],
    },
    {
      title: 'a generator function',
      ...handler('function* () { yield 1; }'),
      expected: { callback: 'OK null', promise: 'OK {}' },
    },
    {
      title: 'an event of the largest size',
      ...handler('async (event) => event.length'),
      invocations: [{ event: JSON.stringify('x'.repeat(LARGEST_EVENT_BYTES - 2)) }],
      expected: `OK ${LARGEST_EVENT_BYTES - 2}`,
    },
    {
      title: 'two invocations in one process',
      files: { 'index.mjs': 'let count = 0; export const handler = async () => (count += 1);' },
      invocations: [{}, {}],
      expected: ['OK 1', 'OK 2'],
    },
  ],
};
