import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { variableName } from './settings.ts';

const root = join(import.meta.dirname, '..', '..');
let schema: { readonly properties: Readonly<Record<string, { readonly description?: string }>> };

beforeAll(async () => {
  await promisify(execFile)(process.execPath, [join(root, 'write-schema.mjs')]);
  schema = JSON.parse(await readFile(join(root, 'config.schema.json'), 'utf8'));
});

describe('the JSON schema of a config', () => {
  it.each([
    [{}, true],
    [{ $schema: './node_modules/live-lambda/config.schema.json', runner: 'tsx', inspect: 9300 }, true],
    [{ functions: { 'Shop/Orders': { entry: 'src/orders.ts', env: { TABLE: 'local' } } } }, true],
    [{ runer: 'tsx' }, false],
    [{ inspect: 'yes' }, false],
    [{ functions: { 'Shop/Orders': { enviroment: {} } } }, false],
    [{ functions: { 'Shop/Orders': { env: { PORT: 8080 } } } }, false],
  ])('takes or refuses %j as the check does', (config, valid) => {
    expect(new Ajv({ strict: false }).compile(schema)(config)).toBe(valid);
  });

  it('says of each setting what it means', () => {
    const silent = Object.entries(schema.properties).filter(([, { description = '' }]) => description.length < 10);
    expect(silent).toEqual([]);
    expect(Object.keys(schema.properties).map(variableName)).toContain('LIVE_LAMBDA_SESSION');
  });
});
