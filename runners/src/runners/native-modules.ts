import { extname, join } from 'node:path';
import { deployedHandler, entryModule } from '../deployed-handler.ts';
import { ENTRY_EXPORT_VARIABLE, ENTRY_FILE_VARIABLE } from '../node/client/entry-variables.ts';
import { isEsModule } from '../node/client/module-format.ts';
import type { FunctionSpec, Prepared, Runner } from '../runner.ts';
import { brokenByFiles, findFileFault, ownFiles } from './function-files.ts';
import { moduleSyntaxFault } from './module-syntax.ts';
import { clientLaunch } from './node-launch.ts';
import type { NodeFor, RuntimeNode } from './runtime-node.ts';

interface ModuleSystem {
  readonly name: string;
  readonly extensions: readonly string[];
  readonly esModules: boolean;
  /** What its files are, as a noun. */
  readonly files: string;
  /** What takes the `.js` files that it does not. */
  readonly other: string;
}

interface NativeRunnerOptions {
  readonly nodeFor: NodeFor;
}

/** Runs ES modules by Node's own loader, as Lambda does: `.mjs`, and `.js` below a package.json of type `module`. */
export function createEsmRunner({ nodeFor }: NativeRunnerOptions): Runner {
  return createNativeRunner(nodeFor, {
    name: 'esm',
    extensions: ['.mjs', '.js'],
    esModules: true,
    files: 'an ES module (.mjs, or .js below a package.json with "type": "module")',
    other: 'the runner cjs',
  });
}

/** Runs CommonJS by Node's own loader, as Lambda does: `.cjs`, and `.js` unless a package.json says otherwise. */
export function createCjsRunner({ nodeFor }: NativeRunnerOptions): Runner {
  return createNativeRunner(nodeFor, {
    name: 'cjs',
    extensions: ['.cjs', '.js'],
    esModules: false,
    files: 'CommonJS (.cjs, or .js without "type": "module" in the nearest package.json)',
    other: 'the runner esm',
  });
}

function createNativeRunner(nodeFor: NodeFor, system: ModuleSystem): Runner {
  return {
    name: system.name,
    claims: (fn) => fn.runtime.startsWith('nodejs') && takes(system, fn.entry),
    prepare: async (fn, { signal, changed = [] }) => {
      const node = await nodeFor(fn.runtime);
      const fault =
        (await findFileFault(fn)) ??
        refusal(system, fn) ??
        // Of CommonJS Node itself tells the place.
        (system.esModules ? await moduleSyntaxFault({ fn, node, signal, changed }) : undefined);
      return fault === undefined ? prepared(fn, node) : brokenByFiles(fn, fault);
    },
  };
}

function takes(system: ModuleSystem, entry: string): boolean {
  return system.extensions.includes(extname(entry)) && isEsModule(entry) === system.esModules;
}

const RUNNER_BY_EXTENSION: Readonly<Record<string, string>> = {
  '.mjs': 'the runner esm',
  '.cjs': 'the runner cjs',
  ...Object.fromEntries(['.ts', '.mts', '.cts', '.tsx', '.jsx'].map((extension) => [extension, 'the runner tsx'])),
};

function refusal(system: ModuleSystem, fn: FunctionSpec): string | undefined {
  if (takes(system, fn.entry)) return undefined;
  const kind = extname(fn.entry);
  const other = kind === '.js' ? system.other : (RUNNER_BY_EXTENSION[kind] ?? 'another runner');
  return `Function ${fn.id}: the ${system.name} runner cannot run ${fn.entry} (${fn.runtime}), which is not ${system.files}. Choose ${other} for this function.`;
}

async function prepared(fn: FunctionSpec, node: RuntimeNode): Promise<Prepared> {
  return {
    state: 'ready',
    inputs: { files: await ownFiles(fn), folders: [] },
    launch: clientLaunch({ fn, node, flags: [], taskRoot: fn.root, env: locationOf(fn) }),
    ...(node.notes === undefined || node.notes.length === 0 ? {} : { notes: node.notes }),
  };
}

/**
 * A deployment package is run by the handler string, with the file resolution of Lambda's runtime. Where the string
 * names another file than the entry, because the app bundles or compiles it, the file itself is named.
 */
function locationOf(fn: FunctionSpec): Readonly<Record<string, string>> {
  const handler = deployedHandler(fn);
  if (join(fn.root, moduleOf(handler)) === join(fn.root, entryModule(fn))) return { _HANDLER: handler };
  return { _HANDLER: handler, [ENTRY_FILE_VARIABLE]: fn.entry, [ENTRY_EXPORT_VARIABLE]: fn.handler };
}

/** `src/orders` of `src/orders.api.create`: up to the first dot of the last segment. */
function moduleOf(handler: string): string {
  const name = handler.slice(handler.lastIndexOf('/') + 1);
  const dot = name.indexOf('.');
  return dot < 0 ? handler : handler.slice(0, handler.length - name.length + dot);
}
