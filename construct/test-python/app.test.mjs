import { isUtf8 } from 'node:buffer';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bin } from '../../scripts/prepare.mjs';
import { packageFolder } from '../release/build.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'live-lambda-python-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Runs `cdk synth` in the app's folder, with the Python of the environment and the esbuild of this workspace. */
async function synthesize({ context = {}, env = {} } = {}) {
  const assembly = mkdtempSync(join(scratch, 'cdk.out-'));
  const path = [process.env.PYTHON_PROGRAMS, dirname(bin('esbuild')), process.env.PATH].join(delimiter);
  const given = Object.entries(context).flatMap(([key, value]) => ['--context', `${key}=${value}`]);
  const cdk = spawn(bin('cdk'), ['synth', '--quiet', '--output', assembly, ...given], {
    cwd: import.meta.dirname,
    shell: process.platform === 'win32',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      ...env,
      PATH: path,
      PYTHONDONTWRITEBYTECODE: '1',
      LIVE_LAMBDA_CONFIG_DIR: join(scratch, 'config'),
      JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: process.versions.node.split('.')[0],
    },
  });
  let said = '';
  cdk.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const [code] = await once(cdk, 'close');
  return { assembly, code, said };
}

function contentOf(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(files.sort().map((name) => [name, readable(join(folder, name))]));
}

/** The text itself, so that a difference can be read; of anything else its digest. */
function readable(file) {
  const content = readFileSync(file);
  return isUtf8(content) ? content.toString() : digestOf(file);
}

function digestOf(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function parse(...path) {
  return JSON.parse(readFileSync(join(...path), 'utf8'));
}

describe('an app in Python, live', () => {
  let live;
  let functions;

  beforeAll(async () => {
    live = await synthesize({ context: { 'live-lambda': 'true', 'live-lambda-ci': 'true' } });
    expect(live.said).not.toMatch(/Error/);
    functions = parse(live.assembly, 'live-lambda.json').functions;
  });

  test('has a manifest that keeps to the schema', () => {
    const validate = new Ajv({ allowUnionTypes: true }).compile(parse(packageFolder, 'schema/manifest-v1.schema.json'));
    validate(parse(live.assembly, 'live-lambda.json'));
    expect(validate.errors).toBeNull();
  });

  test('names the sources of functions in Python and for Node.js', () => {
    expect(functions.map(({ path, status, kind, entry, handler }) => ({ path, status, kind, entry, handler }))).toEqual(
      [
        { path: 'Shop/Greet', status: 'live', kind: 'asset', entry: 'functions/greet/greet.mjs', handler: 'handler' },
        { path: 'Shop/Inline', status: 'live', kind: 'inline', entry: 'functions/total/total.py', handler: 'handler' },
        { path: 'Shop/Quote', status: 'live', kind: 'nodejs', entry: 'functions/quote/quote.ts', handler: 'handler' },
        { path: 'Shop/Total', status: 'live', kind: 'asset', entry: 'functions/total/total.py', handler: 'handler' },
      ],
    );
  });

  test('deploys the stub and no code of its own', () => {
    const assets = readdirSync(live.assembly).filter((name) => name.startsWith('asset.'));
    expect(assets).toHaveLength(1);
    expect(digestOf(join(live.assembly, assets[0]))).toBe(digestOf(join(packageFolder, 'assets/stub.zip')));
  });

  test('runs the stub on Node.js in the place of code in Python', () => {
    const { Resources: resources } = parse(live.assembly, 'Shop.template.json');
    const total = resources[functions.find(({ path }) => path === 'Shop/Total').logicalId].Properties;
    expect(total.Runtime).toMatch(/^nodejs/);
    expect(total.Environment.Variables).toHaveProperty('AWS_LAMBDA_EXEC_WRAPPER');
  });

  test('says that it has made the developer an identity', () => {
    expect(live.said).toContain('live-lambda: made your identity');
  });
});

test('an app in Python without a selection is what it would be without the line', async () => {
  const off = await synthesize();
  const without = await synthesize({ env: { WITHOUT_LIVE_LAMBDA: 'true' } });
  expect([off.code, without.code]).toEqual([0, 0]);
  expect(Object.keys(contentOf(off.assembly))).toContain('Shop.template.json');
  expect(contentOf(off.assembly)).toEqual(contentOf(without.assembly));
});

test('options written in Python are kept, and what is wrong ends the synth with words', async () => {
  const { code, said } = await synthesize({
    context: { 'live-lambda': 'Totl', 'live-lambda-ci': 'true' },
    env: { EXCLUDE_FROM_LIVE: 'Quoted' },
  });
  expect(code).not.toBe(0);
  expect(said).toContain('live-lambda: no function is named "Totl". Did you mean Shop/Total?');
  expect(said).toContain('live-lambda: no function is named "Quoted". Did you mean Shop/Quote?');
});
