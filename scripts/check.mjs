// `npm run check`: format, lint, types, the direction of imports, what nobody uses, and generated code that is as it is made.
import { bin, prepare, took } from './prepare.mjs';
import { run } from './run.mjs';

/** What was checked is remembered, so that only what changed is checked again. */
function remembered(name) {
  return ['--incremental', '--tsBuildInfoFile', `node_modules/.cache/types/${name}.tsbuildinfo`];
}

const checks = [
  ['format and lint', bin('biome'), ['ci', '--error-on-warnings', '.']],
  ['types', bin('tsc'), ['-p', 'tsconfig.check.json', ...remembered('packages')]],
  ['types of the sample app', bin('tsc'), ['-p', 'sample-app', '--noEmit', ...remembered('sample-app')]],
  [
    'direction of imports',
    bin('depcruise'),
    ['--config', 'layers.cjs', 'protocol', 'runners', 'stub', 'construct', 'emulator', 'cli', 'sample-app'],
  ],
  ['unused files, exports and dependencies', bin('knip'), ['--no-progress', '--treat-config-hints-as-errors']],
  ['generated code', process.execPath, ['protocol/generate.mjs', '--check']],
  ['copied code', process.execPath, ['construct/copy-sources.mjs', '--check']],
  ['wire compatibility', process.execPath, ['protocol/check-compatibility.mjs']],
  ['golden vectors', process.execPath, ['protocol/make-vectors.mjs', '--check']],
];

await prepare();
const failed = [];
for (const [name, command, args] of checks) {
  const startMs = performance.now();
  const code = await run(command, args);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${took(startMs)})\n`);
  if (code !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}.`);
  process.exitCode = 1;
}
