import { describe, expect, it } from 'vitest';
import { inspectorFlag, withInspectorPorts } from './inspector-flag.ts';

const parse = (text: string) => inspectorFlag('').parse(text, {} as never, {} as never);

describe('the flags for debuggers', () => {
  it("have Node's port where they stand alone", () => {
    expect(withInspectorPorts(['--inspect', '--verbose', '--inspect-brk'])).toEqual([
      '--inspect=9229',
      '--verbose',
      '--inspect-brk=9229',
    ]);
  });

  it('keep a port that is given', async () => {
    expect(withInspectorPorts(['--inspect=9230'])).toEqual(['--inspect=9230']);
    expect(await parse('9230')).toBe(9230);
  });

  it.each(['0', '70000', 'true', '127.0.0.1:9229', ''])('refuse %j as a port', async (text) => {
    await expect(parse(text)).rejects.toThrow('from 1 to 65535');
  });
});
