import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultAppName } from './app-name.ts';
import { temporaryDirectory } from './fixtures/synthesis.ts';

test('is the name in the nearest package.json above', () => {
  const root = temporaryDirectory();
  const inner = join(root, 'packages/shop/infra');
  mkdirSync(inner, { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"name":"monorepo"}');
  writeFileSync(join(root, 'packages/shop/package.json'), '{"name":"@acme/shop"}');
  expect(defaultAppName(inner)).toBe('@acme/shop');
});

test('is the name of the directory where package.json has none', () => {
  const root = temporaryDirectory();
  writeFileSync(join(root, 'package.json'), '{"private":true}');
  expect(defaultAppName(root)).toBe(basename(root));
});

test('a package.json that cannot be read is named', () => {
  const root = temporaryDirectory();
  writeFileSync(join(root, 'package.json'), '{"name":');
  expect(() => defaultAppName(root)).toThrow(join(root, 'package.json'));
});
