import { fork } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Summary, summarize } from './samples.ts';

/** How long a synth takes. Times are milliseconds of wall clock. */
export interface SynthTimes {
  /** From `new App()` until the last function is made, which is when CDK bundles. */
  readonly construct: Summary;
  /** `app.synth()`, without CDK's own validation of the templates. */
  readonly synth: Summary;
  /** From the start of the app's process to its end. */
  readonly whole: Summary;
}

export interface SynthResult {
  /** So many NodejsFunctions, of one small file each. */
  readonly functions: number;
  readonly normal: SynthTimes;
  readonly live: SynthTimes;
}

export interface SynthOptions {
  /** One to write in. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
  readonly functions: number;
  readonly samples: number;
}

type Mode = 'normal' | 'live';

interface Sample {
  readonly constructMs: number;
  readonly synthMs: number;
  readonly wholeMs: number;
}

const program = join(import.meta.dirname, 'synth-app.mjs');
const installed = join(import.meta.dirname, '../../node_modules');

/** A project of so many functions, as CDK looks for one: a lock file at its top, and esbuild among what is installed. */
async function writeProject(folder: string, functions: number): Promise<void> {
  await writeFile(join(folder, 'package-lock.json'), '{}');
  await symlink(installed, join(folder, 'node_modules'), 'junction');
  await mkdir(join(folder, 'src'));
  for (let number = 1; number <= functions; number += 1) {
    const text = `export const handler = async (event: unknown) => ({ number: ${number}, event });\n`;
    await writeFile(join(folder, 'src', `function-${number}.ts`), text);
  }
}

interface Synth {
  readonly mode: Mode;
  readonly project: string;
  /** A fresh one: CDK takes up what a former synth has bundled. */
  readonly outdir: string;
}

function synthesize({ mode, project, outdir }: Synth, { functions, signal }: SynthOptions): Promise<Sample> {
  signal.throwIfAborted();
  const startMs = performance.now();
  const context = mode === 'live' ? { 'live-lambda': 'true', 'live-lambda-ci': 'true' } : {};
  const child = fork(program, [join(project, 'src'), String(functions)], {
    cwd: project,
    env: { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context), CDK_VALIDATION: 'false' },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    signal,
    killSignal: 'SIGKILL',
  });
  return new Promise((resolve, reject) => {
    // Bundling tells of each function, and a failure of its cause.
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    let told: Pick<Sample, 'constructMs' | 'synthMs'> | undefined;
    child.on('message', (message) => {
      told = message as Pick<Sample, 'constructMs' | 'synthMs'>;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (told === undefined)
        reject(new Error(`An app of many functions ended with code ${code} (${mode}): ${said.slice(-2000)}`));
      else resolve({ ...told, wholeMs: performance.now() - startMs });
    });
  });
}

function timesOf(samples: readonly Sample[]): SynthTimes {
  return {
    construct: summarize(samples.map(({ constructMs }) => constructMs)),
    synth: summarize(samples.map(({ synthMs }) => synthMs)),
    whole: summarize(samples.map(({ wholeMs }) => wholeMs)),
  };
}

/** Synthesizes an app of many bundled functions as it is deployed, and live, in turn. */
export async function measureSynth(options: SynthOptions): Promise<SynthResult> {
  const { folder, functions, samples, onProgress } = options;
  const project = await mkdtemp(join(folder, 'synth-'));
  await writeProject(project, functions);
  const taken: Record<Mode, Sample[]> = { normal: [], live: [] };
  for (let round = 1; round <= samples; round += 1) {
    for (const mode of ['normal', 'live'] as const) {
      onProgress(`synth of ${functions} functions, ${mode}, ${round} of ${samples}`);
      const outdir = join(project, 'cdk.out');
      taken[mode].push(await synthesize({ mode, project, outdir }, options));
      await rm(outdir, { recursive: true, force: true });
    }
  }
  return { functions, normal: timesOf(taken.normal), live: timesOf(taken.live) };
}
