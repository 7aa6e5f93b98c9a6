import { describe, expect, it } from 'vitest';
import { type ReadOutcome, runNode } from '../../fixtures/run-function.ts';

type Case = readonly [name: string, handler: string, expected: object];

const response = (json: unknown): object => ({ type: 'response', json });
const error = (errorType: unknown, errorMessage: unknown, more: object = {}): object => ({
  type: 'error',
  origin: 'handler',
  json: expect.objectContaining({ errorType, errorMessage, ...more }),
});

const UNREADABLE = expect.stringMatching(/^callback called with Error argument/);

const BOTH: readonly Case[] = [
  ['undefined', 'async () => undefined', response(null)],
  ['null', 'async () => null', response(null)],
  ['a string', 'async () => "hi"', response('hi')],
  ['NaN', 'async () => NaN', response(null)],
  ['a Buffer', 'async () => Buffer.from("hi")', response({ type: 'Buffer', data: [104, 105] })],
  [
    'what JSON has no types for',
    'async () => ({ d: new Date(0), m: new Map(), s: new Set(), u: undefined, n: NaN })',
    response({ d: '1970-01-01T00:00:00.000Z', m: {}, s: {}, n: null }),
  ],
  ['a function', 'async () => () => 1', error('TypeError', 'Wrong arguments')],
  ['a symbol', 'async () => Symbol("x")', error('TypeError', 'Wrong arguments')],
  ['an error thrown', 'async () => { throw new Error("boom"); }', error('Error', 'boom')],
  ['an error thrown at once', '() => { throw new Error("boom"); }', error('Error', 'boom')],
  [
    'an error with a name and more',
    'async () => { throw Object.assign(new Error("m"), { name: "MyErr", code: "E1", extra: 1 }); }',
    { type: 'error', origin: 'handler', json: { errorType: 'MyErr', errorMessage: 'm', trace: expect.anything() } },
  ],
  ['a subclass without a name', 'async () => { throw new (class X extends Error {})("m"); }', error('Error', 'm')],
  ['a string thrown', 'async () => { throw "str"; }', error('string', 'str', { trace: [] })],
  ['a number thrown', 'async () => { throw 42; }', error('number', '42', { trace: [] })],
  ['an object thrown', 'async () => { throw {}; }', error('object', '[object Object]', { trace: [] })],
  ['a DEL in the message', 'async () => { throw new Error("a\\x7fb"); }', error('Error', 'a%7Fb')],
  ['an AggregateError', 'async () => { throw new AggregateError([], "agg"); }', error('AggregateError', 'agg')],
];

const UP_TO_22: readonly Case[] = [
  ['a value without a promise', '() => ({ a: 1 })', response(null)],
  ['a BigInt', 'async () => 1n', error('Error', 'Unable to stringify response body')],
  ['a cycle', 'async () => { const a = {}; a.a = a; return a; }', error('Error', 'Unable to stringify response body')],
  ['undefined thrown', 'async () => { throw undefined; }', error('string', 'handled')],
  [
    'an object that looks like an error',
    'async () => { throw { name: "N", message: "m", stack: "s1\\ns2" }; }',
    error('N', 'm', { trace: ['s1', 's2'] }),
  ],
  [
    'an error without a stack',
    'async () => { const e = new Error("x"); e.stack = undefined; throw e; }',
    { type: 'error', origin: 'handler', json: { errorType: 'handled', errorMessage: UNREADABLE } },
  ],
  [
    'an error of another realm',
    'async () => { throw (await import("node:vm")).runInNewContext("new TypeError(\\"realm\\")"); }',
    error('TypeError', 'realm'),
  ],
  [
    'a thenable that is no promise',
    '() => ({ then: () => undefined })',
    error('TypeError', "Cannot read properties of undefined (reading 'catch')"),
  ],
];

const FROM_24: readonly Case[] = [
  ['a value without a promise', '() => ({ a: 1 })', response({ a: 1 })],
  ['a BigInt', 'async () => 1n', error('Runtime.JSONStringifyError', 'Unable to stringify response body')],
  ['undefined thrown', 'async () => { throw undefined; }', error('undefined', 'undefined')],
  ['null thrown', 'async () => { throw null; }', error('object', 'null')],
  [
    'an object that looks like an error',
    'async () => { throw { name: "N", message: "m", stack: "s" }; }',
    error('object', '[object Object]', { trace: [] }),
  ],
  [
    'an error without a stack',
    'async () => { const e = new Error("x"); e.stack = undefined; throw e; }',
    error('Error', 'x', { trace: [] }),
  ],
  [
    'an error whose message is no text',
    'async () => { throw Object.assign(new Error(), { message: 5 }); }',
    error('handled', UNREADABLE, { trace: [] }),
  ],
  ['a thenable', '() => ({ then: (resolve) => resolve("yes") })', response('yes')],
];

/** All cases in one process, which also shows that each leaves the process fit for the next. */
async function runCases(cases: readonly Case[], runtime: string): Promise<readonly ReadOutcome[]> {
  const table = cases.map(([, handler]) => `(${handler})`).join(',\n');
  const source = `const cases = [${table}];
export const handler = function (index, context) { return cases[index](index, context); };`;
  const { outcomes, pids } = await runNode(source, { runtime, events: cases.map((_case, index) => index) });
  expect(pids).toHaveLength(1);
  return outcomes;
}

describe.each([
  ['nodejs22.x', [...BOTH, ...UP_TO_22]],
  ['nodejs24.x', [...BOTH, ...FROM_24]],
])('on %s', (runtime, cases) => {
  it(`answers ${cases.length} kinds of results and errors as Lambda does`, async () => {
    const outcomes = await runCases(cases, runtime);
    expect(Object.fromEntries(outcomes.map((outcome, index) => [cases[index]?.[0], outcome]))).toEqual(
      Object.fromEntries(cases.map(([name, , expected]) => [name, expected])),
    );
  });

  it('begins the trace with the error and goes on with the file of the handler', async () => {
    const { outcomes } = await runNode('export const handler = async () => {\n  throw new Error("boom"); };', {
      runtime,
    });
    expect(outcomes[0]?.json.trace[0]).toBe('Error: boom');
    expect(outcomes[0]?.json.trace[1]).toMatch(/index\.mjs:2:/);
  });

  it('keeps every kind of event what it is', async () => {
    const events = ['hi', null, [1], 1, { a: 'emoji 🙂 \u0000' }];
    const { outcomes } = await runNode('export const handler = async (event) => event;', { runtime, events });
    expect(outcomes.map(({ json }) => json)).toEqual(events);
  });

  it('writes a lone surrogate as its escape', async () => {
    const { outcomes } = await runNode(
      'export const handler = async () => "\\ud800".length + JSON.stringify("\\ud800");',
      {
        runtime,
      },
    );
    expect(outcomes[0]?.json).toBe('1"\\ud800"');
  });

  it('logs a result that is too large and carries on', async () => {
    const { outcomes, lines, pids } = await runNode("export const handler = async (n) => 'x'.repeat(n);", {
      runtime,
      events: [7_000_000, 1],
    });
    expect(outcomes).toMatchObject([{ json: { errorType: 'Function.ResponseSizeTooLarge' } }, { json: 'x' }]);
    expect(pids).toHaveLength(1);
    const printed = lines.filter(({ stream }) => stream === 'stdout').map(({ text }) => text);
    expect(printed.join('\n')).toMatch(
      /^\[ERROR\] \[\d+\] LAMBDA_RUNTIME Failed to post handler success response\. Http response code: 413\./m,
    );
  });

  it('calls the handler with an object as this', async () => {
    const { outcomes } = await runNode('export async function handler() { return typeof this; }', { runtime });
    expect(outcomes[0]?.json).toBe('object');
  });
});
