import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ENTRY_EXPORT_VARIABLE, ENTRY_FILE_VARIABLE } from './node/client/entry-variables.ts';
import { clientNodeFlags, nodeClientPath } from './node/managed-runtime.ts';
import type { FunctionSpec, Inputs, Prepared, Runner } from './runner.ts';

const SOURCE_EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs'];

/** Runs TypeScript and JavaScript sources of Node functions as they are, compiled file by file by tsx. */
export const tsxRunner: Runner = {
  name: 'tsx',
  claims: (fn) => fn.runtime.startsWith('nodejs') && SOURCE_EXTENSIONS.includes(extname(fn.entry)),
  prepare: async (fn) => {
    const fault = await findFault(fn);
    return fault === undefined ? prepared(fn) : { state: 'broken', reason: fault, inputs: inputsOf(fn) };
  },
};

async function findFault(fn: FunctionSpec): Promise<string | undefined> {
  if (!SOURCE_EXTENSIONS.includes(extname(fn.entry))) {
    return `Function ${fn.id}: the tsx runner cannot run ${fn.entry}. It runs ${SOURCE_EXTENSIONS.join(', ')}; choose another runner for this function.`;
  }
  const moved = 'If it was moved, correct the function in the CDK app and synthesize again.';
  const found = [
    { what: `its handler file ${fn.entry}`, fault: await faultOf(fn.entry, 'file'), hint: moved },
    {
      what: `its root folder ${fn.root}`,
      fault: await faultOf(fn.root, 'directory'),
      hint: 'Synthesize the CDK app again on this machine.',
    },
    {
      what: `its tsconfig ${fn.tsconfig}`,
      fault: fn.tsconfig === undefined ? undefined : await faultOf(fn.tsconfig, 'file'),
      hint: moved,
    },
  ].find(({ fault }) => fault !== undefined);
  return found && `Function ${fn.id}: ${found.what} ${found.fault}. ${found.hint}`;
}

/** What is wrong with a path, or undefined if it leads to what it should. */
async function faultOf(path: string, kind: 'file' | 'directory'): Promise<string | undefined> {
  try {
    const found = await stat(path);
    return (kind === 'file' ? found.isFile() : found.isDirectory()) ? undefined : `is not a ${kind}`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'does not exist' : `cannot be read (${code ?? message})`;
  }
}

function prepared(fn: FunctionSpec): Prepared {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return {
    state: 'ready',
    inputs: inputsOf(fn),
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

function inputsOf(fn: FunctionSpec): Inputs {
  return { files: fn.tsconfig === undefined ? [fn.entry] : [fn.entry, fn.tsconfig], folders: [] };
}
