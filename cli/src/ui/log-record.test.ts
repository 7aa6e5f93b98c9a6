import { describe, expect, it } from 'vitest';
import { readableRecord } from './log-record.ts';

const time = '2026-01-01T00:00:00.000Z';
const requestId = '8f3c2a10-aaaa';
const error = (over: object = {}) =>
  JSON.stringify({
    errorType: 'TypeError',
    errorMessage: 'no greeting',
    ...over,
    stack: [
      'TypeError: no greeting',
      '    at Runtime.handler (/shop/lambda/hello.ts:4:25)',
      '    at Runtime.run (/shop/node_modules/@live-lambda/runner/dist/node/client/callback-generation.js:144:17)',
      '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
    ],
  });
const shown = (text: string, verbose = false) => readableRecord(text, { requestId, verbose });

describe('a record of a log', () => {
  it('is its level and its text', () => {
    expect(shown(`${time}\t${requestId}\tINFO\tsaying\thello`)).toBe('INFO saying\thello');
  });

  it('is the stack of an error that the runtime has logged, as far as it is code of the developer', () => {
    expect(shown(`${time}\t${requestId}\tERROR\tInvoke Error \t${error()}`)).toBe(
      'ERROR Invoke Error\nTypeError: no greeting\n    at Runtime.handler (/shop/lambda/hello.ts:4:25)',
    );
  });

  it('is the whole stack where all is wanted, and what else the error has', () => {
    const text = shown(`${time}\t${requestId}\tERROR\tInvoke Error \t${error({ code: 'E_GREETING' })}`, true);
    expect(text).toContain('callback-generation.js:144:17');
    expect(text).toContain('task_queues');
    expect(text).toMatch(/\n {4}\{"code":"E_GREETING"\}$/);
  });

  it('may be outside of an invocation, with undefined as its id', () => {
    const text = `${time}\tundefined\tERROR\tUncaught Exception \t${error()}`;
    expect(readableRecord(text, { requestId: undefined, verbose: false })).toMatch(
      /^ERROR Uncaught Exception\nTypeError/,
    );
  });

  it.each([
    'plain text',
    `${time}\tanother-id\tINFO\thello`,
    `{"timestamp":"${time}","level":"INFO","requestId":"${requestId}"}`,
  ])('is left as it is where it has another form: %s', (text) => {
    expect(shown(text)).toBe(text);
  });

  it('keeps what is no error of the runtime: %s', () => {
    expect(shown(`${time}\t${requestId}\tINFO\t{"errorType":`)).toBe('INFO {"errorType":');
    expect(shown(`${time}\t${requestId}\tINFO\t{"errorType":"x","stack":"y"}`)).toBe(
      'INFO {"errorType":"x","stack":"y"}',
    );
  });
});
