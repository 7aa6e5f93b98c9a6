import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { isEsModule } from '../node/client/module-format.ts';
import type { FunctionSpec } from '../runner.ts';
import { runProgram } from './exec/program.ts';
import type { RuntimeNode } from './runtime-node.ts';

export interface ModuleSyntaxOptions {
  readonly fn: FunctionSpec;
  readonly node: RuntimeNode;
  readonly signal: AbortSignal;
  /** Besides the entry; files of other kinds are left alone. */
  readonly changed: readonly string[];
}

/**
 * What is wrong with the syntax of a function's ES modules, with line and column, or undefined. When Node's loader meets it, the
 * error does not tell in which file. esbuild is quick to suspect it, and Node, which runs it, decides.
 */
export async function moduleSyntaxFault(options: ModuleSyntaxOptions): Promise<string | undefined> {
  const { fn, changed } = options;
  for (const file of new Set([fn.entry, ...changed.filter(isModule)])) {
    const fault = await syntaxFault(file, options);
    if (fault !== undefined) {
      return `Function ${fn.id}: Node cannot read ${file}.\n${fault}\nCorrect the file and save it: the function is loaded again by itself.`;
    }
  }
  return undefined;
}

async function syntaxFault(file: string, { fn, node, signal }: ModuleSyntaxOptions): Promise<string | undefined> {
  const suspicion = await suspectedFault(file);
  if (suspicion === undefined) return undefined;
  const check = await runProgram({ command: node.path, args: ['--check', file], cwd: fn.root, signal });
  return check.succeeded ? undefined : suspicion;
}

function isModule(file: string): boolean {
  return ['.mjs', '.js'].includes(extname(file)) && existsSync(file) && isEsModule(file);
}

async function suspectedFault(file: string): Promise<string | undefined> {
  const { transform } = await import('esbuild');
  try {
    await transform(await readFile(file, 'utf8'), { loader: 'js', logLevel: 'silent' });
    return undefined;
  } catch (failure) {
    const [error] = (failure as { readonly errors?: readonly Fault[] }).errors ?? [];
    const { line = 1, column = 0 } = error?.location ?? {};
    return `${file}:${line}:${column + 1}: ${error?.text ?? String(failure)}`;
  }
}

/** As much of esbuild's message as is told. */
interface Fault {
  readonly text: string;
  readonly location: { readonly line: number; readonly column: number } | null;
}
