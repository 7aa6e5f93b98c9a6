// Holds proto/ against descriptors/v1.json, the protocol as it was last released: a change that older releases would
// not understand is an error. `--release` writes the descriptor when a release is made.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { breakingChanges } from './dist/compatibility/breaking-changes.js';

const pbjs = promisify(createRequire(import.meta.url)('protobufjs-cli/pbjs').main);

const here = import.meta.dirname;
const protoRoot = join(here, 'proto');
const releasedFile = join(here, 'descriptors', 'v1.json');
const protoFiles = ['frame', 'handshake', 'message', 'session'].map((name) =>
  join(protoRoot, 'live_lambda', 'v1', `${name}.proto`),
);

const text = await pbjs(['--target', 'json', '--path', protoRoot, ...protoFiles]);
const released = JSON.parse(readFileSync(releasedFile, 'utf8'));
const changes = breakingChanges(released, JSON.parse(text));
if (changes.length > 0) {
  console.error(`proto/ is not compatible with the release in ${releasedFile}:\n- ${changes.join('\n- ')}`);
  process.exitCode = 1;
} else if (process.argv.includes('--release')) {
  writeFileSync(releasedFile, text);
  const biome = join(here, '..', 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  execFileSync(process.execPath, [biome, 'format', '--write', releasedFile], { stdio: 'ignore' });
  console.log(`${releasedFile} is the protocol as it is now.`);
} else console.log('Releases that are out understand this protocol.');
