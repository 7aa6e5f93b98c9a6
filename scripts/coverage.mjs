// `npm run coverage`: what the tests run of each package, in their own processes and in those that they start. Arguments go to vitest.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bin, prepare } from './prepare.mjs';
import { root, run } from './run.mjs';

await prepare();
await run(process.execPath, ['stub/bundle.mjs', '--with-maps'], { shell: false });
const folder = await mkdtemp(join(tmpdir(), 'live-lambda-coverage-'));
try {
  const collector = pathToFileURL(join(root, 'scripts', 'coverage', 'collect.mjs'));
  collector.searchParams.set('folder', folder);
  const settings = {
    provider: 'v8',
    reporter: 'json',
    reportsDirectory: join(folder, 'in-process'),
    reportOnFailure: 'true',
    include: '{protocol,runners,stub,construct,emulator,cli}/src/**/*.ts',
    exclude: '**/{fixtures,fuzz,compatibility,generated}/**',
  };
  const options = Object.entries(settings).map(([name, value]) => `--coverage.${name}=${value}`);
  const tested = await run(bin('vitest'), ['run', '--coverage.enabled', ...options, ...process.argv.slice(2)], {
    env: { ...process.env, NODE_OPTIONS: `--import ${collector.href}` },
  });
  const reported = await run(process.execPath, ['--import', 'tsx', join('scripts', 'coverage', 'report.ts'), folder], {
    shell: false,
  });
  // Whether tests pass is the business of `npm test`: what is watched is slower, and some tests are against deadlines.
  if (tested !== 0) console.error('Some tests failed: what they would have reached is told as not run.');
  process.exitCode = reported;
} finally {
  await rm(folder, { recursive: true, force: true });
  await rm(join(root, 'stub', 'dist', 'with-maps'), { recursive: true, force: true });
}
