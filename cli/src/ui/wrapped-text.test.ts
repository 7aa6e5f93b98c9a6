import { describe, expect, it } from 'vitest';
import { wrapped } from './wrapped-text.ts';

describe('a text in a terminal', () => {
  it('is broken between words, and keeps its own lines', () => {
    expect(wrapped('one two three\nfour', 8)).toEqual(['one two', 'three', 'four']);
  });

  it('keeps a word whole that is longer than the line', () => {
    expect(wrapped('see /home/ada/shop/lambda/hello.ts now', 10)).toEqual([
      'see',
      '/home/ada/shop/lambda/hello.ts',
      'now',
    ]);
  });

  it('keeps what fits as it is, its spaces and colours included', () => {
    expect(wrapped('  at  x', 7)).toEqual(['  at  x']);
    expect(wrapped('\u001b[31mone two\u001b[39m', 7)).toEqual(['\u001b[31mone two\u001b[39m']);
  });

  it('is left alone where nobody knows how wide it is', () => {
    expect(wrapped('one two three', undefined)).toEqual(['one two three']);
  });
});
