import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ENTRY_EXPORT_VARIABLE, ENTRY_FILE_VARIABLE } from './node/client/entry-variables.ts';
import { clientNodeFlags, nodeClientPath } from './node/managed-runtime.ts';
import type { FunctionSpec, Prepared, Runner } from './runner.ts';

const SOURCE_EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs'];

/** Runs TypeScript and JavaScript sources of Node functions as they are, compiled file by file by tsx. */
export const tsxRunner: Runner = {
  name: 'tsx',
  claims: (fn) => fn.runtime.startsWith('nodejs') && SOURCE_EXTENSIONS.includes(extname(fn.entry)),
  prepare: async (fn) => {
    const fault = await findFault(fn);
    return fault === undefined ? prepared(fn) : { state: 'broken', reason: fault };
  },
};

async function findFault(fn: FunctionSpec): Promise<string | undefined> {
  if (!SOURCE_EXTENSIONS.includes(extname(fn.entry))) {
    return `Function ${fn.id}: the tsx runner cannot run ${fn.entry}. It runs ${SOURCE_EXTENSIONS.join(', ')}; choose another runner for this function.`;
  }
  if (!(await isOfKind(fn.entry, 'file'))) {
    return `Function ${fn.id}: its handler file ${fn.entry} does not exist. If it was moved, correct the function in the CDK app and synthesize again.`;
  }
  if (!(await isOfKind(fn.root, 'directory'))) {
    return `Function ${fn.id}: its root folder ${fn.root} does not exist. Synthesize the CDK app again on this machine.`;
  }
  if (fn.tsconfig !== undefined && !(await isOfKind(fn.tsconfig, 'file'))) {
    return `Function ${fn.id}: its tsconfig ${fn.tsconfig} does not exist. If it was moved, correct the function in the CDK app and synthesize again.`;
  }
  return undefined;
}

async function isOfKind(path: string, kind: 'file' | 'directory'): Promise<boolean> {
  try {
    const found = await stat(path);
    return kind === 'file' ? found.isFile() : found.isDirectory();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}

function prepared(fn: FunctionSpec): Prepared {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return {
    state: 'ready',
    launch: {
      command: process.execPath,
      args: [...clientNodeFlags(fn.memoryMb, fn.runtime), '--import', loader, nodeClientPath()],
      cwd: fn.root,
      env: {
        [ENTRY_FILE_VARIABLE]: fn.entry,
        [ENTRY_EXPORT_VARIABLE]: fn.handler,
        ...(fn.tsconfig === undefined ? {} : { TSX_TSCONFIG_PATH: fn.tsconfig }),
      },
    },
  };
}
