import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { root, run } from '../run.mjs';
import { packAll } from './pack.ts';
import { publish, publishedOf } from './publish.ts';
import { refusalOf, tableOf, unpublished } from './release-plan.ts';

const { values } = parseArgs({ options: { publish: { type: 'boolean', default: false } } });

const { stdout } = await promisify(execFile)('git', ['status', '--porcelain'], { cwd: root });
const refusal = refusalOf({
  uncommitted: stdout.split('\n').filter((line) => line !== ''),
  changesets: readdirSync(join(root, '.changeset')).filter((name) => name.endsWith('.md') && name !== 'README.md'),
});
if (refusal !== undefined) {
  console.error(refusal);
  process.exit(1);
}

const tested = await run(process.execPath, ['scripts/test-packages.mjs'], { shell: false });
if (tested !== 0) {
  console.error('Nothing is released: the packages failed their tests.');
  process.exit(tested);
}

const folder = await mkdtemp(join(tmpdir(), 'live-lambda-release-'));
try {
  const packages = await packAll(folder);
  const published = await publishedOf(packages);
  console.log(`\n${tableOf(packages, published)}\n`);
  const wanted = unpublished(packages, published);
  if (!values.publish) console.log('Nothing was published: `npm run release -- --publish` does it.');
  for (const one of values.publish ? wanted : []) {
    await publish(one);
    console.log(`Published ${one.name}@${one.version}.`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
