import { realpath, stat } from 'node:fs/promises';
import type { FunctionSpec, Prepared } from '../runner.ts';

/** What is wrong with the files that a function names, as a sentence, or undefined. */
export async function findFileFault(fn: FunctionSpec): Promise<string | undefined> {
  const moved = 'If it was moved, correct the function in the CDK app and synthesize again.';
  const found = [
    { what: `its handler file ${fn.entry}`, fault: await pathFault(fn.entry, 'file'), hint: moved },
    {
      what: `its root folder ${fn.root}`,
      fault: await pathFault(fn.root, 'directory'),
      hint: 'Synthesize the CDK app again on this machine.',
    },
    {
      what: `its tsconfig ${fn.tsconfig}`,
      fault: fn.tsconfig === undefined ? undefined : await pathFault(fn.tsconfig, 'file'),
      hint: moved,
    },
  ].find(({ fault }) => fault !== undefined);
  return found && `Function ${fn.id}: ${found.what} ${found.fault}. ${found.hint}`;
}

/** What is wrong with a path, or undefined if it leads to what it should. */
export async function pathFault(path: string, kind: 'file' | 'directory'): Promise<string | undefined> {
  try {
    const found = await stat(path);
    return (kind === 'file' ? found.isFile() : found.isDirectory()) ? undefined : `is not a ${kind}`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'does not exist' : `cannot be read (${code ?? message})`;
  }
}

/** A function that cannot be run, and mends when its handler file or its tsconfig changes. */
export async function brokenByFiles(fn: FunctionSpec, reason: string): Promise<Prepared> {
  return { state: 'broken', reason, inputs: { files: await ownFiles(fn), folders: [] } };
}

/** The files that a function names itself. */
export function ownFiles(fn: FunctionSpec): Promise<readonly string[]> {
  return Promise.all([fn.entry, ...(fn.tsconfig === undefined ? [] : [fn.tsconfig])].map(realPath));
}

/** Where a path leads to through links; itself if nothing is there. */
export function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
