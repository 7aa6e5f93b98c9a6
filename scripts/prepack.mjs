// Before npm packs the package of this folder: builds it, takes out what was built of sources that are gone, and adds
// the license.
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { prepare } from './prepare.mjs';
import { root } from './run.mjs';

const compiled = /\.(?:js|d\.ts)(?:\.map)?$/;

/** The compiler never deletes: a source that was renamed leaves its old output behind. */
function removeStale(folder) {
  for (const file of readdirSync(join(folder, 'dist'), { recursive: true })) {
    const hasSource = existsSync(join(folder, 'src', file.replace(compiled, '.ts')));
    if (compiled.test(file) && !hasSource) rmSync(join(folder, 'dist', file));
  }
}

await prepare();
removeStale(process.cwd());
cpSync(join(root, 'LICENSE'), join(process.cwd(), 'LICENSE'));
