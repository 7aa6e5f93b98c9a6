// Before npm packs the package of this folder: builds it, takes out what was built of sources that are gone, and adds
// the license.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { prepare } from './prepare.mjs';
import { root } from './run.mjs';

const compiled = /\.(?:js|d\.ts)(?:\.map)?$/;

/** Files below `dist` that a bundler wrote with the last build; none where there is no bundle. */
function bundledFiles(folder) {
  const record = join(folder, 'dist', '.bundle.json');
  return existsSync(record) ? Object.keys(JSON.parse(readFileSync(record, 'utf8')).outputs) : [];
}

/** Neither compiler nor bundler deletes: a source that was renamed leaves its old output behind. */
function removeStale(folder) {
  const bundled = new Set(bundledFiles(folder));
  for (const file of readdirSync(join(folder, 'dist'), { recursive: true })) {
    const hasSource = existsSync(join(folder, 'src', file.replace(compiled, '.ts')));
    const isBundled = bundled.has(file.replaceAll('\\', '/'));
    if (compiled.test(file) && !hasSource && !isBundled) rmSync(join(folder, 'dist', file));
  }
}

await prepare();
removeStale(process.cwd());
cpSync(join(root, 'LICENSE'), join(process.cwd(), 'LICENSE'));
