import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from './fixtures/synthesis.ts';

const program = join(__dirname, '../compatibility.mjs');
const app = join(__dirname, 'fixtures/plain-app');

interface Run {
  readonly code: number | null;
  readonly output: string;
}

/** Tries live-lambda on the app, in which nothing is installed. */
function tryOn(...options: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, app, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

test('tells what is live of an app that knows nothing of live-lambda, and that switched off it changes nothing', async () => {
  const folder = temporaryDirectory();
  const { code, output } = await tryOn('--keep', folder);
  expect(output).toContain('Switched off: the cloud assembly is the same, byte for byte.');
  expect(output).toContain('Live: 1 of 2 selected functions.');
  expect(output).toMatch(/live Shop\/Greet \[asset, nodejs22\.x\]: functions\/greet\.js \(handler\)/);
  expect(output).toMatch(/refused Shop\/Gone .*: no file gone\(/);
  expect(output).toMatch(/1 x Code, Environment/);
  expect(output).toMatch(/1 x AWS::AppSync::Api/);
  expect(code).toBe(0);
  expect(['without', 'off', 'live'].map((name) => existsSync(join(folder, name, 'manifest.json')))).toEqual([
    true,
    true,
    true,
  ]);
});

test('tells apart what the app itself makes anew at every synth', async () => {
  const { code, output } = await tryOn('-c', 'greeting=now', '--json');
  expect(JSON.parse(output)).toMatchObject({ differing: [], unstable: expect.arrayContaining(['Shop.template.json']) });
  expect(code).toBe(0);
});

test('fails with what the app says where it does not synthesize by itself', async () => {
  const { code, output } = await tryOn('-c', 'greeting=broken');
  expect(output).toMatch(/does not synthesize by itself.*the app is broken/s);
  expect(code).toBe(1);
});
