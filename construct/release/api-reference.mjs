// Writes API.md, the reference of what the package exports. `--check` compares only.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPackage, packageFolder } from './build.mjs';
import { runBin } from './process.mjs';

const target = join(import.meta.dirname, '../API.md');
const scratch = mkdtempSync(join(tmpdir(), 'live-lambda-api-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

await buildPackage();
const made = join(scratch, 'API.md');
runBin('jsii-docgen', ['--output', made, packageFolder], { cwd: packageFolder });
// The generator leaves an empty line at the end, and those of a list that is empty.
const wanted = `${readFileSync(made, 'utf8').trimEnd()}\n`;
if (!process.argv.includes('--check')) writeFileSync(target, wanted);
else if (read(target) !== wanted) {
  console.error('construct: API.md is not what the code says; make it again: npm run api -w live-lambda-cdk');
  process.exitCode = 1;
} else console.log('API.md is current.');

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
