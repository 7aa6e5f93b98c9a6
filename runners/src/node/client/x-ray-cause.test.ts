import { describe, expect, it } from 'vitest';
import { startClient } from '../../fixtures/client-process.ts';
import { xRayCause } from './x-ray-cause.ts';

const causeOf = (error: unknown) => JSON.parse(xRayCause(error, '/var/task') ?? '');

describe('the cause of an error for X-Ray', () => {
  it('has the frames of the trace, and each of their files once', () => {
    const stack =
      'TypeError: m\n    at handler (/var/task/index.js:3:5)\n    at /var/task/lib.js:7:9\n    at new A (/var/task/index.js:4:1)';
    expect(causeOf({ name: 'TypeError', message: 'm', stack })).toEqual({
      working_directory: '/var/task',
      exceptions: [
        {
          type: 'TypeError',
          message: 'm',
          stack: [
            { path: '/var/task/index.js', line: 3, label: 'handler' },
            { path: '/var/task/lib.js', line: 7, label: 'anonymous' },
            { path: '/var/task/index.js', line: 4, label: 'new A' },
          ],
        },
      ],
      paths: ['/var/task/index.js', '/var/task/lib.js'],
    });
  });

  it('has no frames of what is no error, and is none where nothing can be read', () => {
    expect(causeOf('text')).toEqual({ working_directory: '/var/task', exceptions: [{ stack: [] }], paths: [] });
    expect(xRayCause(null, '/')).toBeUndefined();
    expect(xRayCause({ name: 5 }, '/')).toBeUndefined();
  });

  it('has no control character that HTTP forbids, and is left out where Lambda would drop it', () => {
    expect(causeOf({ name: 'a\u007f', message: 'b\u007f' }).exceptions[0]).toMatchObject({
      type: 'a%7F',
      message: 'b%7F',
    });
    expect(xRayCause({ message: 'x'.repeat(1_048_576) }, '/')).toBeUndefined();
  });

  it.each(['nodejs22.x', 'nodejs24.x'])(
    'goes with the error of an invocation on %s, as UTF-8, and its type does not',
    async (runtime) => {
      const files = { 'index.mjs': "export const handler = async () => { throw new RangeError('日本'); };" };
      const { path, headers } = await (await startClient({ files, runtime })).invoke();
      expect(path).toBe('invocation/request-1/error');
      expect(headers['lambda-runtime-function-error-type']).toBeUndefined();
      const bytes = Buffer.from(String(headers['lambda-runtime-function-xray-error-cause']), 'latin1');
      expect(JSON.parse(bytes.toString('utf8')).exceptions[0]).toMatchObject({ type: 'RangeError', message: '日本' });
    },
  );

  it.each(['nodejs22.x', 'nodejs24.x'])(
    'does not go with an error of the initialisation on %s, but its type does',
    async (runtime) => {
      const { path, headers } = await (
        await startClient({ files: { 'index.mjs': 'throw new RangeError();' }, runtime })
      ).post();
      expect(path).toBe('init/error');
      expect(headers['lambda-runtime-function-error-type']).toBe('RangeError');
      expect(headers['lambda-runtime-function-xray-error-cause']).toBeUndefined();
    },
  );
});
