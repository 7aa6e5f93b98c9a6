// Makes what runs of this package: in dist a file for each command, and in dist/chunks what they share.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { bundleOptions, entryPoints, outputFolder, root } from './options.mjs';
import { packageOf, thirdPartyNotices } from './third-party-notices.mjs';

/** What the bundle was made of, and what its files hold: for tests, and for whoever packs. */
const recordFile = join(outputFolder, '.bundle.json');

/** What decides about a bundle besides its modules; installed packages are as the lock file says. */
const decisive = [
  'package.json',
  '../package-lock.json',
  ...readdirSync(import.meta.dirname).map((file) => `bundle/${file}`),
];

function hashOf(files) {
  const hash = createHash('sha256').update(entryPoints().join());
  for (const file of files) hash.update(readFileSync(join(root, file)));
  return hash.digest('base64');
}

function isFresh() {
  try {
    const { inputs, hash } = JSON.parse(readFileSync(recordFile, 'utf8'));
    return hash === hashOf(inputs);
  } catch {
    return false;
  }
}

/** Whole or not at all: a command that starts meanwhile finds the old file or the new one. */
function replaceFile(file, contents) {
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}.tmp`;
  writeFileSync(fresh, contents);
  renameSync(fresh, file);
}

/** What was of an earlier bundle. Its chunks stay: a command that runs may load one yet. They are never packed. */
function removeStale(outputs) {
  for (const file of readdirSync(outputFolder, { recursive: true, encoding: 'utf8' })) {
    const name = file.replaceAll('\\', '/');
    if (/\.js(?:\.map)?$/.test(name) && !name.startsWith('chunks/') && !(name.replace(/\.map$/, '') in outputs)) {
      rmSync(join(outputFolder, file));
    }
  }
}

function contentOf({ imports, modules }) {
  return { imports, packages: [...new Set(Object.keys(modules).flatMap((id) => packageOf(id)?.name ?? []))].sort() };
}

async function bundle() {
  const { output: files } = await build(bundleOptions());
  const output = files.filter(({ type }) => type === 'chunk');
  // What others import comes first.
  const [entries, chunks] = [output.filter(({ isEntry }) => isEntry), output.filter(({ isEntry }) => !isEntry)];
  for (const { fileName, code, map } of [...chunks, ...entries]) {
    // One that only exports what others hold has none.
    if (map) replaceFile(join(outputFolder, `${fileName}.map`), map.toString());
    replaceFile(join(outputFolder, fileName), code);
  }
  const outputs = Object.fromEntries(output.map((file) => [file.fileName, contentOf(file)]));
  removeStale(outputs);
  replaceFile(join(root, 'THIRD-PARTY-NOTICES'), thirdPartyNotices(output));
  const modules = output
    .flatMap(({ modules }) => Object.keys(modules))
    .filter((id) => !/^\0|[\\/]node_modules[\\/]/.test(id));
  const schema = '../protocol/manifest/v1.schema.json';
  const inputs = [...decisive, schema, ...new Set(modules.map((id) => relative(root, id)))];
  replaceFile(recordFile, JSON.stringify({ outputs, inputs, hash: hashOf(inputs) }));
  return output;
}

/** For the test runner: tests run what is published, made anew where something has changed since. */
export async function setup() {
  if (isFresh()) return;
  try {
    await bundle();
    await import('../write-manifest.mjs');
  } catch (error) {
    console.error(`The command line could not be bundled: its tests run what was bundled before. ${error}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const output = await bundle();
  const bytes = output.reduce((sum, { code }) => sum + Buffer.byteLength(code), 0);
  console.log(`${output.length} files, ${bytes} bytes`);
}
