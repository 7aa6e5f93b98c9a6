import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// The construct imports none of its siblings at run time: it carries what it needs of them as files.
const here = dirname(fileURLToPath(import.meta.url));
const carried = [
  { from: '../stub/dist/stub.zip', to: 'assets/stub.zip', madeBy: 'npm run build --workspace @live-lambda/stub' },
  { from: '../protocol/manifest/v1.schema.json', to: 'schema/manifest-v1.schema.json', madeBy: 'git checkout' },
  { from: '../LICENSE', to: 'LICENSE', madeBy: 'git checkout' },
];

for (const { from, to, madeBy } of carried) {
  const source = join(here, from);
  if (!existsSync(source)) {
    console.error(`construct: ${source} is missing; make it first: ${madeBy}`);
    process.exitCode = 1;
    continue;
  }
  const target = join(here, to);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(source, target);
}
