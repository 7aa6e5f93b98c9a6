// How this package is bundled: a command then loads a few files in place of several hundred.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import Ajv from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { trimmedPackages } from './trimmed-packages.mjs';

const require = createRequire(import.meta.url);

export const root = join(import.meta.dirname, '..');
export const outputFolder = join(root, 'dist');
const source = join(root, 'src');

/** Installed beside the package, and not bundled: what is a program, a plugin of oclif, or found by its own name. */
const installed = ['@live-lambda/emulator', 'esbuild', 'jiti', 'tsx'];
/** Taken where a user has them, and not needed. */
const optional = ['bufferutil', 'ts-node', 'typescript', 'utf-8-validate'];

function isExternal(id) {
  return (
    id.startsWith('@oclif/plugin-') ||
    [...installed, ...optional].some((name) => id === name || id.startsWith(`${name}/`))
  );
}

/** Modules of this package, by their paths below `src`, as a pattern without the ending. */
const own = (modules) => new RegExp(`[\\\\/]cli/src/(?:${modules})\\.ts$`.replaceAll('/', '[\\\\/]'));

/**
 * What is loaded together is one file, since to find and open one costs as much as to compile 30 kB. A module is of the
 * first group that names it, or of the first that imports it.
 */
const groups = [
  { name: 'node', test: /^\0builtin:/ },
  { name: 'oclif', test: /[\\/]@oclif[\\/]core[\\/]/ },
  { name: 'aws', test: own('aws/(?:sts|cloudformation|credentials)') },
  { name: 'manifest', test: /[\\/]protocol[\\/]dist[\\/](?:identity|manifest)\.js$/ },
  { name: 'protocol', test: /[\\/]protocol[\\/]dist[\\/]/ },
  { name: 'runner', test: /[\\/]runners[\\/]dist[\\/]/ },
  // All that is loaded before a command has looked at its arguments.
  { name: 'commands', test: own('base-command|(?:commands|hooks)/.*') },
  { name: 'project', test: own('project|keys/project-keys|functions/project-app') },
  { name: 'cloud', test: own('functions/deployment|proxy|aws/client-options') },
  {
    name: 'open-tunnel',
    test: own(
      'open-tunnel|tunnel/(?:tunnel|budget)|status/session-recorder|plugins/(?:invocation-listeners|plugin-faults)|runners/choose-runner|nodes/runtime-nodes',
    ),
  },
].map((group, index, { length }) => ({ ...group, priority: length - index }));

/** To compile a JSON schema takes longer than to start Node: it is done here, once. */
const compiledSchema = {
  name: 'compiled-schema',
  load: {
    filter: { id: /[\\/]manifest-schema\.ts$/ },
    handler() {
      const file = require.resolve('@live-lambda/protocol/manifest/v1.schema.json');
      this.addWatchFile(file);
      // Parts that are referred to stay functions: written out at each place they are twice the code.
      const options = { strict: false, validateSchema: false, inlineRefs: false, code: { source: true, esm: true } };
      const ajv = new Ajv.default(options).addSchema(JSON.parse(readFileSync(file, 'utf8')), 'manifest');
      return { code: standaloneCode.default(ajv, { checkManifest: 'manifest' }), moduleType: 'js' };
    },
  },
};

/** What is compiled already is mapped to its sources, so that whoever measures what is covered finds them. */
const mappedSiblings = {
  name: 'mapped-siblings',
  load: {
    filter: { id: /[\\/](?:protocol|runners)[\\/]dist[\\/].*\.js$/ },
    handler: (id) => ({ code: readFileSync(id, 'utf8'), map: JSON.parse(readFileSync(`${id}.map`, 'utf8')) }),
  },
};

/** What oclif and others load by its name: commands, hooks, the program, and the package's export. */
export function entryPoints() {
  const files = ['commands', 'hooks'].flatMap((folder) =>
    readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  return ['program.ts', 'index.ts', ...files]
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.replace(/\.ts$/, '').replaceAll('\\', '/'));
}

/** For rolldown. */
export function bundleOptions() {
  return {
    cwd: root,
    input: Object.fromEntries(entryPoints().map((name) => [name, join(source, `${name}.ts`)])),
    platform: 'node',
    external: isExternal,
    // ES modules, of which what nobody uses can be left out.
    resolve: { mainFields: ['module', 'main'] },
    transform: { target: 'node20.19' },
    plugins: [compiledSchema, mappedSiblings, ...trimmedPackages],
    output: {
      dir: outputFolder,
      format: 'esm',
      // Beside the files, for whoever works on them; they are not packed.
      sourcemap: 'hidden',
      // Names and lines stay as they are, so that a stack trace can be read without a source map.
      minify: false,
      entryFileNames: '[name].js',
      chunkFileNames: 'chunks/[name]-[hash].js',
      codeSplitting: { groups },
    },
    logLevel: 'warn',
    checks: { ineffectiveDynamicImport: false },
    write: false,
  };
}
