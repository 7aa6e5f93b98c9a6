import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { InputFolder } from '../runner.ts';
import { covers } from './covered-inputs.ts';

const ROOT = join(import.meta.dirname, 'app');

const folder = (given: Partial<InputFolder>): InputFolder => ({ path: ROOT, extensions: [], ignored: [], ...given });

it.each<[string, boolean, Partial<InputFolder>]>([
  ['src/orders.py', true, {}],
  ['src/orders.py', true, { extensions: ['.txt', '.py'] }],
  ['src/orders.py', false, { extensions: ['.txt'] }],
  ['src/orders.py', false, { ignored: ['src'] }],
  ['src/orders.py', false, { path: join(ROOT, 'lib') }],
  ['node_modules/a.py', false, {}],
  ['.venv/a.py', false, {}],
  ['../other/a.py', false, {}],
])('%s is among the inputs: %s, for a folder with %o', (file, expected, given) => {
  expect(covers({ files: [], folders: [folder(given)] }, join(ROOT, file))).toBe(expected);
  expect(covers({ files: [join(ROOT, file)], folders: [] }, join(ROOT, file))).toBe(true);
});
