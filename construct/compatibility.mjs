// Tries live-lambda on a CDK app without touching it: node construct/compatibility.mjs <folder> [options].
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeChanges, differingFiles, readFunctions } from './compatibility/compare.mjs';
import { readAssembly, readProject, synthesize } from './compatibility/synthesize.mjs';

const usage = `Tries live-lambda on a CDK app, of which nothing is changed: synthesizes it without live-lambda, with it but
switched off, and live.

  node construct/compatibility.mjs <folder of the CDK app> [options]

  --app <command>         in place of the one in cdk.json
  -c, --context <k=v>     context of the app, as for the CDK CLI; may be repeated
  --no-bundling           bundle nothing: for a machine without Docker
  --select <names>        which functions are live (default: true, which is all)
  --keep <folder>         where to leave the three cloud assemblies (without, off, live)
  --json                  the findings as JSON

Dependencies of the app must be installed. Nothing is looked up in AWS: what an app would look up has CDK's placeholders.
The exit code is 1 where the app does not synthesize, or where live-lambda, switched off, changes something.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    app: { type: 'string' },
    context: { type: 'string', short: 'c', multiple: true, default: [] },
    'no-bundling': { type: 'boolean', default: false },
    select: { type: 'string', default: 'true' },
    keep: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help || positionals.length !== 1) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}

/** How the CDK CLI says that an app need not bundle the code of any stack, as for a list of its stacks. */
const notBundled = { 'aws:cdk:bundling-stacks': [] };
const scratch =
  values.keep === undefined ? mkdtempSync(join(tmpdir(), 'live-lambda-compatibility-')) : resolve(values.keep);
try {
  const findings = await examine(resolve(positionals[0]));
  console.log(values.json ? JSON.stringify(findings, undefined, 2) : inWords(findings));
  process.exitCode = findings.problem === undefined && findings.differing.length === 0 ? 0 : 1;
} finally {
  if (values.keep === undefined) rmSync(scratch, { recursive: true, force: true });
}

async function examine(folder) {
  const project = readProject(folder);
  const app = values.app ?? project.app;
  if (app === undefined) return { problem: `${folder} has no cdk.json with an app: name its command with --app.` };
  const own = Object.fromEntries(values.context.map((item) => item.split(/=(.*)/s).slice(0, 2)));
  const context = { ...project.context, ...(values['no-bundling'] ? notBundled : {}), ...own };
  const attempt = (name, attached, more = {}) =>
    synthesize({ folder, app, context: { ...context, ...more }, attached, scratch, name });

  const without = await attempt('without', false);
  if (without.code !== 0) return { problem: `the app does not synthesize by itself:\n${lastLines(without.output)}` };
  const off = await attempt('off', true);
  if (off.code !== 0) return { problem: `it does not synthesize with the line:\n${lastLines(off.output)}` };
  const before = readAssembly(without.assembly);
  const changing = differingFiles(before, readAssembly(off.assembly));
  const unstable = changing.length === 0 ? [] : await findUnstable(before, attempt);
  const differing = changing.filter((name) => !unstable.includes(name));
  const live = await attempt('live', true, { 'live-lambda': values.select, 'live-lambda-ci': 'true' });
  if (live.code !== 0)
    return { problem: `it does not synthesize live:\n${lastLines(live.output)}`, differing, unstable };
  const after = readAssembly(live.assembly);
  return { differing, unstable, functions: readFunctions(after, live.assembly), ...describeChanges(before, after) };
}

/** The files that are another time different from the last, whatever live-lambda does. */
async function findUnstable(before, attempt) {
  const again = await attempt('again', false);
  return differingFiles(before, readAssembly(again.assembly));
}

/** The end of what the app said: an error of CDK's brings a whole minified file in one line. */
function lastLines(output) {
  const lines = output.trim().split('\n').slice(-25);
  return lines.map((line) => (line.length > 400 ? `${line.slice(0, 400)} ...` : line)).join('\n');
}

function inWords({ problem, differing = [], unstable = [], functions = [], added, others = [], ...changes }) {
  const lines = [];
  if (problem !== undefined) lines.push(`Not tried: ${problem}`);
  else if (differing.length === 0) lines.push('Switched off: the cloud assembly is the same, byte for byte.');
  if (differing.length > 0) lines.push('Switched off, these files differ:', ...differing.map((name) => `  ${name}`));
  if (unstable.length > 0) lines.push(`Different at every synth, of the app's own accord: ${unstable.join(', ')}`);
  if (problem !== undefined) return lines.join('\n');
  const live = functions.filter(({ status }) => status === 'live');
  lines.push(`Live: ${live.length} of ${functions.length} selected functions.`, ...functions.flatMap(functionLines));
  const counted = [...changes.changedProperties].map(([names, number]) => `${number} x ${names}`);
  lines.push('Changed properties of functions:', ...counted.map((text) => `  ${text}`));
  lines.push('Added resources:', ...[...added].map(([type, number]) => `  ${number} x ${type}`));
  lines.push('Other resources that change or go:', ...others.map((text) => `  ${text}`));
  return lines.join('\n');
}

function functionLines({ path, status, reason, kind, runtime, entry, entrySource, warnings, unresolved, missing }) {
  const what = status === 'live' ? `${entry} (${entrySource})` : reason;
  const notes = [...warnings, ...missing.map((file) => `${file} does not exist`)];
  if (unresolved.length > 0) notes.push(`known only at deploy: ${unresolved.join(', ')}`);
  return [`  ${status} ${path} [${kind}, ${runtime}]: ${what}`, ...notes.map((note) => `    ${note}`)];
}
