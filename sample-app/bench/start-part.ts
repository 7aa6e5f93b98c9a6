import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Emulator } from '@live-lambda/emulator';
import { synthesize } from '../demo/programs.ts';
import { startMeasured } from './measured-process.ts';
import { type Summary, summarize } from './samples.ts';

/** What it costs to start the command line. Times are milliseconds of CPU, user and system, where nothing else is said. */
export interface StartResult {
  readonly bareNode: Summary;
  /** `--version` of a program that has one command, its manifest, and nothing but oclif. */
  readonly bareOclif: Summary;
  /** By the arguments of `live-lambda`; to the end of the process. */
  readonly commands: readonly { readonly args: string; readonly cpu: Summary }[];
  /** The same again, in turn with the tunnel. */
  readonly bareNodeBeside: Summary;
  /** Wall clock of the same. */
  readonly bareNodeBesideWall: Summary;
  /** Until it is ready for invocations of the sample app's functions. */
  readonly tunnelReady: Summary;
  /** Wall clock of the same. */
  readonly tunnelReadyWall: Summary;
}

export interface StartOptions {
  /** One to write in. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
  /** Of a command. */
  readonly samples: number;
  readonly tunnelSamples: number;
}

type Variables = Readonly<Record<string, string>>;

const probe = join(import.meta.dirname, 'cpu-at-exit.cjs');
const program = join(dirname(createRequire(import.meta.url).resolve('live-lambda/package.json')), 'bin', 'run.js');
/** Of these the first has a target. */
const commands = ['--version', 'version', 'help', 'tunnel --help'];

/** CPU time of a Node process to its end. @throws Error where it fails */
function cpuToExit(args: readonly string[], cwd: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--require', probe, ...args], {
      cwd,
      env: { PATH: process.env.PATH, HOME: cwd },
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    });
    let text = '';
    child.stdio[3]?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0 && text !== '') resolve(Number(text));
      else reject(new Error(`node ${args.join(' ')} ended with code ${code}.`));
    });
  });
}

/** @returns its program */
async function writeBareOclif(folder: string): Promise<string> {
  const oclif = join(dirname(fileURLToPath(import.meta.resolve('@oclif/core'))), '..');
  await mkdir(join(folder, 'commands'), { recursive: true });
  await mkdir(join(folder, 'node_modules', '@oclif'), { recursive: true });
  await symlink(oclif, join(folder, 'node_modules', '@oclif', 'core'), 'junction');
  const description = {
    name: 'bare',
    version: '1.0.0',
    type: 'module',
    oclif: { bin: 'bare', commands: './commands' },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(description));
  const hello =
    "import { Command } from '@oclif/core';\nexport default class extends Command { async run() { await this.parse(); } }\n";
  await writeFile(join(folder, 'commands', 'hello.js'), hello);
  // As oclif itself would write it.
  const { Plugin } = await import('@oclif/core/config');
  const plugin = new Plugin({ root: folder, type: 'core', ignoreManifest: true });
  await plugin.load();
  await writeFile(join(folder, 'oclif.manifest.json'), JSON.stringify(plugin.manifest));
  const run = join(folder, 'run.js');
  await writeFile(run, "import { execute } from '@oclif/core';\nawait execute({ dir: import.meta.url });\n");
  return run;
}

/** In turn, so that what else the machine does falls on all of them alike. */
async function measureCommands(folder: string, samples: number, signal: AbortSignal) {
  const bare = await writeBareOclif(join(folder, 'bare'));
  const runs = [['--eval', '0'], [bare, '--version'], ...commands.map((args) => [program, ...args.split(' ')])];
  const spent = runs.map((): number[] => []);
  for (let round = 0; round < samples; round += 1) {
    for (const [index, args] of runs.entries()) {
      signal.throwIfAborted();
      spent[index]?.push(await cpuToExit(args, folder));
    }
  }
  const [bareNode = [], bareOclif = [], ...own] = spent;
  return {
    bareNode: summarize(bareNode),
    bareOclif: summarize(bareOclif),
    commands: own.map((cpu, index) => ({ args: commands[index] ?? '', cpu: summarize(cpu) })),
  };
}

async function bareOnce(folder: string) {
  const startMs = performance.now();
  const cpuMs = await cpuToExit(['--eval', '0'], folder);
  return { wallMs: performance.now() - startMs, cpuMs };
}

/** Starts a tunnel, and ends it when it is ready. */
async function startOnce(args: readonly string[], environment: Variables) {
  const startMs = performance.now();
  await using tunnel = startMeasured(program, { args, environment, awaited: '"type":"ready"' });
  const cpuMs = await Promise.race([tunnel.wrote, tunnel.ended]);
  return { wallMs: performance.now() - startMs, cpuMs };
}

async function measureTunnel({ folder, signal, tunnelSamples }: StartOptions) {
  const assembly = join(folder, 'cdk.out');
  await synthesize(assembly, signal);
  await using emulator = await Emulator.start();
  await emulator.deploy(assembly);
  const { accessKeyId, secretAccessKey } = emulator.developerCredentials;
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    // The identity that the synth has pinned.
    LIVE_LAMBDA_CONFIG_DIR: process.env.LIVE_LAMBDA_CONFIG_DIR ?? folder,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: emulator.region,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const args = ['tunnel', '--json', '--app', assembly, '--endpoint', emulator.endpoint];
  const samples = [];
  const bare = [];
  for (let round = 0; round < tunnelSamples; round += 1) {
    signal.throwIfAborted();
    bare.push(await bareOnce(folder));
    samples.push(await startOnce(args, environment));
  }
  return {
    bareNodeBeside: summarize(bare.map(({ cpuMs }) => cpuMs)),
    bareNodeBesideWall: summarize(bare.map(({ wallMs }) => wallMs)),
    tunnelReady: summarize(samples.map(({ cpuMs }) => cpuMs)),
    tunnelReadyWall: summarize(samples.map(({ wallMs }) => wallMs)),
  };
}

export async function measureStart(options: StartOptions): Promise<StartResult> {
  const folder = await mkdtemp(join(options.folder, 'start-'));
  options.onProgress('start: short commands');
  const measured = await measureCommands(folder, options.samples, options.signal);
  options.onProgress('start: the tunnel, until it is ready');
  return { ...measured, ...(await measureTunnel({ ...options, folder })) };
}

/** How many times a bare oclif program's `--version` that of `live-lambda` costs. */
export function versionRatio({ commands: [version], bareOclif }: StartResult): number {
  return (version?.cpu.median ?? Number.POSITIVE_INFINITY) / bareOclif.median;
}

/** How many times a bare Node's start a tunnel costs until it is ready. */
export function tunnelRatio({ tunnelReady, bareNodeBeside }: StartResult): number {
  return tunnelReady.median / bareNodeBeside.median;
}
