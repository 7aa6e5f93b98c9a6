import type { Section } from '../conformance-case.ts';

const esmSays = (word: string): string => `export const handler = async () => '${word}';`;
const cjsSays = (word: string): string => `exports.handler = async () => '${word}';`;
const THEN_EXIT = { callback: '; then exit status 129', promise: '; then exit status 1' } as const;

/** Fails at initialisation in the same words in both generations. */
const initError = (line: string) => ({
  callback: `ERR ${line}${THEN_EXIT.callback}`,
  promise: `ERR ${line}${THEN_EXIT.promise}`,
});

const NOT_FOUND = (module: string): string =>
  `Runtime.ImportModuleError: Error: Cannot find module '${module}'\\nRequire stack:\\n- /var/runtime/index.mjs`;

const TYPE_MODULE = '{"type":"module"}';

export const RESOLUTION: Section = {
  title: 'Resolution of the handler',
  cases: [
    { title: 'index.js, CommonJS', files: { 'index.js': cjsSays('js') }, expected: 'OK "js"' },
    { title: 'index.mjs', files: { 'index.mjs': esmSays('mjs') }, expected: 'OK "mjs"' },
    { title: 'index.cjs', files: { 'index.cjs': cjsSays('cjs') }, expected: 'OK "cjs"' },
    {
      title: 'index.js in a package of type module',
      files: { 'index.js': esmSays('js'), 'package.json': TYPE_MODULE },
      expected: 'OK "js"',
    },
    {
      title: 'index.cjs in a package of type module',
      files: { 'index.cjs': cjsSays('cjs'), 'package.json': TYPE_MODULE },
      expected: 'OK "cjs"',
    },
    {
      title: 'the package.json nearest to the file decides',
      files: { 'src/index.js': cjsSays('js'), 'src/package.json': '{}', 'package.json': TYPE_MODULE },
      handler: 'src/index.handler',
      expected: 'OK "js"',
    },
    {
      title: 'index.js comes before index.mjs',
      files: { 'index.js': cjsSays('js'), 'index.mjs': esmSays('mjs') },
      expected: 'OK "js"',
    },
    {
      title: 'index.mjs comes before index.cjs',
      files: { 'index.mjs': esmSays('mjs'), 'index.cjs': cjsSays('cjs') },
      expected: 'OK "mjs"',
    },
    {
      title: 'a file without an extension comes before index.js',
      files: { index: cjsSays('bare'), 'index.js': cjsSays('js') },
      expected: 'OK "bare"',
    },
    {
      title: 'a module in a folder',
      files: { 'src/app.mjs': esmSays('app') },
      handler: 'src/app.handler',
      expected: 'OK "app"',
    },
    {
      title: 'an absolute path',
      files: { 'src/app.mjs': esmSays('app') },
      handler: '/var/task/src/app.handler',
      expected: 'OK "app"',
    },
    {
      title: 'a folder with a space in its name',
      files: { 'my functions/app.mjs': esmSays('app') },
      handler: 'my functions/app.handler',
      expected: 'OK "app"',
    },
    {
      title: 'a file name that looks like an escaped one',
      files: { 'a%20b.mjs': esmSays('escaped'), 'a b.mjs': esmSays('plain') },
      handler: 'a%20b.handler',
      expected: 'OK "plain"',
    },
    {
      title: 'a file name with a hash',
      files: { 'a#b.mjs': esmSays('hash') },
      handler: 'a#b.handler',
      expected: initError(`Error: Cannot find module '/var/task/a' imported from /var/runtime/index.mjs`),
    },
    {
      title: 'an export whose name is not ASCII',
      files: { 'index.mjs': `export const größe = async () => 'groß';` },
      handler: 'index.größe',
      expected: 'OK "groß"',
    },
    {
      title: 'a file in a folder without an export of that name',
      files: { 'src/app.mjs': esmSays('app') },
      handler: 'src/app.other',
      expected: initError('Runtime.HandlerNotFound: src/app.other is undefined or not exported'),
    },
    {
      title: 'a handler that begins with ./',
      files: { 'index.mjs': esmSays('index') },
      handler: './index.handler',
      expected: 'OK "index"',
    },
    {
      title: 'nested exports',
      files: { 'index.mjs': `export const api = { orders: { create: async () => 'created' } };` },
      handler: 'index.api.orders.create',
      expected: 'OK "created"',
    },
    {
      title: 'dots in a file name cannot be addressed',
      files: { 'foo.bar.js': cjsSays('foo.bar') },
      handler: 'foo.bar.handler',
      expected: initError(NOT_FOUND('foo')),
    },
    {
      title: 'a folder with index.js',
      files: { 'app/index.js': cjsSays('folder') },
      handler: 'app.handler',
      expected: {
        callback: 'OK "folder"',
        promise: `ERR Error: Directory import '/var/task/app' is not supported resolving ES modules imported from /var/runtime/index.mjs\\nDid you mean to import "/var/task/app/index.js"?${THEN_EXIT.promise}`,
      },
    },
    {
      title: 'a folder whose package.json names its main file',
      files: { 'app/package.json': '{"main":"lib/main.js"}', 'app/lib/main.js': cjsSays('main') },
      handler: 'app.handler',
      expected: {
        callback: 'OK "main"',
        promise: `ERR Error: Directory import '/var/task/app' is not supported resolving ES modules imported from /var/runtime/index.mjs\\nDid you mean to import "/var/task/app/lib/main.js"?${THEN_EXIT.promise}`,
      },
    },
    {
      title: 'a package in node_modules',
      files: { 'node_modules/app/package.json': '{"main":"main.js"}', 'node_modules/app/main.js': cjsSays('package') },
      handler: 'app.handler',
      expected: 'OK "package"',
    },
    {
      title: 'the search for a package.json stops at node_modules',
      files: { 'node_modules/app/index.js': cjsSays('package'), 'package.json': TYPE_MODULE },
      handler: 'node_modules/app/index.handler',
      expected: 'OK "package"',
    },
    {
      title: 'a module that NODE_PATH leads to, as in a layer',
      files: { 'layer/nodejs/node_modules/app/index.js': cjsSays('layer') },
      handler: 'app.handler',
      env: { NODE_PATH: '/var/task/layer/nodejs/node_modules' },
      expected: 'OK "layer"',
    },
    {
      title: 'require finds what NODE_PATH leads to',
      files: {
        'index.js': `exports.handler = async () => require('dependency');`,
        'layer/node_modules/dependency/index.js': `module.exports = 'layer';`,
      },
      env: { NODE_PATH: '/var/task/layer/node_modules' },
      expected: 'OK "layer"',
    },
    {
      title: 'import does not know NODE_PATH',
      files: {
        'index.mjs': `import word from 'dependency'; export const handler = async () => word;`,
        'layer/node_modules/dependency/index.js': `module.exports = 'layer';`,
      },
      env: { NODE_PATH: '/var/task/layer/node_modules' },
      expected: initError(
        `Error: Cannot find package 'dependency' imported from /var/task/index.mjs\\nDid you mean to import "dependency/index.js"?`,
      ),
    },
    {
      title: 'only index.ts in the package',
      files: { 'index.ts': esmSays('ts') },
      expected: initError(NOT_FOUND('index')),
    },
    {
      title: 'only index.json in the package',
      files: { 'index.json': '{"handler":1}' },
      expected: initError(NOT_FOUND('index')),
    },
    { title: 'no such file', files: { 'other.mjs': esmSays('other') }, expected: initError(NOT_FOUND('index')) },
    {
      title: 'a handler without a dot',
      files: { 'index.mjs': esmSays('index') },
      handler: 'index',
      expected: initError('Runtime.MalformedHandlerName: Bad handler'),
    },
    {
      title: 'a handler that leads out of the task folder',
      files: { 'index.mjs': esmSays('index') },
      handler: '../index.handler',
      expected: initError(
        `Runtime.MalformedHandlerName: '../index.handler' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
      ),
    },
    {
      title: 'a handler with two dots in a row',
      files: { 'index.mjs': esmSays('index') },
      handler: 'index..handler',
      expected: initError(
        `Runtime.MalformedHandlerName: 'index..handler' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
      ),
    },
    {
      title: 'no such export',
      files: { 'index.mjs': 'export const other = 1;' },
      expected: initError('Runtime.HandlerNotFound: index.handler is undefined or not exported'),
    },
    {
      title: 'an export that is falsy',
      files: { 'index.mjs': 'export const handler = 0;' },
      expected: initError('Runtime.HandlerNotFound: index.handler is undefined or not exported'),
    },
    {
      title: 'an export that is no function',
      files: { 'index.js': 'exports.handler = 5;' },
      expected: initError('Runtime.HandlerNotFound: index.handler is not a function'),
    },
    {
      title: 'export default with the handler in it',
      files: { 'index.mjs': `export default { handler: async () => 'default' };` },
      expected: {
        callback: `ERR Runtime.HandlerNotFound: index.handler is undefined or not exported${THEN_EXIT.callback}`,
        promise: 'OK "default"',
      },
    },
    {
      title: 'export default, addressed as such',
      files: { 'index.mjs': `export default async () => 'default';` },
      handler: 'index.default',
      expected: 'OK "default"',
    },
    {
      title: 'CommonJS compiled from an ES module with a default export',
      files: { 'index.js': 'exports.__esModule = true; exports.default = { handler: async () => 1 };' },
      expected: initError('Runtime.HandlerNotFound: index.handler is undefined or not exported'),
    },
    {
      title: 'a static method of a class',
      files: { 'index.mjs': `export class A { static async handler() { return 'static'; } }` },
      handler: 'index.A.handler',
      expected: {
        callback: 'OK "static"',
        promise: `ERR Runtime.HandlerNotFound: index.A.handler is undefined or not exported${THEN_EXIT.promise}`,
      },
    },
    {
      title: 'CommonJS whose exports only its execution tells',
      files: { 'index.js': `for (const name of ['handler']) exports[name] = async () => 'dynamic';` },
      expected: 'OK "dynamic"',
    },
    {
      title: 'module.exports is the object with the handler',
      files: { 'index.js': `module.exports = { handler: async () => 'object' };` },
      expected: 'OK "object"',
    },
    {
      title: 'names that JavaScript inherits are found where the older runtime looks',
      files: { 'index.mjs': 'export const handler = async () => 1;' },
      handler: 'index.handler.call',
      expected: {
        callback: 'ERR TypeError: this.handler is not a function',
        promise: `ERR Runtime.HandlerNotFound: index.handler.call is undefined or not exported${THEN_EXIT.promise}`,
      },
    },
  ],
};
