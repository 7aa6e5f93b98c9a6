import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { appFolder } from './programs.ts';

/** What the app is made of; tests, builds and what languages leave in their folders stay where they are. */
const parts = ['bin', 'domain', 'functions', 'lib', 'cdk.json', 'package.json', 'tsconfig.json'];
const leftOut = new Set(['node_modules', '.live-lambda', '.venv', '__pycache__', 'target', 'cdk.out']);

/** A copy of the app whose files may be changed. */
export interface AppCopy {
  readonly folder: string;
  /**
   * Replaces a text of one of its files, as an editor saves it.
   * @param file relative to the app
   * @throws Error when the text is not there
   */
  edit(file: string, change: { readonly from: string; readonly to: string }): Promise<void>;
}

/** Copies the app into a folder, beside which its dependencies are found as in the workspace. */
export async function copyApp(into: string): Promise<AppCopy> {
  const workspace = join(appFolder, '..');
  const folder = join(into, 'sample-app');
  await mkdir(folder);
  // Windows lets everybody make junctions, and symbolic links only some.
  await symlink(join(workspace, 'node_modules'), join(into, 'node_modules'), 'junction');
  // CDK takes the folder of the lock file for that of the project.
  for (const file of ['tsconfig.base.json', 'package-lock.json']) await cp(join(workspace, file), join(into, file));
  for (const part of parts) {
    await cp(join(appFolder, part), join(folder, part), {
      recursive: true,
      filter: (source) => !leftOut.has(basename(source)),
    });
  }
  return {
    folder,
    async edit(file, { from, to }) {
      const text = await readFile(join(folder, file), 'utf8');
      if (!text.includes(from)) throw new Error(`"${from}" is not in ${file}`);
      await writeFile(join(folder, file), text.replace(from, to));
    },
  };
}
