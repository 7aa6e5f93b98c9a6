import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareBroken, runWith, type SpecOptions, specOf } from '../fixtures/run-prepared.ts';
import { runningNode } from './runtime-node.ts';
import { createTsxRunner } from './tsx.ts';

const tsxRunner = createTsxRunner({ nodeFor: runningNode });

async function run(given: SpecOptions, event: unknown = {}) {
  const fn = specOf(given);
  return { ...(await runWith(tsxRunner, fn, event)), root: fn.root };
}

describe('the tsx runner', () => {
  it('runs TypeScript with imports by the aliases of its tsconfig', async () => {
    const { json } = await run(
      {
        entry: 'services/orders/src/create.ts',
        tsconfig: 'services/orders/tsconfig.json',
        files: {
          'services/orders/tsconfig.json': '{"compilerOptions":{"baseUrl":".","paths":{"@shared/*":["shared/*"]}}}',
          'services/orders/shared/price.ts': 'export enum Currency { EUR = "EUR" }\nexport const tax: number = 1.19;',
          'services/orders/src/create.ts': `
            import { Currency, tax } from '@shared/price';
            export const handler = async (event: { net: number }) => ({ gross: event.net * tax, currency: Currency.EUR });
          `,
        },
      },
      { net: 100 },
    );
    expect(json).toEqual({ gross: 119, currency: 'EUR' });
  });

  it.each([
    ['index.mjs', 'export const handler = async () => import.meta.url;'],
    ['index.mts', 'export const handler = async (): Promise<string> => import.meta.url;'],
    ['index.cjs', 'exports.handler = async () => __filename;'],
    ['index.cts', 'export const handler = async (): Promise<string> => __filename;'],
    ['index.js', 'exports.handler = async () => __filename;'],
    ['index.tsx', 'export const handler = async (): Promise<string> => __filename;'],
  ])('runs %s', async (entry, source) => {
    const { json, root } = await run({ entry, files: { [entry]: source } });
    expect(json).toMatch(new RegExp(`${join(root, entry)}$`));
  });

  it.each(['index.ts', 'index.js'])('runs %s as an ES module where the package says so', async (entry) => {
    const { json } = await run({
      entry,
      files: {
        'package.json': '{"type":"module"}',
        [entry]: 'const value = await Promise.resolve(1); export const handler = async () => [value, typeof require];',
      },
    });
    expect(json).toEqual([1, 'undefined']);
  });

  it('finds nested exports, and names the function as deployed where there is none', async () => {
    const files = { 'orders.ts': 'export const api = { create: async () => "created" };' };
    expect((await run({ entry: 'orders.ts', handler: 'api.create', files })).json).toBe('created');
    expect((await run({ entry: 'orders.ts', handler: 'api.remove', files })).json).toMatchObject({
      errorType: 'Runtime.HandlerNotFound',
      errorMessage: 'entry.handler is undefined or not exported',
    });
  });

  it('runs in the root folder and hides how it was told what to run', async () => {
    const { json, root } = await run({
      entry: 'src/index.ts',
      files: {
        'src/index.ts': `
          const atStart = Object.keys(process.env).filter((name) => name.startsWith('LIVE_LAMBDA'));
          export const handler = async () => [process.cwd(), atStart];
        `,
      },
    });
    expect(json).toEqual([root, []]);
  });

  it('reports a syntax error with file and line', async () => {
    const { json } = await run({
      entry: 'index.ts',
      files: { 'index.ts': 'export const ok = 1;\nexport const = 2;\n' },
    });
    expect(json.errorType).toBe('Runtime.UserCodeSyntaxError');
    expect(json.errorMessage).toMatch(/index\.ts:2:13/);
  });

  it('names the line of the source, not of the compiled file, in the trace of an error', async () => {
    const source = `
      interface Order {
        readonly id: string;
      }
      export const handler = async (order: Order) => {
        throw new RangeError(\`bad order \${order.id}\`);
      };
    `;
    const { json, root } = await run({ entry: 'index.ts', files: { 'index.ts': source } }, { id: 'a' });
    expect(json).toMatchObject({ errorType: 'RangeError', errorMessage: 'bad order a' });
    expect(json.trace[1]).toContain(`${root}/index.ts:6:`);
  });

  it.each([
    [
      'a handler file',
      { entry: 'gone.ts', files: { 'index.ts': '' } },
      /Shop\/CreateOrder.*gone\.ts does not exist.*synthesize/s,
    ],
    [
      'a tsconfig',
      { entry: 'index.ts', files: { 'index.ts': '' }, tsconfig: 'gone.json' },
      /gone\.json does not exist/,
    ],
    [
      'a language that it runs',
      { entry: 'index.py', files: { 'index.py': '' } },
      /cannot run .*index\.py.*another runner/,
    ],
  ])('is broken without %s, and says what to do', async (_what, given, reason) => {
    expect(await prepareBroken(tsxRunner, specOf(given))).toMatchObject({
      state: 'broken',
      reason: expect.stringMatching(reason),
    });
  });

  it('is broken, and does not throw, where a path leads round in a circle or is no path at all', async () => {
    const spec = specOf({ entry: 'loop.ts', files: {} });
    symlinkSync(spec.entry, spec.entry);
    const reasons = await Promise.all(
      [spec.entry, join(spec.root, `${'n'.repeat(300)}.ts`)].map(async (entry) => {
        const { reason } = await prepareBroken(tsxRunner, { ...spec, entry });
        return reason;
      }),
    );
    expect(reasons).toEqual([
      expect.stringContaining('loop.ts cannot be read (ELOOP)'),
      expect.stringContaining('.ts cannot be read (ENAMETOOLONG)'),
    ]);
  });

  it('is broken where the handler file is a folder', async () => {
    const { reason } = await prepareBroken(
      tsxRunner,
      specOf({ entry: 'index.ts', files: { 'index.ts/other.ts': '' } }),
    );
    expect(reason).toContain('index.ts is not a file');
  });

  it('claims functions of Node with source files', () => {
    const spec = specOf({ entry: 'index.ts', files: {} });
    expect(tsxRunner.claims(spec)).toBe(true);
    expect(tsxRunner.claims({ ...spec, runtime: 'python3.13' })).toBe(false);
    expect(tsxRunner.claims({ ...spec, entry: '/app/index.py' })).toBe(false);
  });
});
