import { existsSync, readdirSync, statSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionSpec, Runner } from '../../runner.ts';
import { folderOf, nearestFolderWith } from '../nearest-folder.ts';
import { execRunner } from './exec-runner.ts';

const PROGRAM = process.platform === 'win32' ? 'bootstrap.exe' : 'bootstrap';
const NEXT_PROGRAM = `next-${PROGRAM}`;

const RUNTIMES = /^(provided|go1\.x)/;

/** Builds Go functions that use `aws-lambda-go`, and runs the program. The entry is a `main` package or a file of it. */
export function createGoRunner(): Runner {
  return execRunner({
    name: 'go',
    claims: (fn) => RUNTIMES.test(fn.runtime) && isGoPackage(fn),
    runtimes: RUNTIMES,
    build: async (fn, tools) => ({
      command: 'go',
      // The tag leaves out the protocol of the old go1.x runtime. Source: AWS Lambda Developer Guide, Go.
      args: ['build', '-tags', 'lambda.norpc', '-o', join(await tools.outputFolder(), NEXT_PROGRAM), '.'],
      cwd: folderOf(fn.entry),
    }),
    run: async (_fn, tools) => {
      const folder = await tools.outputFolder();
      const command = join(folder, PROGRAM);
      // In one step, and beside the file of a program that still runs.
      if (existsSync(join(folder, NEXT_PROGRAM))) await rename(join(folder, NEXT_PROGRAM), command);
      return { command, args: [] };
    },
    watch: (fn) => [
      {
        path: nearestFolderWith(['go.mod'], fn.entry) ?? folderOf(fn.entry),
        extensions: ['.go', '.mod', '.sum', '.work'],
        ignored: [],
      },
    ],
  });
}

function isGoPackage({ entry }: FunctionSpec): boolean {
  if (entry.endsWith('.go')) return true;
  const isFolder = statSync(entry, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder && readdirSync(entry).some((name) => name.endsWith('.go'));
}
