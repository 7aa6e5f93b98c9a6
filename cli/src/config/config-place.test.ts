import { describe, expect, it } from 'vitest';
import { jsonFaultLine, placeOf } from './config-place.ts';

describe('the place in a config', () => {
  it.each([
    ['{ "runner": }', 1],
    ['{\n  "runner": "tsx",\n}\n', 3],
    ['{\n  "runner": tsx,\n  "json": true\n}', 2],
    ['{\n  // of the project\n  "json": true\n}', 2],
    ['{\n  "json": true\n', 3],
    ['', 1],
    ['{}\n{}', 2],
  ])('at which %j stops being JSON is told by its line', (text, line) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(jsonFaultLine(text)).toBe(line);
  });

  it('of a setting is the line of its last key, or the file where it is not written as one', () => {
    const source = { file: '/shop/live-lambda.config.ts', text: "export default {\n  functions: {\n    'Shop/A': {}," };
    expect(placeOf(source, ['functions', 'Shop/A'])).toBe('/shop/live-lambda.config.ts:3');
    expect(placeOf(source, ['functions', 'Shop/B'])).toBe('/shop/live-lambda.config.ts');
    expect(placeOf(source, [])).toBe('/shop/live-lambda.config.ts');
  });
});
