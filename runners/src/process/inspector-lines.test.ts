import { describe, expect, it } from 'vitest';
import { inspectorUrlIn, isInspectorLine } from './inspector-lines.ts';

describe('what Node says of its inspector', () => {
  it.each([
    'Debugger listening on ws://127.0.0.1:41231/0e7c-41',
    'For help, see: https://nodejs.org/en/docs/inspector',
    'For help, see: https://nodejs.org/learn/getting-started/debugging',
    'Debugger attached.',
    'Debugger ending on ws://127.0.0.1:41231/0e7c-41',
    'Waiting for the debugger to disconnect...',
  ])('is known: %s', (line) => expect(isInspectorLine(line)).toBe(true));

  it.each(['Debugger attached. Or not.', 'the Debugger attached.', 'For help, see: https://example.com', ''])(
    'is not what a function says: %s',
    (line) => expect(isInspectorLine(line)).toBe(false),
  );

  it('has the address', () => {
    expect(inspectorUrlIn('Debugger listening on ws://127.0.0.1:41231/0e7c-41')).toBe('ws://127.0.0.1:41231/0e7c-41');
    expect(inspectorUrlIn('Debugger attached.')).toBeUndefined();
  });
});
