import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findNpm } from '../src/node/versions/npm-program.ts';
import type { PerGeneration } from './conformance-case.ts';

const run = promisify(execFile);

const PROJECT = join(dirname(fileURLToPath(import.meta.url)), 'oracle');
const PROJECT_FILES = ['package.json', 'package-lock.json'];

/** Lambda's own start-up program of nodejs22.x and older does the same; the package has one that prints. */
const CALLBACK_CLIENT = `import { run } from './index.mjs';
await run(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
`;
const CALLBACK_CLIENT_FILE = 'callback-client.mjs';
const TOOLS = ['tar', 'xz', 'make', 'cmake', 'gcc', 'g++'];
const MAX_OUTPUT_BYTES = 64 * 1_048_576;

/** The programs of AWS's clients, ready to run. */
export type Oracle = PerGeneration<string>;

export type OracleBuild =
  | { readonly type: 'built'; readonly oracle: Oracle }
  /** What this machine lacks, as a sentence. */
  | { readonly type: 'impossible'; readonly reason: string };

export interface BuildOptions {
  readonly cacheFolder: string;
  /** A Node program from an npm package, which brings the headers of its release. */
  readonly nodePath: string;
  readonly say: (text: string) => void;
}

/**
 * Installs AWS's two clients from npm and builds their native part, once for each state of this recipe. The packages'
 * own install scripts are not run by npm: that of 3.3.0 needs autoconf, and node-gyp wants headers from the network.
 * The source of the add-on is the same file in both packages, so that one build serves both.
 */
export async function buildOracle(options: BuildOptions): Promise<OracleBuild> {
  const impossible = await findFault();
  if (impossible !== undefined) return { type: 'impossible', reason: impossible };
  const folder = join(options.cacheFolder, `aws-clients-${await recipeHash(options.nodePath)}`);
  const isBuilt = await stat(folder).catch(() => undefined);
  if (isBuilt === undefined) {
    const partial = `${folder}.${randomBytes(6).toString('hex')}`;
    try {
      await build(partial, options);
      await rename(partial, folder);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  }
  const modules = join(folder, 'node_modules');
  return {
    type: 'built',
    oracle: {
      callback: join(modules, 'aws-lambda-ric-3', 'dist', CALLBACK_CLIENT_FILE),
      promise: join(modules, 'aws-lambda-ric', 'index.mjs'),
    },
  };
}

async function findFault(): Promise<string | undefined> {
  if (process.platform !== 'linux') return "AWS's clients can be built on Linux only";
  const found = await Promise.all(TOOLS.map((tool) => run(tool, ['--version']).catch(() => undefined)));
  const missing = TOOLS.filter((_, index) => found[index] === undefined);
  return missing.length === 0 ? undefined : `AWS's clients cannot be built: there is no ${missing.join(', ')}`;
}

async function recipeHash(nodePath: string): Promise<string> {
  const hash = createHash('sha256').update(nodePath);
  for (const file of PROJECT_FILES) hash.update(await readFile(join(PROJECT, file)));
  hash.update(await readFile(fileURLToPath(import.meta.url)));
  return hash.digest('hex').slice(0, 16);
}

async function build(folder: string, { nodePath, say }: BuildOptions): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const file of PROJECT_FILES) await copyFile(join(PROJECT, file), join(folder, file));
  say("installing AWS's clients from npm");
  const npm = await findNpm({ nodePath: process.execPath, env: process.env, platform: process.platform });
  if (npm === undefined) throw new Error('There is no npm on this machine');
  await runIn(folder, process.execPath, [
    npm,
    'ci',
    `--prefix=${folder}`,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ]);
  const newer = join(folder, 'node_modules', 'aws-lambda-ric');
  const older = join(folder, 'node_modules', 'aws-lambda-ric-3');
  await assertSameSource(join(newer, 'src', 'native', 'rapid-client.cc'), join(older, 'src', 'rapid-client.cc'));
  say('building curl and aws-lambda-cpp, which takes a minute');
  await runIn(newer, 'sh', ['scripts/preinstall.sh']);
  say('building the native part of the clients');
  await compile(newer, join(dirname(nodePath), '..', 'include', 'node'));
  await copyFile(join(newer, ADD_ON), join(older, 'dist', ADD_ON));
  await writeFile(join(older, 'dist', CALLBACK_CLIENT_FILE), CALLBACK_CLIENT);
  await rm(join(newer, 'deps'), { recursive: true, force: true });
}

const ADD_ON = 'rapid-client.node';

async function assertSameSource(newer: string, older: string): Promise<void> {
  if ((await readFile(newer)).equals(await readFile(older))) return;
  throw new Error(`${newer} and ${older} differ: each package needs a build of its own`);
}

/** What node-gyp would do by the package's binding.gyp. */
async function compile(folder: string, headers: string): Promise<void> {
  const artifacts = join(folder, 'deps', 'artifacts');
  await runIn(folder, 'g++', [
    '-std=c++17',
    '-O2',
    '-shared',
    '-fPIC',
    '-fexceptions',
    '-DNODE_GYP_MODULE_NAME=rapid_client',
    '-DBUILDING_NODE_EXTENSION',
    ...[headers, join(folder, '..', 'node-addon-api'), join(artifacts, 'include')].map((path) => `-I${path}`),
    join(folder, 'src', 'native', 'rapid-client.cc'),
    join(artifacts, 'lib', 'libaws-lambda-runtime.a'),
    join(artifacts, 'lib', 'libcurl.a'),
    '-pthread',
    '-o',
    join(folder, ADD_ON),
  ]);
}

async function runIn(cwd: string, command: string, args: readonly string[]): Promise<void> {
  try {
    await run(command, args, { cwd, maxBuffer: MAX_OUTPUT_BYTES });
  } catch (error) {
    const { stderr = '', message } = error as Error & { readonly stderr?: string };
    throw new Error(`${command} failed: ${stderr.slice(-2_000) || message}`);
  }
}
