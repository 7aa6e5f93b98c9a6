// Parts of packages that a start would pay for and never uses.
import { builtinModules, createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A `require` of TypeScript's output, whose result is used as `name.member` alone. */
const requirement = /^(?:const|var) (\w+_\d+) = ((?:__importDefault\()?require\("[^"]+"\)\)?);$/gm;

/**
 * oclif's modules load all that any command could need, with the first of them. Here each is loaded when something of it is
 * used for the first time: half of them never are.
 */
const lazyOclif = {
  name: 'lazy-oclif',
  transform: {
    filter: { id: /[\\/]@oclif[\\/]core[\\/]lib[\\/].*\.js$/ },
    handler(code) {
      const names = [...code.matchAll(requirement)].map(([, name]) => name);
      if (names.length === 0) return undefined;
      const uses = new RegExp(`\\b(?:${names.join('|')})(?=\\.)`, 'g');
      const lazy = code
        .replace(uses, '$&.module')
        .replace(requirement, 'const $1 = { get module() { return this.loaded ??= $2; } };');
      // The first comparison by language loads its rules, for 10 ms; ids of commands are plain.
      return { code: lazy.replace('a.id.localeCompare(b.id)', '(a.id < b.id ? -1 : 1)'), map: null };
    },
  },
};

const require = createRequire(import.meta.url);
const protocol = createRequire(require.resolve('@live-lambda/protocol/package.json'));

/** Modules that stand for packages, by the package's name. */
const replacements = {
  // Plugins are listed by their names; patterns are possible, and not used.
  minimatch: 'export const minimatch = (name, pattern) => name === pattern;',
  // The client without the server.
  ws: `export { default as WebSocket } from ${JSON.stringify(join(dirname(protocol.resolve('ws')), 'lib', 'websocket.js'))};`,
  // Numbers of 64 bits are read as doubles, which are checked for their range.
  long: 'export default undefined;',
};

const replacedPackages = {
  name: 'replaced-packages',
  resolveId: {
    filter: { id: new RegExp(`^(?:${Object.keys(replacements).join('|')})$`) },
    handler: (id) => `\0replaced:${id}`,
  },
  load: {
    filter: { id: /^\0replaced:/ },
    handler: (id) => ({ code: replacements[id.replace('\0replaced:', '')], moduleType: 'js' }),
  },
};

/**
 * To import a module of Node's makes an ES module of it, for which each of its members is read, and with some of them half of
 * Node is loaded: as a plain object it costs half as much.
 */
const plainBuiltins = {
  name: 'plain-builtins',
  resolveId: {
    filter: {
      id: new RegExp(`^(?:node:)?(?:${builtinModules.filter((name) => !/^_|^module$/.test(name)).join('|')})$`),
    },
    handler: (id) => `\0builtin:${id.replace('node:', '')}`,
  },
  load: {
    filter: { id: /^\0builtin:/ },
    handler: (id) => ({
      code: `module.exports = process.getBuiltinModule('${id.replace('\0builtin:', '')}');`,
      moduleType: 'js',
    }),
  },
};

export const trimmedPackages = [lazyOclif, replacedPackages, plainBuiltins];
