import { describe, expect, it } from 'vitest';
import { corruptText } from './corrupt-text.ts';

/** How many bits differ. */
const distance = (a: string, b: string): number =>
  [...a].reduce((sum, character, index) => {
    const difference = character.charCodeAt(0) ^ b.charCodeAt(index);
    return sum + difference.toString(2).replaceAll('0', '').length;
  }, 0);

const places = [0, 0.2, 0.5, 0.77, 0.999];

describe('a corrupted event', () => {
  it.each([
    ['a string', '"aGVsbG8_d29ybGQ"'],
    ['an object', '{"n":1,"text":"a\\"b"}'],
    ['characters beyond ASCII', '["é","\\u00e9"]'],
    ['a number', '12'],
  ])('differs by one bit and is still valid JSON: %s', (_case, text) => {
    for (const place of places) {
      for (const bit of places) {
        const corrupted = corruptText(text, { place, bit });
        expect(corrupted).toHaveLength(text.length);
        expect(distance(text, corrupted)).toBe(1);
        expect(() => JSON.parse(corrupted)).not.toThrow();
      }
    }
  });

  it('may be as large as an event can be', () => {
    const text = `"${'x'.repeat(245_758)}"`;
    expect(distance(text, corruptText(text, { place: 0.9, bit: 0.9 }))).toBe(1);
  });

  it('stays a string where it was one', () => {
    for (const place of places) {
      for (const bit of places) expect(typeof JSON.parse(corruptText('"a"', { place, bit }))).toBe('string');
    }
  });

  it('is changed where the place says', () => {
    const text = `"${'a'.repeat(98)}"`;
    const corrupted = corruptText(text, { place: 0.5, bit: 0 });
    expect(corrupted[50]).toBe('`');
  });

  it.each(['true', '""', '"é"'])('is the same where no bit can be another: %s', (text) => {
    expect(corruptText(text, { place: 0.5, bit: 0.5 })).toBe(text);
  });
});
