import { readFile } from 'node:fs/promises';
import type { FunctionSpec } from '../runner.ts';
import { runProgram } from './exec/program.ts';
import type { RuntimeNode } from './runtime-node.ts';

export interface ModuleSyntaxOptions {
  readonly fn: FunctionSpec;
  readonly node: RuntimeNode;
  readonly signal: AbortSignal;
}

/**
 * What is wrong with the syntax of an ES module, with line and column, or undefined. When Node's loader meets it, the
 * error does not tell in which file. esbuild is quick to suspect it, and Node, which runs it, decides.
 */
export async function moduleSyntaxFault({ fn, node, signal }: ModuleSyntaxOptions): Promise<string | undefined> {
  const suspicion = await suspectedFault(fn.entry);
  if (suspicion === undefined) return undefined;
  const check = await runProgram({ command: node.path, args: ['--check', fn.entry], cwd: fn.root, signal });
  if (check.succeeded) return undefined;
  return `Function ${fn.id}: Node cannot read ${fn.entry}.\n${suspicion}\nCorrect the file and save it: the function is loaded again by itself.`;
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
