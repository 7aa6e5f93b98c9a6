import { describe, expect, test } from 'vitest';
import { parseSelection } from './selection.ts';

const paths = ['Shop/CreateOrder', 'Shop/CancelOrder', 'Shop/Api/Health', 'Prod/Shop/CreateOrder'];

function selected(context: Record<string, unknown>): readonly string[] | 'off' {
  const selection = parseSelection({ context });
  return selection.state === 'off' ? 'off' : paths.filter((path) => selection.choose([path]) !== 'unselected');
}

describe('what the context selects', () => {
  test.each([
    ['nothing at all', {}],
    ['a false switch', { 'live-lambda': 'false' }],
    ['a false switch as cdk.json writes it', { 'live-lambda': false }],
    ['a false switch beside names that are true', { 'live-lambda': 'false', 'live-lambda:CreateOrder': true }],
    ['exclusions alone', { 'live-lambda:CreateOrder': 'false' }],
    ['settings of other kinds', { 'live-lambda-timeout': '30', other: 'true' }],
  ])('is off with %s', (_, context) => expect(selected(context)).toBe('off'));

  test.each([['true'], ['1'], [true], [1]])('is every function with live-lambda=%j', (value) => {
    expect(selected({ 'live-lambda': value })).toEqual(paths);
  });

  test.each([
    ['a construct id, in every stack', 'CreateOrder', ['Shop/CreateOrder', 'Prod/Shop/CreateOrder']],
    ['a construct path', 'Shop/CreateOrder', ['Shop/CreateOrder']],
    ['a glob over ids', 'C*Order', ['Shop/CreateOrder', 'Shop/CancelOrder', 'Prod/Shop/CreateOrder']],
    ['a glob over paths, whose * stays within a segment', 'Shop/*', ['Shop/CreateOrder', 'Shop/CancelOrder']],
    [
      'a glob over paths, whose ** crosses segments',
      'Shop/**',
      ['Shop/CreateOrder', 'Shop/CancelOrder', 'Shop/Api/Health'],
    ],
    ['a glob with a single unknown letter', 'Healt?', ['Shop/Api/Health']],
    ['a list with blanks', ' Health , Shop/CancelOrder ', ['Shop/CancelOrder', 'Shop/Api/Health']],
    ['a list with an exclusion', 'Shop/*,!CancelOrder', ['Shop/CreateOrder']],
  ])('is what %s names, in the list and as a key', (_, name, expected) => {
    expect(selected({ 'live-lambda': name })).toEqual(expected);
    if (!name.includes(',')) expect(selected({ [`live-lambda:${name}`]: 'true' })).toEqual(expected);
  });

  test('treats the letters of a name as they are, not as a pattern', () => {
    expect(selected({ 'live-lambda': 'Create.rder' })).toEqual([]);
    expect(selected({ 'live-lambda': 'Create.*' })).toEqual([]);
  });
});

describe('names that disagree', () => {
  const path = 'Shop/CreateOrder';
  test.each([
    ['a path beats an id', { 'live-lambda:CreateOrder': false, [`live-lambda:${path}`]: true }, true],
    ['an id beats a glob', { 'live-lambda:C*': false, 'live-lambda:CreateOrder': true }, true],
    ['a glob beats all', { 'live-lambda': 'true', 'live-lambda:C*': false }, false],
    ['between two globs exclusion wins', { 'live-lambda:C*': true, 'live-lambda:*Order': false }, false],
  ])('%s, in whatever order they come', (_, context, expected) => {
    for (const entries of [Object.entries(context), Object.entries(context).reverse()]) {
      const found = selected({ 'live-lambda:Health': 'true', ...Object.fromEntries(entries) });
      expect(found.includes(path)).toBe(expected);
    }
  });
});

describe('names in code', () => {
  test.each([
    ['an empty one in include', { include: ['a', ' '] }, /option include has an empty name/],
    ['an exclusion in include', { include: ['!Health'] }, /option include has "!Health".*into exclude/],
    ['an exclusion in exclude', { exclude: ['!Health'] }, /option exclude has "!Health".*into include/],
  ])('that say nothing are an error: %s', (_, request, message) => {
    expect(() => parseSelection({ context: {}, ...request })).toThrow(message);
  });

  test('do not switch anything on by excluding', () => {
    expect(parseSelection({ context: {}, exclude: ['Health'] })).toEqual({ state: 'off' });
  });
});

test('a function is told apart that was named from one that a pattern or the switch for all selects', () => {
  const selection = parseSelection({
    context: { 'live-lambda': 'true', 'live-lambda:H*': true, 'live-lambda:Fn': 'true' },
  });
  const choices = ['S/Fn', 'S/Health', 'S/Other'].map((path) => selection.state === 'on' && selection.choose([path]));
  expect(choices).toEqual(['named', 'matched', 'matched']);
});

describe('a context that cannot be understood', () => {
  test.each([
    ['an empty value', { 'live-lambda': '' }, /live-lambda=""/],
    ['a value of blanks', { 'live-lambda': '  ' }, /says nothing/],
    ['a value that is no text', { 'live-lambda': { all: true } }, /\{"all":true\}/],
    ['an empty name in the list', { 'live-lambda': 'a,,b' }, /empty name/],
    ['a list that only excludes', { 'live-lambda': '!Health' }, /only excludes.*\*\*,!Health/],
    ['a key without a name', { 'live-lambda:': 'true' }, /names no function/],
    ['a name that is neither true nor false', { 'live-lambda:Health': 'a=b' }, /live-lambda:Health="a=b"/],
    ['a name without a value', { 'live-lambda:Health': '' }, /neither true nor false/],
    ['a bad name beside a false switch', { 'live-lambda': 'false', 'live-lambda:Health': 'maybe' }, /maybe/],
  ])('is an error: %s', (_, context, message) => expect(() => parseSelection({ context })).toThrow(message));
});

describe('names that match no function', () => {
  function unmatched(context: Record<string, unknown>): readonly string[] {
    const selection = parseSelection({ context });
    return selection.state === 'on' ? selection.unmatchedNames(paths) : ['off'];
  }

  test('are told, exclusions too', () => {
    const context = {
      'live-lambda': 'CreateOrder,Nothing',
      'live-lambda:Gone*': 'false',
      'live-lambda:Health': 'true',
    };
    expect(unmatched(context)).toEqual(['Nothing', 'Gone*']);
  });

  test('do not include the switch for all, even in an app without functions', () => {
    const selection = parseSelection({ context: { 'live-lambda': 'true' } });
    expect(selection.state === 'on' && selection.unmatchedNames([])).toEqual([]);
  });
});
