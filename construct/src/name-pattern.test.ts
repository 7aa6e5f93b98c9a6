import { expect, test } from 'vitest';
import { parseName } from './name-pattern.ts';

test.each([
  ['Create', 'id'],
  ['Shop/Create', 'path'],
  ['C*', 'glob'],
  ['Shop/C?eate', 'glob'],
])('%s is told apart as %s', (name, specificity) => expect(parseName(name)).toMatchObject({ name, specificity }));

test.each([
  ['Create', 'Shop/Create', true],
  ['Create', 'Create', true],
  ['Create', 'Create/Shop', false],
  ['Shop/Create', 'Prod/Shop/Create', false],
  ['Shop/*', 'Shop/Api/Health', false],
  ['Shop/**', 'Shop/Api/Health', true],
  ['He?lth', 'Shop/Api/Health', true],
  ['Cre.te', 'Create', false],
])('%s and %s: %j', (name, path, expected) => expect(parseName(name).matches(path)).toBe(expected));
