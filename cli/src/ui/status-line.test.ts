import { describe, expect, it } from 'vitest';
import { createStatusLine, type TextStream } from './status-line.ts';

const esc = '\u001b';
const controls = new RegExp(`(${esc}\\[[0-9]*[A-Z]|\\r|\\n)`);

/** What a terminal shows of what was written: lines, of which the last may be begun. */
function shownBy(written: string): readonly string[] {
  const lines = [''];
  for (const part of written.split(controls)) {
    if (part === '\n') lines.push('');
    else if (part === `${esc}[2K`) lines[lines.length - 1] = '';
    else if (part === `${esc}[2J`) lines.splice(0, lines.length, '');
    else if (!part.startsWith(esc) && part !== '\r') lines[lines.length - 1] += part;
  }
  return lines;
}

function terminal(columns = 40) {
  let written = '';
  const stream = (): TextStream => ({
    columns,
    write: (text: string | Uint8Array) => {
      written += Buffer.from(text).toString();
      return true;
    },
  });
  const [stdout, stderr] = [stream(), stream()];
  const before = stdout.write;
  const line = createStatusLine({ stdout, others: [stderr], style: (text) => text });
  return { line, stdout, stderr, before, lines: () => shownBy(written) };
}

describe('the status line', () => {
  it('stays beneath what is written to any of the streams, of which nothing is lost', () => {
    const { line, stdout, stderr, lines } = terminal();
    line.show('live');
    stdout.write('one\n');
    stderr.write('two\n');
    line.show('live, 1 done');
    stdout.write(Buffer.from('three\n'));
    expect(lines()).toEqual(['one', 'two', 'three', 'live, 1 done']);
  });

  it('lets a line be finished that comes in parts', () => {
    const { line, stdout, lines } = terminal();
    line.show('live');
    stdout.write('what is ');
    line.show('live, 1 done');
    expect(lines()).toEqual(['what is ']);
    stdout.write('this?\n');
    expect(lines()).toEqual(['what is this?', 'live, 1 done']);
  });

  it('never needs more than one row', () => {
    const { line, lines } = terminal(10);
    line.show('0123456789abcdef');
    expect(lines()).toEqual(['01234567…']);
  });

  it('is drawn again on an empty screen, and not while the terminal is somebody else’s', () => {
    const { line, stdout, lines } = terminal();
    stdout.write('old\n');
    line.show('live');
    line.clearScreen();
    expect(lines()).toEqual(['live']);
    line.suspend();
    line.show('live, 1 done');
    expect(lines()).toEqual(['']);
    line.resume();
    expect(lines()).toEqual(['live, 1 done']);
  });

  it('leaves nothing behind', () => {
    const { line, stdout, before, lines } = terminal();
    line.show('live');
    line.close();
    expect(stdout.write).toBe(before);
    stdout.write('prompt');
    expect(lines()).toEqual(['prompt']);
  });
});
