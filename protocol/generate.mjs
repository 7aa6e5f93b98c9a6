// Makes the message code in generated/ from proto/. `--check` compares instead of writing, for CI.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const require = createRequire(import.meta.url);
const pbjs = promisify(require('protobufjs-cli/pbjs').main);
const pbts = promisify(require('protobufjs-cli/pbts').main);

const here = import.meta.dirname;
const protoRoot = join(here, 'proto');
const protoFile = (name) => join(protoRoot, 'live_lambda', 'v1', `${name}.proto`);
/** What tunnels alone say to each other is a module of its own, which the stub does not carry. */
const modules = [
  { name: 'live-lambda-v1', root: 'live_lambda_v1', files: ['frame', 'handshake', 'message'].map(protoFile) },
  { name: 'live-lambda-session-v1', root: 'live_lambda_session_v1', files: ['session'].map(protoFile) },
];
const banner = '// Made by `npm run generate` from proto/live_lambda/v1. Do not edit.\n';

/**
 * Leaves out that fields of later versions are kept to be written again: nothing here is written that was read, and the
 * code is a tenth smaller without.
 */
function withoutUnknowns(code) {
  return code
    .replace(/^ *if \(message\.\$unknowns != null[^\n]*\n *for \(let i[^\n]*\n *writer\.raw[^\n]*\n/gm, '')
    .replace(/^ *if \(!reader\.discardUnknown\) \{\n[^\n]*\n[^\n]*\n *\}\n/gm, '');
}

/** @returns the paths of the code and its types */
async function make({ name, root, files }, folder) {
  const code = join(folder, `${name}.js`);
  const types = join(folder, `${name}.d.ts`);
  const flags = [
    ...['--target', 'static-module', '--wrap', 'es6', '--root', root],
    ...['--dependency', 'protobufjs/minimal.js', '--path', protoRoot, '--force-number'],
    ...['--no-create', '--no-verify', '--no-convert', '--no-delimited', '--no-typeurl', '--no-service'],
  ];
  // The types are read off the comments of the code, which are of no use once the types exist.
  await pbjs([...flags, '--out', code, ...files]);
  await pbts(['--out', types, code]);
  await pbjs([...flags, '--no-comments', '--out', code, ...files]);
  return [code, types];
}

const scratch = mkdtempSync(join(tmpdir(), 'live-lambda-generate-'));
try {
  const check = process.argv.includes('--check');
  for (const module of modules) {
    for (const path of await make(module, scratch)) {
      const target = join(here, 'generated', path.slice(scratch.length + 1));
      const made = banner + withoutUnknowns(readFileSync(path, 'utf8'));
      if (!check) writeFileSync(target, made);
      else if (readFileSync(target, 'utf8') !== made) {
        console.error(`${target} differs from what proto/ makes. Run \`npm run generate\` and commit the result.`);
        process.exitCode = 1;
      }
    }
  }
  if (!process.exitCode) console.log(check ? 'The generated code is what proto/ makes.' : 'Generated.');
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
