import { describe, expect, it } from 'vitest';
import { createLineSplitter, MAX_LINE_BYTES } from './output-lines.ts';

function split(...chunks: readonly (string | Uint8Array)[]): string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter((text) => lines.push(text));
  for (const chunk of chunks) splitter.push(Buffer.from(chunk as string));
  splitter.end();
  return lines;
}

describe('cutting output into lines', () => {
  it('joins what came in several chunks and passes on a last line without a line feed', () => {
    expect(split('on', 'e\ntwo\n', '\nfo', 'ur')).toEqual(['one', 'two', '', 'four']);
  });

  it('keeps characters whole that a chunk cuts in two', () => {
    const bytes = Buffer.from('日本🙂\n');
    const chunks = [...bytes].map((byte) => Uint8Array.of(byte));
    expect(split(...chunks)).toEqual(['日本🙂']);
  });

  it('turns carriage returns within a record back into line feeds, and drops that of a Windows line end', () => {
    expect(split('first\rsecond\nwindows\r\n')).toEqual(['first\nsecond', 'windows']);
  });

  it('passes a line that is too long on in pieces, without loss and without cutting characters', () => {
    const text = `x${'é'.repeat(3 * MAX_LINE_BYTES)}`;
    const lines = split(text.slice(0, 1000), text.slice(1000), '\nnext\n');
    expect(lines.at(-1)).toBe('next');
    const pieces = lines.slice(0, -1);
    expect(pieces.join('')).toBe(text);
    expect(pieces.length).toBeGreaterThan(5);
    for (const piece of pieces) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(MAX_LINE_BYTES);
  });

  it('passes bytes on that are no UTF-8 rather than holding them back', () => {
    expect(split(Buffer.alloc(MAX_LINE_BYTES + 10, 0x80)).join('').length).toBe(MAX_LINE_BYTES + 10);
  });
});
