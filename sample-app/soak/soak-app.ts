import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { appFolder, synthesize } from '../demo/programs.ts';

/** Functions whose file is saved while they are called. */
export type SavedFunction = 'Bundled' | 'Stream';

const savedFiles: Readonly<Record<SavedFunction, string>> = { Bundled: 'bundled.ts', Stream: 'stream.mjs' };

/** The app of the run: copied, so that it can be saved, and synthesized. */
export interface SoakApp {
  readonly folder: string;
  readonly assemblyFolder: string;
  /** Where this run's developer identity is kept (`LIVE_LAMBDA_CONFIG_DIR`). */
  readonly configFolder: string;
  /** Of each request id how often a handler noted that it ran. */
  readRuns(): Promise<ReadonlyMap<string, number>>;
  /** Saves a function's file, which then says this version in its answers. */
  save(fn: SavedFunction, version: number): Promise<void>;
}

/** Copies the app into a folder, beside which its dependencies are found as in the workspace. */
async function copySoakApp(folder: string): Promise<string> {
  const workspace = join(appFolder, '..');
  const app = join(folder, 'app');
  await mkdir(app);
  await symlink(join(workspace, 'node_modules'), join(folder, 'node_modules'), 'junction');
  // CDK takes the folder of the lock file for that of the project.
  for (const file of ['tsconfig.base.json', 'package-lock.json']) await cp(join(workspace, file), join(folder, file));
  await cp(join(appFolder, 'soak', 'app'), app, { recursive: true });
  await writeFile(join(app, 'package.json'), '{ "type": "module" }');
  return app;
}

export async function prepareSoakApp(folder: string, signal: AbortSignal): Promise<SoakApp> {
  const app = await copySoakApp(folder);
  const assemblyFolder = join(folder, 'cdk.out');
  const configFolder = join(folder, 'config');
  const runsFile = join(folder, 'runs');
  await writeFile(runsFile, '');
  const variables = { SOAK_RUNS_FILE: runsFile, LIVE_LAMBDA_CONFIG_DIR: configFolder };
  await synthesize(assemblyFolder, signal, { folder: app, variables });
  return {
    folder: app,
    assemblyFolder,
    configFolder,
    readRuns: async () => {
      const runs = new Map<string, number>();
      for (const requestId of (await readFile(runsFile, 'utf8')).split('\n'))
        if (requestId !== '') runs.set(requestId, (runs.get(requestId) ?? 0) + 1);
      return runs;
    },
    save: async (fn, version) => {
      const file = join(app, 'functions', savedFiles[fn]);
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replace(/const version = \d+;/, `const version = ${version};`));
    },
  };
}
