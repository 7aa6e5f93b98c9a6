// Makes the golden vectors in vectors/v1 (see the README there) from the built package. A vector that is there already
// stays: one that would come out differently now is an error, since releases that are out speak as it says. `--force`
// rewrites it nevertheless; `--check` writes nothing and fails where something is missing or different, for CI.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { channelEventVectors, frameHeaderVectors, invalidVectors } from './vectors/make/channel-events.mjs';
import {
  conversationVectors,
  handshakeVectors,
  sealingVectors,
  signatureVectors,
} from './vectors/make/cryptography.mjs';
import { messageVectors } from './vectors/make/messages.mjs';
import { channelNameVectors, eventTextVectors, packingVectors } from './vectors/make/packing.mjs';

const files = {
  'channel-events': channelEventVectors(),
  'channel-names': channelNameVectors(),
  conversation: conversationVectors(),
  'event-text': eventTextVectors(),
  'frame-headers': frameHeaderVectors(),
  handshake: handshakeVectors(),
  invalid: invalidVectors(),
  messages: messageVectors(),
  packing: packingVectors(),
  sealing: sealingVectors(),
  signatures: signatureVectors(),
};

const check = process.argv.includes('--check');
const force = process.argv.includes('--force');
const folder = join(import.meta.dirname, 'vectors', 'v1');
const complaints = [];
let added = 0;

mkdirSync(folder, { recursive: true });
for (const [file, made] of Object.entries(files)) {
  const path = join(folder, `${file}.json`);
  const existing = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [];
  const byName = new Map(existing.map((vector) => [vector.name, vector]));
  for (const vector of made) {
    const known = byName.get(vector.name);
    // As it reads once written: without what is undefined.
    const written = JSON.parse(JSON.stringify(vector));
    if (known === undefined) added += 1;
    if (known === undefined && check) complaints.push(`${file}.json has no vector "${vector.name}": make it`);
    // What an encoder is free to choose, another release of zlib may choose differently.
    if (known !== undefined && !known.onlyDecode && !isDeepStrictEqual(known, written) && !force)
      complaints.push(`${file}.json: "${vector.name}" is no longer what the code makes`);
    if (known === undefined || force) byName.set(vector.name, written);
  }
  if (!check) writeFileSync(path, `${JSON.stringify([...byName.values()], undefined, 2)}\n`);
}

if (!check) {
  const biome = join(import.meta.dirname, '..', 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  execFileSync(process.execPath, [biome, 'format', '--write', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
}
if (complaints.length > 0) {
  console.error(
    `${complaints.join('\n')}\nReleases that are out speak as the vectors say: mend the code, not the vector.`,
  );
  process.exitCode = 1;
} else console.log(check ? 'The golden vectors are what the code makes.' : `${added} vectors added.`);
