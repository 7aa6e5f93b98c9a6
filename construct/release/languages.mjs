// Makes the package for every language that it is published in, as code; its examples are translated for each, and
// must compile.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPackage, packageFolder } from './build.mjs';
import { cache } from './floor.mjs';
import { runBin } from './process.mjs';

const folder = join(cache, 'languages');

/** Checks the `ts` examples of the README and of the docstrings as the compiler does, and leaves their translations. */
export function compileExamples() {
  runBin('jsii-rosetta', ['extract', '--strict', packageFolder]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildPackage();
  compileExamples();
  rmSync(folder, { recursive: true, force: true });
  const untranslated = ['--rosetta-unknown-snippets', 'fail'];
  runBin('jsii-pacmak', ['--code-only', '--validate-assemblies', ...untranslated, '--outdir', folder, packageFolder]);
  console.log(`The code for each language is in ${folder}.`);
}
