import { describe, expect, it } from 'vitest';
import {
  environmentOf,
  invocationOf,
  type NodePlanOptions,
  nodePlan,
  readOutcome,
} from '../../fixtures/run-function.ts';

const ESM = (name: string): string => `export const handler = async () => '${name}';`;
const CJS = (name: string): string => `exports.handler = async () => '${name}';`;
const BOTH = ['nodejs22.x', 'nodejs24.x'];

async function run(options: NodePlanOptions) {
  const plan = nodePlan(options);
  const started = environmentOf(plan);
  const outcome = readOutcome(await started.environment.invoke(invocationOf()));
  return { ...outcome, exits: started.exits, root: plan.cwd };
}

describe.each(BOTH)('on %s, the file of a handler', (runtime) => {
  it.each([
    ['index.js', { 'index.js': CJS('index.js') }],
    ['index.mjs', { 'index.mjs': ESM('index.mjs') }],
    ['index.cjs', { 'index.cjs': CJS('index.cjs') }],
    ['index.js as an ES module', { 'index.js': ESM('index.js as an ES module'), 'package.json': '{"type":"module"}' }],
    ['one without an extension first', { index: CJS('one without an extension first'), 'index.js': CJS('wrong') }],
    ['.js before .mjs', { 'index.js': CJS('.js before .mjs'), 'index.mjs': ESM('wrong'), 'index.cjs': CJS('wrong') }],
    ['.mjs before .cjs', { 'index.mjs': ESM('.mjs before .cjs'), 'index.cjs': CJS('wrong') }],
    [
      'a package',
      { 'node_modules/index/package.json': '{"main":"main.js"}', 'node_modules/index/main.js': CJS('a package') },
    ],
  ])('is %s', async (name, files) => {
    expect((await run({ files, runtime })).json).toBe(name);
  });

  it.each([
    ['src/app.handler', 'src/app.js'],
    ['./index.handler', 'index.js'],
    ['index.api.orders.create', 'index.js'],
  ])('is found by %s', async (handler, file) => {
    const source = `exports.handler = async () => 'found'; exports.api = { orders: { create: exports.handler } };`;
    expect((await run({ files: { [file]: source }, handler, runtime })).json).toBe('found');
  });

  it('is imported by its name as if that were a URL, in a folder that may have any name', async () => {
    const files = {
      'odd #%20?/a b.mjs': ESM('escape decoded'),
      'odd #%20?/a%20b.mjs': ESM('escape'),
      'odd #%20?/a#b.mjs': ESM('hash'),
    };
    const plan = nodePlan({ files, runtime });
    const outcomeOf = async (handler: string) => {
      const env = { ...plan.env, LAMBDA_TASK_ROOT: `${plan.cwd}/odd #%20?`, _HANDLER: handler };
      return readOutcome(await environmentOf({ ...plan, env }).environment.invoke(invocationOf())).json;
    };
    expect(await outcomeOf('a%20b.handler')).toBe('escape decoded');
    expect((await outcomeOf('a#b.handler')).errorMessage).toMatch(/^Cannot find module '.*\/a' imported from/);
  });

  it('may export what only running it tells', async () => {
    const source = "for (const name of ['hand' + 'ler']) exports[name] = async () => 'dynamic';";
    expect((await run({ files: { 'index.js': source }, runtime })).json).toBe('dynamic');
  });
});

describe.each([
  ['nodejs22.x', 129],
  ['nodejs24.x', 1],
])('on %s, a handler that cannot be loaded', (runtime, exitCode) => {
  it.each([
    [
      'no such file',
      {},
      'nope.handler',
      'Runtime.ImportModuleError',
      /^Error: Cannot find module 'nope'\nRequire stack:\n- \/var\/runtime\/index\.mjs$/,
    ],
    [
      'a file with a dot',
      { 'foo.bar.js': CJS('') },
      'foo.bar.handler',
      'Runtime.ImportModuleError',
      /^Error: Cannot find module 'foo'/,
    ],
    [
      'only TypeScript',
      { 'index.ts': ESM('') },
      'index.handler',
      'Runtime.ImportModuleError',
      /^Error: Cannot find module 'index'/,
    ],
    [
      'no such export',
      { 'index.mjs': '' },
      'index.handler',
      'Runtime.HandlerNotFound',
      /^index\.handler is undefined or not exported$/,
    ],
    [
      'no function',
      { 'index.mjs': 'export const handler = 5;' },
      'index.handler',
      'Runtime.HandlerNotFound',
      /^index\.handler is not a function$/,
    ],
    ['no dot', { 'index.js': CJS('') }, 'index', 'Runtime.MalformedHandlerName', /^Bad handler$/],
    [
      'two dots',
      { 'index.js': CJS('') },
      '../index.handler',
      'Runtime.MalformedHandlerName',
      /^'\.\.\/index\.handler' is not a valid handler name\. /,
    ],
    [
      'a syntax error',
      { 'index.js': 'const = 1;' },
      'index.handler',
      'Runtime.UserCodeSyntaxError',
      /^SyntaxError: Unexpected token '='$/,
    ],
    [
      'a syntax error in a module',
      { 'index.mjs': 'const = 1;' },
      'index.handler',
      'Runtime.UserCodeSyntaxError',
      /^SyntaxError: /,
    ],
    [
      'a missing dependency of a module',
      { 'index.mjs': "import 'x';" },
      'index.handler',
      'Error',
      /^Cannot find package 'x' imported from .*index\.mjs$/,
    ],
    [
      'an import without an extension',
      { 'index.mjs': "import './lib';", 'lib.js': '' },
      'index.handler',
      'Error',
      /^Cannot find module .*\/lib' imported from/,
    ],
    [
      'an error at the top',
      { 'index.mjs': "throw new TypeError('no table');" },
      'index.handler',
      'TypeError',
      /^no table$/,
    ],
    ['a text thrown at the top', { 'index.js': "throw 'text';" }, 'index.handler', 'string', /^text$/],
    [
      'a rejection at the top',
      { 'index.mjs': "await Promise.reject(new RangeError('r'));" },
      'index.handler',
      'RangeError',
      /^r$/,
    ],
  ])('has %s', async (_what, files, handler, errorType, errorMessage) => {
    const { origin, json, exits } = await run({ files: files as Record<string, string>, handler, runtime });
    expect({ origin, ...json }).toMatchObject({
      origin: 'init',
      errorType,
      errorMessage: expect.stringMatching(errorMessage),
    });
    expect(exits).toEqual([{ type: 'exited', code: exitCode }]);
  });

  it('ends the process itself', async () => {
    expect((await run({ files: { 'index.js': 'process.exit(7)' }, runtime })).json.errorMessage).toMatch(
      /exit status 7$/,
    );
  });

  it('begins the trace with the type', async () => {
    expect((await run({ files: { 'index.mjs': '' }, runtime })).json.trace[0]).toBe(
      'Runtime.HandlerNotFound: index.handler is undefined or not exported',
    );
  });
});

describe('only up to nodejs22.x', () => {
  const runtime = 'nodejs22.x';

  it.each([
    ['a directory', { 'index/index.js': CJS('a directory') }, 'index.handler'],
    [
      'a static method',
      { 'index.js': "exports.A = class { static async handler() { return 'a static method'; } };" },
      'index.A.handler',
    ],
  ])('a handler may be in %s', async (name, files, handler) => {
    expect((await run({ files: files as Record<string, string>, handler, runtime })).json).toBe(name);
    expect(
      (await run({ files: files as Record<string, string>, handler, runtime: 'nodejs24.x' })).json.errorType,
    ).toBeDefined();
  });

  it('syntax of ES modules in a plain .js is an error, where later versions detect it', async () => {
    expect((await run({ files: { 'index.js': ESM('') }, runtime })).json).toMatchObject({
      errorType: 'Runtime.UserCodeSyntaxError',
      errorMessage: "SyntaxError: Unexpected token 'export'",
    });
  });

  it('an ES module cannot be required', async () => {
    const files = { 'index.js': "require('./lib.mjs');", 'lib.mjs': '' };
    expect((await run({ files, runtime })).json).toMatchObject({
      errorType: 'Error',
      errorMessage: expect.stringMatching(/require\(\) of ES Module/),
    });
  });

  it('a rejection that nobody waits for fails the start', async () => {
    const source = `Promise.reject(new Error('float')); await new Promise((r) => setTimeout(r, 5000));`;
    const { json, exits } = await run({ files: { 'index.mjs': source }, runtime });
    expect(json).toMatchObject({ errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: float' });
    expect(exits).toEqual([{ type: 'exited', code: 128 }]);
  });

  it('a syntax error loses its place in the answer, which then stands in the output', async () => {
    const { environment, lines } = environmentOf(nodePlan({ files: { 'index.js': '\nconst = 1;' }, runtime }));
    const { trace } = readOutcome(await environment.invoke(invocationOf())).json;
    expect(trace[0]).toBe("Runtime.UserCodeSyntaxError: SyntaxError: Unexpected token '='");
    expect(lines.find(({ stream }) => stream === 'stderr')?.text).toMatch(/index\.js:2$/);
  });

  it('a wait at the top that never ends is exit status 13', async () => {
    const files = { 'index.mjs': 'await new Promise(() => {}); export const handler = async () => 1;' };
    expect((await run({ files, runtime })).json.errorMessage).toMatch(/exit status 13$/);
    expect((await run({ files, runtime: 'nodejs24.x' })).json.errorMessage).toMatch(/without providing a reason$/);
  });
});

describe('only from nodejs24.x on', () => {
  it('a syntax error keeps its place in the trace', async () => {
    const { json } = await run({ files: { 'index.js': '\nconst = 1;' }, runtime: 'nodejs24.x' });
    expect(json.trace[0]).toMatch(/index\.js:2$/);
  });

  it('a falsy export counts as none, and the default export is looked at', async () => {
    const files = { 'index.mjs': "export const handler = 0; export default { handler: async () => 'default' };" };
    expect((await run({ files, runtime: 'nodejs24.x' })).json).toBe('default');
  });

  it('a handler may be in the default export', async () => {
    const files = { 'index.mjs': "export default { handler: async () => 'default' };" };
    expect((await run({ files, runtime: 'nodejs24.x' })).json).toBe('default');
    expect((await run({ files, runtime: 'nodejs22.x' })).json.errorType).toBe('Runtime.HandlerNotFound');
  });
});
