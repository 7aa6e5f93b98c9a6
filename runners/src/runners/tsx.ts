import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ENTRY_EXPORT_VARIABLE, ENTRY_FILE_VARIABLE } from '../node/client/entry-variables.ts';
import type { FunctionSpec, Prepared, Runner } from '../runner.ts';
import { brokenByFiles, findFileFault, ownFiles } from './function-files.ts';
import { clientLaunch } from './node-launch.ts';
import type { NodeFor } from './runtime-node.ts';
import { readTsconfigChain } from './tsconfig-chain.ts';

const SOURCE_EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];

/**
 * Runs TypeScript and JavaScript sources of Node functions as they are, compiled file by file by tsx. It is more lenient
 * than Lambda: imports need no extension, and `require` takes ES modules.
 */
export function createTsxRunner({ nodeFor }: { readonly nodeFor: NodeFor }): Runner {
  return {
    name: 'tsx',
    claims: (fn) => fn.runtime.startsWith('nodejs') && SOURCE_EXTENSIONS.includes(extname(fn.entry)),
    prepare: async (fn) => {
      const fault = refusal(fn) ?? (await findFileFault(fn));
      return fault === undefined ? prepared(fn, nodeFor) : brokenByFiles(fn, fault);
    },
  };
}

function refusal(fn: FunctionSpec): string | undefined {
  if (SOURCE_EXTENSIONS.includes(extname(fn.entry))) return undefined;
  return `Function ${fn.id}: the tsx runner cannot run ${fn.entry}. It runs ${SOURCE_EXTENSIONS.join(', ')}; choose another runner for this function.`;
}

async function prepared(fn: FunctionSpec, nodeFor: NodeFor): Promise<Prepared> {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const node = await nodeFor(fn.runtime);
  const tsconfig = fn.tsconfig === undefined ? undefined : await readTsconfigChain(fn.tsconfig);
  const notes = [...(node.notes ?? []), ...(tsconfig?.emitsDecoratorMetadata ? [withoutMetadata(fn)] : [])];
  return {
    state: 'ready',
    inputs: { files: [...new Set([...(await ownFiles(fn)), ...(tsconfig?.files ?? [])])], folders: [] },
    launch: clientLaunch({
      fn,
      node,
      flags: ['--import', loader],
      taskRoot: fn.root,
      env: {
        [ENTRY_FILE_VARIABLE]: fn.entry,
        [ENTRY_EXPORT_VARIABLE]: fn.handler,
        ...(fn.tsconfig === undefined ? {} : { TSX_TSCONFIG_PATH: fn.tsconfig }),
      },
    }),
    ...(notes.length === 0 ? {} : { notes }),
  };
}

function withoutMetadata(fn: FunctionSpec): string {
  return `Function ${fn.id}: ${fn.tsconfig} asks for emitDecoratorMetadata, which tsx does not emit: code that reads design:paramtypes finds nothing. Compile the function with tsc and run the result.`;
}
