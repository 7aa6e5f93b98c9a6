import { describe, expect, it } from 'vitest';
import { normaliseHeaders, normaliseOutput, normaliseText, showPayload, withoutForeignFrames } from './observation.ts';

const facts = {
  taskRoot: '/tmp/task-1',
  program: '/opt/client/client-main.js',
  requestIds: ['id-1', 'id-2'],
};

describe('what a case shows', () => {
  it('names no path, no request id and no time of this run', () => {
    expect(normaliseText('/tmp/task-1/index.mjs id-1 id-2', facts)).toBe(
      '/var/task/index.mjs <request id> <request id 2>',
    );
    expect(normaliseText('imported from /opt/client/load-handler.js', facts)).toBe(
      'imported from /var/runtime/index.mjs',
    );
    expect(normaliseOutput('2026-11-23T08:00:00.000Z\tid-1\tINFO\tx', facts)).toBe('<time>\t<request id>\tINFO\tx');
  });

  it("keeps the frames of the function's own code, in whatever form they are written", () => {
    const trace = ['Error: x', '    at handler (file:///var/task/index.mjs:1:1)', '    at run (node:internal/x:1:1)'];
    expect(withoutForeignFrames(trace)).toEqual(trace.slice(0, 2));
    const own = '    at handler (/tmp/task-1/index.js:1:1)';
    const foreign = '    at run (node:internal/x:1:1)';
    expect(normaliseOutput(`Error: x\r${own}\r${foreign}`, facts)).toBe(
      'Error: x\n    at handler (/var/task/index.js:1:1)',
    );
    expect(normaliseOutput(JSON.stringify({ stack: ['Error: x', own, foreign] }), facts)).toBe(
      '{"stack":["Error: x","    at handler (/var/task/index.js:1:1)"]}',
    );
    expect(normaliseOutput(JSON.stringify({ message: `x\n${foreign}\n${own}` }), facts)).toBe(
      '{"message":"x\\n    at handler (/var/task/index.js:1:1)"}',
    );
  });

  it("keeps of X-Ray's description only what is of the function's own code", () => {
    const stack = [{ path: '/tmp/task-1/index.js' }, { path: 'node' }];
    const cause = JSON.stringify({ exceptions: [{ type: 'E', stack }], paths: ['/tmp/task-1/index.js', 'node'] });
    expect(normaliseHeaders({ 'lambda-runtime-function-xray-error-cause': cause }, facts)).toEqual({
      'lambda-runtime-function-xray-error-cause':
        '{"exceptions":[{"type":"E","stack":[{"path":"/var/task/index.js"}]}],"paths":["/var/task/index.js"]}',
    });
  });

  it('shows control characters, and of a long payload its ends and its size', () => {
    expect(showPayload(Buffer.from('a\u0000\nb'))).toBe('a\\u0000\\nb');
    expect(showPayload(Buffer.from('x'.repeat(5_000)))).toBe(`${'x'.repeat(16)}...${'x'.repeat(16)} (5000 bytes)`);
  });
});
