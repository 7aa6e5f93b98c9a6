// Builds the package as it is published: by jsii, against the oldest aws-cdk-lib that it works with, from a copy that
// holds nothing else. `--in-place` puts the result where npm packs it.
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from '../../scripts/prepare.mjs';
import { cache, floor, installFloor } from './floor.mjs';
import { runBin } from './process.mjs';

const construct = join(import.meta.dirname, '..');
/** What jsii reads, or the package needs to work. */
const ingredients = ['README.md', 'assets', 'package.json', 'schema', 'src', 'tsconfig.jsii.json'];
/** What only a reader of the package needs. */
const companions = ['API.md', 'LICENSE'];
/** What jsii makes. */
const products = ['.jsii', '.jsii.gz', 'dist'];

/** The folder of the package as it is published. */
export const packageFolder = join(cache, 'package');

/** Makes `packageFolder`, if what it is made of has changed. */
export async function buildPackage() {
  await prepare();
  compile();
  for (const name of companions) {
    if (existsSync(join(construct, name))) cpSync(join(construct, name), join(packageFolder, name));
  }
}

function compile() {
  const digest = digestIngredients();
  const marker = join(packageFolder, '.ingredients');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === digest) return;

  rmSync(packageFolder, { recursive: true, force: true });
  for (const name of ingredients) {
    cpSync(join(construct, name), join(packageFolder, name), { recursive: true, filter: isPublished });
  }
  writePackageFile();
  linkFloor(installFloor());
  runBin('jsii', ['--compress-assembly', '--fail-on-warnings'], { cwd: packageFolder });
  writeFileSync(marker, digest);
}

function isPublished(path) {
  return !/\.test\.ts$|[\\/](?:fixtures|__snapshots__)$/.test(path);
}

/** Without what only the workspace can run; jsii wants the oldest versions to be those that are compiled against. */
function writePackageFile() {
  const file = join(packageFolder, 'package.json');
  const { scripts: _scripts, ...manifest } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, `${JSON.stringify({ ...manifest, devDependencies: floor }, null, 2)}\n`);
}

function linkFloor(folder) {
  mkdirSync(join(packageFolder, 'node_modules'));
  for (const name of Object.keys(floor)) {
    symlinkSync(join(folder, 'node_modules', name), join(packageFolder, 'node_modules', name), 'junction');
  }
}

function digestIngredients() {
  const hash = createHash('sha256').update(JSON.stringify([process.version, floor]));
  hash.update(readFileSync(join(construct, '../package-lock.json')));
  for (const file of ingredients.flatMap((name) => filesOf(join(construct, name)))) {
    hash.update(`\0${relative(construct, file).split(sep).join('/')}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function filesOf(path) {
  if (!isPublished(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesOf(join(path, name)));
}

/** The compiler's own note of what it has built stays: what it is about, the sources, did not change. */
function putInPlace() {
  for (const name of readdirSync(join(construct, 'dist'))) {
    if (name !== '.tsbuildinfo') rmSync(join(construct, 'dist', name), { recursive: true });
  }
  for (const name of products) cpSync(join(packageFolder, name), join(construct, name), { recursive: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildPackage();
  if (process.argv.includes('--in-place')) putInPlace();
}
